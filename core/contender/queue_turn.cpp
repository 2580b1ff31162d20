#include "core/contender/queue_turn.hpp"

#include <utility>

#include <glog/logging.h>

#include "core/contender/outcome.hpp"
#include "core/path.hpp"
#include "core/retry.hpp"

namespace paddock::detail {

queue_turn::queue_turn(operation_base& whom, std::shared_ptr<const contender_settings> queue, bool may_queue,
                       own_watches& own, const post_task& handlers)
    : whom_(whom), queue_(std::move(queue)), may_queue_(may_queue), own_(own), handlers_(handlers) {}

// A wake-up is never a grant: every one leads back to the plan, or to what proves the same (hazards B1, B7).
asio::awaitable<error_code> queue_turn::advance(joined_node& mine) {
    if (came_) co_return error_code();
    if (settled(mine)) co_return round_end::others_ahead;
    waits_ = false;
    ahead_.reset();
    around_.reset();
    const auto before = std::exchange(behind_, std::nullopt);
    if (before && !own_.fired() && !whom_.given_up) {
        const error_code ec = co_await succeed(mine, *before);
        came_ = !ec;
        if (ec != make_error_code(round_end::look_again)) co_return ec;
    }
    for (;;) {  // ends by a grant, waiting, a final error, the session's end or giving up
        if (whom_.given_up) co_return round_end::abandoned;
        if (mine.children.empty()) {
            const error_code ec = co_await read_children(mine);
            if (ec) co_return ec;
        }
        const queue_plan plan = decide(mine);
        // The listing does not outlive this: thousands that wait in one queue would keep thousands of copies of it.
        mine.forget_children();
        const error_code ec = co_await follow(mine, plan);
        if (ec == make_error_code(round_end::look_again)) continue;
        came_ = !ec;
        waits_ = ec == make_error_code(round_end::others_ahead);
        co_return ec;
    }
}

bool queue_turn::settled(const joined_node& mine) const {
    return came_ || (waits_ && !wakes_->any && !own_.fired() && !whom_.given_up && !mine.home->ended());
}

queue_plan queue_turn::decide(const joined_node& mine) const {
    const queue_view view{name_of(mine.path), mine.children, mine.record};
    queue_plan plan = queue_->plan(view);
    LOG_IF_EVERY_N(WARNING, plan.foreign > 0, 1000)
        << "paddock: " << queue_->directory << " has " << plan.foreign
        << " child(ren) that are no contenders of this recipe; they are ignored, Curator may wait for them";
    return plan;
}

asio::awaitable<error_code> queue_turn::follow(joined_node& mine, const queue_plan& plan) {
    switch (plan.what) {
        case verdict::absent: co_return round_end::node_gone;
        case verdict::exhausted: co_return errc::sequence_exhausted;
        case verdict::refused: co_return plan.why;
        case verdict::declare: co_return co_await declare(mine, plan);
        case verdict::hold: co_return co_await take_turn(mine, plan);
        case verdict::wait: break;
    }
    if (!may_queue_) co_return errc::timed_out;
    report_position(plan.ahead);
    if (plan.watch == watch_scope::predecessor) {
        const error_code ec = co_await watch_predecessor(mine, plan.predecessor);
        const bool provable = queue_->leaves_notes || (plan.lone && queue_->grant == grant_rule::by_turn);
        if (provable && ec == make_error_code(round_end::others_ahead)) behind_ = plan;
        co_return ec;
    }
    co_return co_await watch_directory(mine, plan.predecessor, plan.watch);
}

asio::awaitable<error_code> queue_turn::read_children(joined_node& mine) {
    for (;;) {  // ends by an answer, with the session, or by giving up
        listing_window::place listing = co_await mine.home->listings().enter(whom_);
        const bool connected = co_await mine.home->wait_connected(whom_);
        if (whom_.given_up) co_return round_end::abandoned;
        if (!connected) co_return round_end::session_over;
        directory_reading reading(*mine.home, *queue_);
        const reply seen = co_await reading.take(*mine.home, mine);
        listing.reset();
        if (seen.what == fate::answered) whom_.answered();
        if (worth_retrying(seen)) {
            if (mine.home->asks_for_pause(seen)) co_await back_off();
            continue;
        }
        if (is_code(seen.ec, server_errc::no_node)) co_return round_end::node_gone;
        co_return seen.ec;
    }
}

void queue_turn::report_position(std::size_t ahead) {
    if (!queue_->on_position || std::exchange(position_, ahead) == ahead) return;
    if (queue_->tells_core) return queue_->on_position(ahead);
    handlers_([told = queue_, ahead] { told->on_position(ahead); });
}

asio::awaitable<void> queue_turn::back_off() {
    const auto delay = wakes_->delays.next(whom_.world().random_unit());
    co_await whom_.pause(delay);
}

}  // namespace paddock::detail
