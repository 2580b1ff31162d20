#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paddock/client.hpp>
#include <paddock/contender_info.hpp>

namespace paddock {

/// What a directory is used as, judged by what the recipes leave in it.
enum class recipe_kind {
    unknown,  ///< nothing tells: also a directory that nobody uses at the moment, if it keeps no setting
    mutex,
    read_write_lock,
    semaphore,
    curator_semaphore,  ///< Curator's InterProcessSemaphoreV2
    leader_latch,
    barrier,  ///< closed; any other node that is empty and never had children looks the same
    double_barrier,
    count_down_latch,
};

/// "mutex", "read_write_lock", ...
[[nodiscard]] PADDOCK_EXPORT std::string_view name_of(recipe_kind kind) noexcept;

/// What there is to know of one directory.
struct directory_report {
    std::string path;  ///< without the client's name space
    bool exists = false;
    recipe_kind kind = recipe_kind::unknown;
    std::optional<std::int64_t>
        limit;  ///< a semaphore's in force, a double barrier's size, a latch's initial count
    std::optional<std::int64_t> count;       ///< what is left of a count-down latch
    std::optional<std::int64_t> generation;  ///< of a double barrier
    std::string state;                       ///< "closed", or a double barrier's: "idle", "ready", "broken"
    /// In queue order, those who hold and those who wait. Of a double barrier the members hold. A Curator semaphore does
    /// not tell its limit: all leases hold, and who is in the queue for one waits.
    std::vector<contender_info> contenders;
};

/// Reads one directory, whatever recipe uses it. A missing one is reported as such. What the parts of a report say may be
/// from moments apart, and the connected server may lag behind.
///
/// Throws `argument_error`; `system_error` with `errc::timed_out` after `timeout`, `errc::servers_unreachable` when no
/// server had answered by then, `errc::client_closed`, `errc::wrong_process` and server codes such as
/// `server_errc::no_auth`. Cost: one exists, at most one getChildren and one getData, and one getData a contender; two
/// getChildren more where there is a child `leases`. Thread-safe.
PADDOCK_EXPORT directory_report inspect(client& on, const std::string& path,
                                        std::chrono::milliseconds timeout = std::chrono::seconds(10));
PADDOCK_EXPORT directory_report inspect(client& on, const std::string& path,
                                        std::chrono::milliseconds timeout, error_code& ec);

inline constexpr std::size_t inspected_nodes_max = 10'000;

/// Reads `root` and everything below it, and reports the directories of all recipes, in the order of their paths; not the
/// unknown. ZooKeeper's own nodes and what this client may not read are left out, so is what vanishes meanwhile.
///
/// As `inspect`, and `errc::limit_exceeded` when more than `most_nodes` would have to be read: the form with `ec` then
/// returns what was found by then, as it does when the time is over. Cost: as `inspect` for each node, 32 at once.
PADDOCK_EXPORT std::vector<directory_report> inspect_tree(
    client& on, const std::string& root, std::chrono::milliseconds timeout = std::chrono::seconds(10),
    std::size_t most_nodes = inspected_nodes_max);
PADDOCK_EXPORT std::vector<directory_report> inspect_tree(client& on, const std::string& root,
                                                          std::chrono::milliseconds timeout,
                                                          std::size_t most_nodes, error_code& ec);

}  // namespace paddock
