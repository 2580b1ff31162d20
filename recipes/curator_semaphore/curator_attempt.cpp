#include "recipes/curator_semaphore/curator_attempt.hpp"

#include <utility>

#include "core/contender/grant.hpp"
#include "core/contender/outcome.hpp"
#include "core/retry.hpp"

namespace paddock::detail {

curator_attempt::curator_attempt(std::shared_ptr<client_core> core, settings_ptr locks, settings_ptr leases,
                                 bool may_queue, sink_type sink)
    : acquire_operation(core->world(), std::move(sink)),
      core_(std::move(core)),
      locks_(1, std::move(locks)),
      leases_(1, std::move(leases)),
      may_queue_(may_queue) {}

void curator_attempt::start() {
    core_->admit(shared_from_this());
    if (finished()) return;
    auto self = std::static_pointer_cast<curator_attempt>(shared_from_this());
    drive(run(std::move(self)));
}

asio::awaitable<void> curator_attempt::run(std::shared_ptr<curator_attempt> self) {
    for (;;) {  // ends by a grant, a final error, or when the caller has given up
        const auto home = co_await self->core_->usable_session(*self);
        if (!home) co_return;
        const next then = co_await self->compete(home);
        self->stop_guarding();
        if (then != next::again || self->given_up) co_return;
        const auto delay = self->delays_.next(self->world_.random_unit());
        co_await self->pause(delay);
    }
}

// On every way out of here both nodes are deleted, but for a lease that is granted.
asio::awaitable<curator_attempt::next> curator_attempt::compete(std::shared_ptr<session> home) {
    nodes mutex;
    nodes mine;
    error_code ec = co_await pass(home, locks_, mutex);
    if (!ec) {
        delays_.reset();
        mutex.front().own_watch.reset();
        const std::string path = mutex.front().path;
        ec = co_await pass_leases(home, path, mine);
    }
    stop_guarding();
    if (given_up) co_return next::stop;
    if (!ec) co_return grant(mine) ? next::granted : next::stop;
    if (is_rejoin(ec)) co_return next::again;
    finish(ec, lease());
    co_return next::stop;
}

asio::awaitable<error_code> curator_attempt::pass(std::shared_ptr<session> home,
                                                  const std::vector<settings_ptr>& queue, nodes& mine) {
    queue_join join(*this, queue);
    error_code ec = co_await join.run(home, mine);
    if (ec) co_return ec;
    queue_turns turns(*this, queue, may_queue_, mine, core_->handlers());
    ec = co_await turns.come();
    co_return ec;
}

asio::awaitable<error_code> curator_attempt::pass_leases(std::shared_ptr<session> home,
                                                         const std::string& mutex, nodes& mine) {
    robbed_ = false;
    lease_node_.clear();
    queue_join join(*this, leases_);
    error_code ec = co_await join.run(home, mine);
    if (ec) co_return ec;
    lease_node_ = mine.front().path;
    guarding_ = true;
    guard_delays_.reset();
    guard_mutex(home, mutex);
    queue_turns turns(*this, leases_, may_queue_, mine, core_->handlers());
    ec = co_await turns.come();
    if (!ec && robbed_) ec = round_end::node_gone;
    co_return ec;
}

// Who has lost the mutex must not go on waiting: another one waits for leases now, and each would count the other's.
// Without its lease this one begins anew.
void curator_attempt::guard_mutex(const std::shared_ptr<session>& home, const std::string& mutex) {
    const auto look = [weak = weak_from_this(), weak_home = std::weak_ptr(home), mutex] {
        const auto self = std::static_pointer_cast<curator_attempt>(weak.lock());
        const auto where = weak_home.lock();
        if (self && where && self->guarding_) self->guard_mutex(where, mutex);
    };
    mutex_watch_ = home->watch(
        mutex, look,
        [weak = weak_from_this(), weak_home = std::weak_ptr(home), look](const get_reply& answer) {
            const auto self = std::static_pointer_cast<curator_attempt>(weak.lock());
            const auto where = weak_home.lock();
            if (!self || !where || where->ended() || !self->guarding_ || !answer.ec) return;
            if (is_code(answer.ec, server_errc::no_node)) {
                self->robbed_ = true;
                where->obligations().add(self->lease_node_, nullptr, {});
            } else {  // no watch was left (hazard B5)
                environment& world = self->world();
                const auto delay = self->guard_delays_.next(world.random_unit());
                self->guard_again_ = world.call_at(world.now() + delay, look);
            }
        });
}

void curator_attempt::stop_guarding() {
    guarding_ = false;
    guard_again_.reset();
    mutex_watch_.reset();
}

bool curator_attempt::grant(nodes& mine) {
    lease granted = grant_lease(*core_, leases_, mine);
    return finish({}, std::move(granted));
}

}  // namespace paddock::detail
