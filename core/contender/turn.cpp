#include <utility>

#include <glog/logging.h>

#include "core/contender/contender.hpp"
#include "core/contender/outcome.hpp"
#include "core/path.hpp"
#include "core/retry.hpp"

namespace paddock::detail {

// A wake-up is never a grant: every one leads back to the plan (hazards B1, B7).
asio::awaitable<error_code> contender::wait_for_turn(joined_node& mine) {
    for (;;) {  // ends by a grant, a final error, the session's end or giving up
        if (given_up) co_return round_end::abandoned;
        if (mine.children.empty()) {
            const error_code ec = co_await read_children(mine);
            if (ec) co_return ec;
        }
        const queue_plan plan = decide(mine);
        if (plan.what == verdict::absent) co_return round_end::node_gone;
        if (plan.what == verdict::exhausted) co_return errc::sequence_exhausted;
        if (plan.what == verdict::wait && !may_queue_) co_return errc::timed_out;
        report_position(plan.ahead);
        if (plan.what == verdict::hold) co_return co_await confirm(mine);
        const error_code ec = co_await watch_and_wait(mine, plan.predecessor);
        if (ec) co_return ec;
    }
}

// The listing does not outlive this: thousands that wait in one queue would keep thousands of copies of it.
queue_plan contender::decide(joined_node& mine) const {
    const std::vector<std::string> children = std::exchange(mine.children, {});
    queue_plan plan = settings_->plan(name_of(mine.path), children);
    LOG_IF_EVERY_N(WARNING, plan.foreign > 0, 1000)
        << "paddock: " << settings_->directory << " has " << plan.foreign
        << " child(ren) that are no contenders of this recipe; they are ignored, Curator may wait for them";
    return plan;
}

asio::awaitable<error_code> contender::read_children(joined_node& mine) {
    for (;;) {  // ends by an answer, with the session, or by giving up
        listing_window::place listing = co_await mine.home->listings().enter(*this);
        const bool connected = co_await mine.home->wait_connected(*this);
        if (given_up) co_return round_end::abandoned;
        if (!connected) co_return round_end::session_over;
        const mailbox<children_reply> listed(world_.executor());
        const auto epoch = mine.home->clock()->epoch();
        mine.home->children(settings_->directory, listed.sink());
        children_reply seen = co_await listed.take();
        listing.reset();
        if (seen.what == fate::answered) answered();
        if (worth_retrying(seen)) {
            if (seen.what == fate::answered) co_await back_off();
            continue;
        }
        if (is_code(seen.ec, server_errc::no_node)) co_return round_end::node_gone;
        if (seen.ec) co_return seen.ec;
        mine.epoch = epoch;
        mine.home->listings().seen(seen.names.size());
        mine.children = std::move(seen.names);
        co_return error_code();
    }
}

// Watches by getData, which leaves nothing behind on a missing node (hazards B2, B4), and returns when the queue must
// be read again.
asio::awaitable<error_code> contender::watch_and_wait(joined_node& mine, const std::string& predecessor) {
    woken_ = false;
    const auto rouse = [weak = weak_from_this(), this] {
        const auto self = weak.lock();  // held: the last other reference may be a caller's, on another thread
        if (!self) return;
        woken_ = true;
        wake.notify();
    };
    const mailbox<get_reply> looked(world_.executor());
    const watch_ticket ahead =
        mine.home->watch(join_path(settings_->directory, predecessor), rouse, looked.sink());
    watch_own(mine);
    const get_reply seen = co_await looked.take();
    if (seen.what == fate::answered) answered();
    if (is_code(seen.ec, server_errc::no_node))
        co_return error_code();  // gone in between: read again at once
    if (seen.what == fate::answered && seen.ec && !worth_retrying(seen)) {
        LOG(WARNING) << "paddock: cannot watch " << predecessor << " in " << settings_->directory << ": "
                     << seen.ec.message() << "; waiting contenders need the right to read each other's nodes";
        co_return seen.ec;
    }
    if (seen.ec) {  // no watch was left: read again, once connected (hazard B5) or no longer throttled
        if (seen.what == fate::answered) co_await back_off();
        co_return error_code();
    }
    while (!woken_ && !given_up && !mine.home->ended()) co_await wake.wait();
    co_return error_code();
}

// So that a waiter learns that somebody has deleted its own node (hazard B13).
void contender::watch_own(joined_node& mine) {
    if (mine.own_watch && !own_fired_) return;
    own_fired_ = false;
    const auto fired = [weak = weak_from_this(), this] {
        const auto self = weak.lock();
        if (!self) return;
        own_fired_ = woken_ = true;
        wake.notify();
    };
    mine.own_watch =
        mine.home->watch(mine.path, fired, [fired, weak = weak_from_this(), this](const get_reply& answer) {
            if (answer.what != fate::answered || is_code(answer.ec, server_errc::no_node)) return fired();
            const auto self = weak.lock();
            if (!self || !answer.ec) return;
            // Any other refusal would be repeated as fast as the server answers.
            const auto delay = delays_.next(world_.random_unit());
            look_again_ = world_.call_at(saturating_add(world_.now(), delay), fired);
        });
}

// The listing proves the turn, at the zxid it was read. What it cannot prove is that the session lives: a cut-off
// follower answers reads after its leader has expired the session (hazards C3, E16). So after a long wait, or on a
// connection newer than the listing, one quorum write that names the node comes first.
asio::awaitable<error_code> contender::confirm(joined_node& mine) {
    for (;;) {  // ends by an answer, with the session, or by giving up
        const auto& clock = mine.home->clock();
        if (mine.home->expired()) co_return round_end::session_over;
        const bool same_connection = mine.home->connected() && clock->epoch() == mine.epoch;
        if (same_connection && clock->freshly_confirmed()) co_return error_code();
        const bool connected = co_await mine.home->wait_connected(*this);
        if (given_up) co_return round_end::abandoned;
        if (!connected) co_return round_end::session_over;
        std::vector<multi_op> ops(1);
        ops.front().what = multi_op::kind::check;
        ops.front().path = mine.path;
        const auto epoch = clock->epoch();
        const mailbox<multi_reply> checked(world_.executor());
        mine.home->multi(ops, checked.sink());
        const multi_reply answer = co_await checked.take();
        if (is_code(answer.ec, server_errc::no_node)) co_return round_end::node_gone;
        if (answer.what == fate::answered && answer.ec && !worth_retrying(answer)) co_return answer.ec;
        if (answer.what == fate::answered && answer.ec) co_await back_off();
        if (answer.ec || clock->epoch() != epoch || !mine.home->connected()) continue;
        mine.epoch = epoch;
        co_return error_code();
    }
}

void contender::report_position(std::size_t ahead) {
    if (!settings_->on_position || std::exchange(position_, ahead) == ahead) return;
    core_->handlers()([told = settings_, ahead] { told->on_position(ahead); });
}

}  // namespace paddock::detail
