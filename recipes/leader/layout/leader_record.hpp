#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <paddock/fencing_token.hpp>

namespace paddock::detail {

/// What a leader says of its term, in the directory's data. Curator neither writes nor reads that.
struct leader_record {
    fencing_token term;
    std::optional<std::string> value;
    std::string heir;  ///< name of the node that is to lead next; empty for none
    friend bool operator==(const leader_record&, const leader_record&) = default;
};

/// Compact JSON.
std::string write_leader_record(const leader_record& record);

/// Nothing for other data. Never throws: the data may come from anybody.
std::optional<leader_record> read_leader_record(std::string_view data);

/// The value of this term; nothing if the record is another term's, which is then stale.
std::optional<std::string> value_in_term(std::string_view data, fencing_token term);

}  // namespace paddock::detail
