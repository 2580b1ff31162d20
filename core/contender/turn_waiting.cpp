// What a contender waits by, and what it finds when that wakes it.
#include <string>

#include <glog/logging.h>

#include "core/contender/outcome.hpp"
#include "core/contender/queue_turn.hpp"
#include "core/departure_note.hpp"
#include "core/path.hpp"
#include "core/retry.hpp"

namespace paddock::detail {

// What a listing would show, without one: that the only one before has gone, or has left word that it had been the first.
// Neither needs an event to be true: what is read proves it, and that the own node is there. Who shares may have somebody
// before it even so, in the place of the one that has gone (a downgrade), so after a lone one it never leaves a note.
asio::awaitable<error_code> queue_turn::succeed(joined_node& mine, const queue_plan& left) {
    const auto epoch = mine.home->clock()->epoch();
    const std::string predecessor = join_path(queue_->directory, left.predecessor);
    const mailbox<stat_reply> gone(whom_.world().executor());
    const mailbox<get_reply> note(whom_.world().executor());
    const mailbox<stat_reply> own(whom_.world().executor());
    if (left.lone)
        mine.home->exists(predecessor, gone.sink());
    else
        mine.home->get(queue_->directory, note.sink());
    mine.home->exists(mine.path, own.sink());
    bool first = false;
    mine.note_over.reset();
    if (left.lone) {
        const stat_reply seen = co_await gone.take();
        first = is_code(seen.ec, server_errc::no_node);
    } else {
        const get_reply seen = co_await note.take();
        first = !seen.ec && seen.data == departure_note(left.predecessor);
        if (!seen.ec && gives_way_to_a_note(seen.data)) mine.note_over = seen.node.version;
    }
    const stat_reply there = co_await own.take();
    if (there.what == fate::answered) whom_.answered();
    if (whom_.given_up) co_return round_end::abandoned;
    const bool another = !there.ec && there.node.czxid != mine.token.value();
    if (another || is_code(there.ec, server_errc::no_node)) co_return round_end::node_gone;
    if (there.ec || !first) co_return round_end::look_again;  // the listing waits for what this lacked
    mine.epoch = epoch;
    queue_plan turn;
    turn.what = verdict::hold;
    turn.ahead = left.adjacent ? 0 : left.ahead - 1;
    co_return co_await take_turn(mine, turn);
}

// Watches by getData, which leaves nothing behind on a missing node (hazards B2, B4).
asio::awaitable<error_code> queue_turn::watch_predecessor(joined_node& mine, const std::string& name) {
    wakes_->any = false;
    const mailbox<get_reply> looked(whom_.world().executor());
    ahead_ = mine.home->watch(join_path(queue_->directory, name), rouse(), looked.sink());
    own_.arm();
    const get_reply seen = co_await looked.take();
    if (seen.what == fate::answered) whom_.answered();
    if (is_code(seen.ec, server_errc::no_node))
        co_return round_end::look_again;  // gone in between: read again at once
    if (seen.what == fate::answered && seen.ec && !worth_retrying(seen)) {
        LOG(WARNING) << "paddock: cannot watch " << name << " in " << queue_->directory << ": "
                     << seen.ec.message() << "; waiting contenders need the right to read each other's nodes";
        co_return seen.ec;
    }
    if (seen.ec) {  // no watch was left: read again, once connected (hazard B5) or no longer throttled
        if (mine.home->asks_for_pause(seen)) co_await back_off();
        co_return round_end::look_again;
    }
    // It holds, beside others: whoever of them leaves first makes room.
    const bool granted = queue_->grant == grant_rule::by_write && seen.node.version > 0;
    if (granted) {
        ahead_.reset();
        co_return co_await watch_directory(mine, name);
    }
    co_return round_end::others_ahead;
}

// For the first that waits behind several holders: watching one of them would miss the others' departure; or for whoever
// waits for the record. Reads the queue once more with the watches set, and waits only if `predecessor` is still the one
// before.
asio::awaitable<error_code> queue_turn::watch_directory(joined_node& mine, const std::string& predecessor,
                                                        watch_scope scope) {
    const bool connected = co_await mine.home->wait_connected(whom_);
    if (whom_.given_up) co_return round_end::abandoned;
    if (!connected) co_return round_end::session_over;
    wakes_->any = false;
    around_.emplace(*mine.home, *queue_, rouse(), scope);
    own_.arm();
    const reply seen = co_await around_->take(*mine.home, mine);
    if (seen.what == fate::answered) whom_.answered();
    if (seen.ec) {
        mine.forget_children();
        around_.reset();
        if (mine.home->asks_for_pause(seen) && worth_retrying(seen)) co_await back_off();
        if (worth_retrying(seen)) co_return round_end::look_again;
        co_return is_code(seen.ec, server_errc::no_node) ? make_error_code(round_end::node_gone) : seen.ec;
    }
    const queue_plan plan = decide(mine);
    const bool as_before = plan.what == verdict::wait && plan.predecessor == predecessor;
    if (!as_before) around_.reset();
    if (!as_before) co_return round_end::look_again;
    mine.forget_children();
    co_return round_end::others_ahead;
}

std::function<void()> queue_turn::rouse() const {
    return [weak = whom_.weak_from_this(), wakes = wakes_] {
        const auto whom = weak.lock();  // held: the last other reference may be a caller's, on another thread
        if (!whom) return;
        wakes->any = true;
        whom->wake.notify();
    };
}

}  // namespace paddock::detail
