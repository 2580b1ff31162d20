#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <paddock/types.hpp>

#include "integration/fidelity/script.hpp"

namespace paddock::testing {

/// Something that an actor was told, in the order of the telling.
struct entry {
    enum class kind {
        reply,
        watch,        ///< a watch event
        connected,    ///< events up to the next `flushed` may come in any order
        session_end,  ///< of somebody else: not told, but the events up to the next `flushed` are its effects
        other,
        flushed,  ///< all that the servers had to say before has arrived
    };
    kind what = kind::other;
    std::string text;         ///< a `stat_mark` for each node
    std::vector<stat> nodes;  ///< of those that the text names
    bool failed = false;      ///< a reply with an error
};
constexpr char stat_mark = '\1';

/// All that one side has to say about a script.
struct account {
    std::array<std::vector<entry>, client_count + 1> told;  ///< by actor
    std::vector<entry> tree;                                ///< below the root, at the end
    std::array<std::size_t, client_count> watches{};        ///< that servers kept at the end
    std::map<std::int64_t, std::string> sessions;           ///< their names in the text
    std::string stuck;                                      ///< what did not come to its end
};

struct tally {
    std::size_t scripts = 0;
    std::size_t requests = 0;   ///< of the scripts' steps
    std::size_t successes = 0;  ///< answers
    std::size_t failures = 0;   ///< answers with an error, and requests without answer
    std::size_t cuts = 0;
    std::size_t watch_events = 0;
    tally& operator+=(const tally& other);
};
[[nodiscard]] tally tally_of(const script& told, const account& all);
[[nodiscard]] std::string text_of(const tally& sum);

/// The account without what the servers leave open:
/// - zxids are replaced by their rank among those of the script: other work on the server takes some in between;
/// - session ids are replaced by names (client and how many sessions it had before);
/// - time stamps are left out: two clocks;
/// - the events that a reconnect brings, and those of the nodes that end with a session, are sorted: both come
///   out of hash tables;
/// - names of children are sorted (when they are told): servers promise no order.
[[nodiscard]] std::vector<std::string> lines_of(const account& all);

}  // namespace paddock::testing
