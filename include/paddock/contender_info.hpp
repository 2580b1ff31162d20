#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <paddock/fencing_token.hpp>

namespace paddock {

/// Who stands behind a contender's node, as written by Paddock in the node's data (compact JSON).
struct holder_record {
    std::string host;
    std::int64_t pid = 0;
    std::string application;
    std::string purpose;
    std::int64_t since_ms =
        0;  ///< milliseconds since 1970 by the contender's clock, when it joined the queue
    friend bool operator==(const holder_record&, const holder_record&) = default;
};

/// One contender in a recipe's queue, as a server saw it. Those who share a place inside a client (`sharing_options`) are
/// one: its times are those of the place.
struct contender_info {
    std::string node;                     ///< the node's name
    std::string kind;                     ///< what it claims: "lock", "read", "write", "permit", "latch"
    bool holds = false;                   ///< by the order of the queue; it may not have noticed yet
    std::uint32_t permits = 1;            ///< of a semaphore
    std::int32_t sequence = 0;            ///< place in the queue; compares with wrap-around
    fencing_token token;                  ///< that its grant carries; of a shared place, the first turn's
    std::int64_t session_id = 0;          ///< session it belongs to; 0 if it is not ephemeral
    std::int64_t created_ms = 0;          ///< milliseconds since 1970 by the server's clock
    std::string data;                     ///< as stored; Curator writes its address here
    std::optional<holder_record> record;  ///< if `data` is a record of Paddock
};

}  // namespace paddock
