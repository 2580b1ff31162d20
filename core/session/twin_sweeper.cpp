#include "core/session/twin_sweeper.hpp"

#include <array>
#include <utility>

#include <glog/logging.h>

#include "core/path.hpp"
#include "core/retry.hpp"
#include "core/session/session.hpp"

namespace paddock::detail {
namespace {

using std::chrono::milliseconds;
constexpr std::array delays = {milliseconds(20), milliseconds(200), milliseconds(1000), milliseconds(5000)};

}  // namespace

void twin_sweeper::add(std::string directory, std::string id, std::string own,
                       std::weak_ptr<void> own_in_use) {
    hunt& added = hunts_[++last_];
    added.directory = std::move(directory);
    added.id = std::move(id);
    added.own = std::move(own);
    added.own_in_use = std::move(own_in_use);
    arm(last_, delays.front());
}

void twin_sweeper::arm(std::uint64_t which, std::chrono::nanoseconds delay) {
    environment& world = host_.world();
    hunts_.at(which).next = world.call_at(world.now() + delay, [this, which] { sweep(which); });
}

void twin_sweeper::sweep(std::uint64_t which) {
    host_.children(hunts_.at(which).directory,
                   [home = host_.weak_from_this(), this, which](const children_reply& seen) {
                       const auto alive = home.lock();
                       const auto at = hunts_.find(which);
                       if (!alive || at == hunts_.end()) return;
                       hunt& done = at->second;
                       for (const std::string& name : seen.names) {
                           const bool is_own = name == done.own && !done.own_in_use.expired();
                           if (is_own || !name.starts_with(done.id)) continue;
                           LOG(WARNING) << "paddock: session 0x" << std::hex << host_.id() << std::dec
                                        << " finds a late node " << name << " of its own in "
                                        << done.directory << "; deleting it";
                           host_.obligations().add(join_path(done.directory, name), nullptr, {});
                       }
                       const bool looked = !seen.ec || is_code(seen.ec, server_errc::no_node);
                       if (!looked) return arm(which, done.again.next(host_.world().random_unit()));
                       if (++done.round < delays.size()) return arm(which, delays[done.round]);
                       hunts_.erase(at);
                   });
}

}  // namespace paddock::detail
