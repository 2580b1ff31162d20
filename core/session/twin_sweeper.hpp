#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/backoff.hpp"
#include "core/environment.hpp"

namespace paddock::detail {

class session;

/// Deletes nodes that turn up late. After a lost reply a contender is created anew only when a quorum write and a
/// listing have shown that the first create did not take effect; but a server may still be working on what it had read
/// from the old connection, and takes it once the session is back with it. Such a node, under an id that this session
/// alone uses, would stand in the queue until the session ends (hazard A1), so it is looked for a few times.
class twin_sweeper {
public:
    explicit twin_sweeper(session& host) : host_(host) {}

    /// Looks in `directory` for names that begin with `id`, other than `own` while that is in use. Afterwards a late
    /// node may have the very same name: the directory may have been reaped, and count from zero again.
    void add(std::string directory, std::string id, std::string own, std::weak_ptr<void> own_in_use);
    void end() { hunts_.clear(); }

private:
    struct hunt {
        std::string directory;
        std::string id;
        std::string own;
        std::weak_ptr<void> own_in_use;
        std::size_t round = 0;
        backoff again{std::chrono::milliseconds(20), std::chrono::seconds(5)};  ///< while there is no answer
        scheduled_call next;
    };
    void arm(std::uint64_t which, std::chrono::nanoseconds delay);
    void sweep(std::uint64_t which);

    session& host_;
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, hunt> hunts_;
};

}  // namespace paddock::detail
