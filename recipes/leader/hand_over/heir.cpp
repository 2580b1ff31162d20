#include "recipes/leader/hand_over/heir.hpp"

#include <utility>

#include "core/node_reader.hpp"
#include "core/path.hpp"
#include "core/retry.hpp"

namespace paddock::detail {

heir_watch::heir_watch(std::shared_ptr<latch_state> latch, std::shared_ptr<heir_teller> to)
    : round_operation(latch->client, [](error_code, bool) {}), latch_(std::move(latch)), to_(std::move(to)) {}

void heir_watch::look_again() {
    woken_ = true;
    wake.notify();
}

// One look at the record, and until something changes. A watch, because of `getData`, exists only if the directory does.
asio::awaitable<void> heir_watch::round(std::shared_ptr<session> home) {
    while (!waits() && !given_up) co_await wake.wait();
    if (given_up || home->ended()) co_return;
    woken_ = false;
    node_reader directory(*this, latch_->directory);
    const get_reply seen = co_await directory.read(*home);
    if (seen.ec) {
        if (home->asks_for_pause(seen)) co_await pause(refused_delay);
        co_return;
    }
    const auto record = read_leader_record(seen.data);
    if (record && waits() && record->heir == latch_->own_node && told_ != record->heir) {
        told_ = record->heir;
        tell();
    }
    while (!woken_ && !directory.changed() && !given_up && !home->ended()) co_await wake.wait();
}

void heir_watch::tell() {
    to_->tell([weak = std::weak_ptr(latch_), node = told_] {
        const auto latch = weak.lock();
        if (!latch) return;
        (void)latch->client->entrance()->post(
            [latch, node] { std::make_shared<heir_answer>(latch, node)->start(); });
    });
}

heir_answer::heir_answer(std::shared_ptr<latch_state> latch, std::string node)
    : round_operation(latch->client, [](error_code, bool) {}),
      latch_(std::move(latch)),
      node_(std::move(node)) {}

asio::awaitable<void> heir_answer::round(std::shared_ptr<session> home) {
    // A latch that has lost this place, or leads, has nothing to say any more.
    if (latch_->own_node != node_) {
        finish({}, true);
        co_return;
    }
    const mailbox<stat_reply> written(world_.executor());
    // Version 0: a second answer changes nothing.
    home->set(join_path(latch_->directory, node_), latch_->id, 0, written.sink());
    const stat_reply answer = co_await written.take();
    if (!worth_retrying(answer))
        finish({}, true);
    else if (home->asks_for_pause(answer))
        co_await pause(refused_delay);
}

}  // namespace paddock::detail
