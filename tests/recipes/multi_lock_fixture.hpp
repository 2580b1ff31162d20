#pragma once

#include <algorithm>
#include <string>

#include <paddock/multi_lock.hpp>
#include <paddock/semaphore.hpp>

#include "tests/recipes/claim_fixture.hpp"

namespace paddock::testing {

/// Scenarios with several claims at once.
class MultiLock : public ClaimTest {
protected:
    static mutex lock(core_client& by, const std::string& path) { return mutex(by.handle, path); }
    static multi_lock both(core_client& by, const std::string& a = "/locks/a",
                           const std::string& b = "/locks/b") {
        return multi_lock({lock(by, a), lock(by, b)});
    }
    static semaphore limited(core_client& by) {
        semaphore_options limit;
        limit.limit = 2;
        limit.sharing.turns = 0;
        return semaphore(by.handle, "/locks/b", limit);
    }
    [[nodiscard]] std::size_t all_nodes() const { return nodes("/locks/a") + nodes("/locks/b"); }
    void rob(const std::string& directory, std::size_t which = 0) {
        auto names = ensemble.children(directory);
        ASSERT_GT(names.size(), which);
        const auto number = [](const std::string& name) { return name.substr(name.size() - 10); };
        std::ranges::sort(names, {}, number);
        ensemble.remove_by_operator(directory + "/" + names[which]);
    }
    /// What the client's last join asked for first: the path of a node without its number.
    [[nodiscard]] std::string asked_for(const core_client& who) const {
        std::string last;
        for (const exchange& asked : ensemble.exchanges(who.number()))
            if (asked.kind == request_kind::multi && asked.path.ends_with("-lock-")) last = asked.path;
        return last;
    }
};

}  // namespace paddock::testing
