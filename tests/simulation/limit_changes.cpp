#include "tests/simulation/limit_changes.hpp"

#include <algorithm>
#include <utility>

#include "tests/simulation/violation.hpp"

namespace paddock::testing {

limit_changes::limit_changes(stage& on, std::vector<std::string> directories)
    : on_(on), directories_(std::move(directories)) {}

semaphore limit_changes::semaphore_of(core_client& by, const std::string& directory,
                                      const sharing_options& sharing) {
    return semaphore(by.handle, directory, {.limit = declared, .sharing = sharing});
}

std::uint32_t limit_changes::any_request() {
    return on_.choose.chance(0.5) ? 1 : 1 + static_cast<std::uint32_t>(on_.choose.below(declared));
}

void limit_changes::change(core_client& by) {
    set(by, on_.choose.one_of(directories_), 1 + static_cast<std::uint32_t>(on_.choose.below(5)));
}

void limit_changes::set(core_client& by, const std::string& directory, std::uint32_t limit) {
    changing_.insert(&by);
    semaphore_of(by, directory).async_set_limit(limit, std::chrono::seconds(20), [this, &by](error_code ec) {
        changing_.erase(changing_.find(&by));
        const bool late = ec == make_error_code(errc::servers_unreachable) ||
                          ec == make_error_code(errc::outcome_unknown) ||
                          ec == make_error_code(errc::timed_out);
        const bool denied = on_.rights_changed && ec == make_error_code(server_errc::no_auth);
        require(!ec || late || denied || by.closing, "I4", "a limit cannot be changed");
    });
}

bool limit_changes::ended() const {
    return std::ranges::all_of(changing_, [](const core_client* one) { return one->process.killed(); });
}

bool limit_changes::restore() {
    for (const std::string& directory : directories_) {
        if (restored_.contains(directory) || !on_.ensemble.node(directory)) continue;
        core_client* const by = on_.actor();
        if (by == nullptr) continue;
        restored_.insert(directory);
        set(*by, directory, declared);
    }
    return ended();
}

}  // namespace paddock::testing
