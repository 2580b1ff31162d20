#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paddock::detail {

/// What a latch's node says.
struct latch_record {
    std::int64_t initial = 0;  ///< as every program that uses the latch has to declare it
    std::int64_t count = 0;
    std::int64_t round = 0;            ///< how often it was reset
    std::vector<std::string> changes;  ///< ids of the last changes, the latest last
    friend bool operator==(const latch_record&, const latch_record&) = default;
};

/// Who has lost the reply to a change looks for its id here, which must not be forgotten too soon.
inline constexpr std::size_t changes_kept = 64;

/// Compact JSON.
std::string write_latch(const latch_record& record);
/// Nothing for other data. Never throws: the data may come from anybody.
std::optional<latch_record> read_latch(std::string_view data);

}  // namespace paddock::detail
