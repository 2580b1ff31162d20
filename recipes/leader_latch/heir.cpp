#include "recipes/leader_latch/heir.hpp"

#include <utility>

#include "core/path.hpp"
#include "core/retry.hpp"

namespace paddock::detail {
heir_watch::heir_watch(std::shared_ptr<leader_core> core)
    : operation<bool>(core->client->world(), [](error_code, bool) {}), core_(std::move(core)) {}

void heir_watch::start() {
    core_->client->admit(shared_from_this());
    if (finished()) return;
    auto self = std::static_pointer_cast<heir_watch>(shared_from_this());
    drive(run(std::move(self)));
}

void heir_watch::look_again() {
    woken_ = true;
    wake.notify();
}

bool heir_watch::waits() const { return !core_->own_node().empty(); }

asio::awaitable<void> heir_watch::run(std::shared_ptr<heir_watch> self) {
    while (!self->given_up) {
        if (!self->waits()) {
            co_await self->wake.wait();
            continue;
        }
        const auto home = co_await self->core_->client->usable_session(*self);
        if (!home) co_return;
        co_await self->look(home);
    }
}

// One look at the record, and until something changes. A watch, because of `getData`, exists only if the directory does.
asio::awaitable<void> heir_watch::look(std::shared_ptr<session> home) {
    woken_ = false;
    const mailbox<get_reply> looked(world_.executor());
    const watch_ticket watch = home->watch(
        core_->directory,
        [weak = weak_from_this(), this] {
            if (const auto self = weak.lock()) look_again();
        },
        looked.sink());
    const get_reply seen = co_await looked.take();
    if (seen.ec) {
        if (seen.what == fate::answered) co_await pause(refused_delay);
        co_return;
    }
    const auto record = read_leader_record(seen.data);
    if (record && waits() && record->heir == core_->own_node() && told_ != record->heir) {
        told_ = record->heir;
        tell();
    }
    while (!woken_ && !given_up && !home->ended()) co_await wake.wait();
}

void heir_watch::tell() {
    core_->heirs->tell([weak = std::weak_ptr(core_), node = told_] {
        const auto core = weak.lock();
        if (!core) return;
        (void)core->client->entrance()->post(
            [core, node] { std::make_shared<heir_answer>(core, node)->start(); });
    });
}

heir_answer::heir_answer(std::shared_ptr<leader_core> core, std::string node)
    : operation<bool>(core->client->world(), [](error_code, bool) {}),
      core_(std::move(core)),
      node_(std::move(node)) {}

void heir_answer::start() {
    core_->client->admit(shared_from_this());
    if (finished()) return;
    auto self = std::static_pointer_cast<heir_answer>(shared_from_this());
    drive(run(std::move(self)));
}

asio::awaitable<void> heir_answer::run(std::shared_ptr<heir_answer> self) {
    // A latch that has lost this place, or leads, has nothing to say any more.
    while (!self->given_up && self->core_->own_node() == self->node_) {
        const auto home = co_await self->core_->client->usable_session(*self);
        if (!home) co_return;
        const mailbox<stat_reply> written(self->world_.executor());
        // Version 0: a second answer changes nothing.
        home->set(join_path(self->core_->directory, self->node_), self->core_->id, 0, written.sink());
        const stat_reply answer = co_await written.take();
        if (!worth_retrying(answer)) break;
        if (answer.what == fate::answered) co_await self->pause(refused_delay);
    }
    self->finish({}, true);
}

}  // namespace paddock::detail
