#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paddock::detail {

/// What a double barrier's directory says.
struct generation_record {
    enum class state {
        idle,    ///< all members have left; or there was no generation yet
        ready,   ///< the members are in
        broken,  ///< a member was gone before all had left
    };
    std::int64_t generation = 0;
    state now = state::idle;
    std::size_t size = 0;              ///< how many members a generation has
    std::vector<std::string> members;  ///< nodes' names, in the order of their sequence numbers
    std::vector<std::int64_t> broken;  ///< the last generations that were broken, the latest last
    friend bool operator==(const generation_record&, const generation_record&) = default;
};

/// A member that is late to learn what became of its generation looks for it among so many.
inline constexpr std::size_t broken_kept = 64;

/// "idle", "ready" or "broken".
std::string_view name_of(generation_record::state state);
/// Compact JSON.
std::string write_generation(const generation_record& record);
/// Of an empty directory: generation 0. Nothing for other data. Never throws: the data may come from anybody.
std::optional<generation_record> read_generation(std::string_view data);

}  // namespace paddock::detail
