#include "core/contender/queue_turn.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <glog/logging.h>

#include "core/contender/granted_nodes.hpp"
#include "core/contender/outcome.hpp"
#include "core/departure_note.hpp"
#include "core/path.hpp"
#include "core/retry.hpp"

namespace paddock::detail {
namespace {

// Its room too, which an assignment of {} would keep.
void forget(std::vector<std::string>& listing) { std::vector<std::string>().swap(listing); }

}  // namespace

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
        forget(mine.children);
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

queue_plan queue_turn::decide(const joined_node& mine) const {
    const queue_view view{name_of(mine.path), mine.children, mine.record};
    queue_plan plan = queue_->plan(view);
    LOG_IF_EVERY_N(WARNING, plan.foreign > 0, 1000)
        << "paddock: " << queue_->directory << " has " << plan.foreign
        << " child(ren) that are no contenders of this recipe; they are ignored, Curator may wait for them";
    return plan;
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
        forget(mine.children);
        around_.reset();
        if (mine.home->asks_for_pause(seen) && worth_retrying(seen)) co_await back_off();
        if (worth_retrying(seen)) co_return round_end::look_again;
        co_return is_code(seen.ec, server_errc::no_node) ? make_error_code(round_end::node_gone) : seen.ec;
    }
    const queue_plan plan = decide(mine);
    const bool as_before = plan.what == verdict::wait && plan.predecessor == predecessor;
    if (!as_before) around_.reset();
    if (!as_before) co_return round_end::look_again;
    forget(mine.children);
    co_return round_end::others_ahead;
}

// Whoever comes first declares it; the version sees to that. All that it needs exists at that zxid, or it is not written.
asio::awaitable<error_code> queue_turn::declare(joined_node& mine, const queue_plan& plan) {
    std::vector<multi_op> ops(plan.needs.size() + 1);
    for (std::size_t i = 0; i < plan.needs.size(); ++i)
        ops[i].path = join_path(queue_->directory, plan.needs[i]);
    multi_op& record = ops.back();
    record.what = multi_op::kind::set;
    record.path = queue_->directory;
    record.data = plan.record;
    record.version = mine.record_version;
    const auto epoch = mine.home->clock()->epoch();
    const mailbox<multi_reply> written(whom_.world().executor());
    mine.home->multi(ops, written.sink());
    const multi_reply answer = co_await written.take();
    if (answer.what == fate::answered) whom_.answered();
    const bool refused = answer.ec && !worth_retrying(answer);
    if (refused && !is_code(answer.ec, server_errc::bad_version) && !is_code(answer.ec, server_errc::no_node))
        co_return answer.ec;
    if (mine.home->asks_for_pause(answer) && answer.ec)
        co_await back_off();  // others were faster, or are gone
    const bool among = std::ranges::find(plan.needs, name_of(mine.path)) != plan.needs.end();
    if (answer.ec || !among) co_return round_end::look_again;
    mine.epoch = epoch;
    mine.token = fencing_token(answer.results.back().node.mzxid);
    co_return co_await confirm(mine);
}

std::function<void()> queue_turn::rouse() const {
    return [weak = whom_.weak_from_this(), wakes = wakes_] {
        const auto whom = weak.lock();  // held: the last other reference may be a caller's, on another thread
        if (!whom) return;
        wakes->any = true;
        whom->wake.notify();
    };
}

// Whose turn came before the limit was lowered may find that others behind it were granted while it had not yet written:
// there is no room beside them any more. To wait for them could be to wait in a circle, as they may wait behind this one
// in another queue of a multi_lock; so it joins again, behind all. Grants of an older record are seen here: each was
// written before the record that has been read, and a session never sees less than it has seen.
asio::awaitable<error_code> queue_turn::take_turn(joined_node& mine, const queue_plan& plan) {
    const bool joined_before = mine.token.value() < mine.record_since;
    if (joined_before && !plan.doubtful.empty()) {
        std::vector<std::string> granted;
        const reply seen = co_await find_granted(*mine.home, *queue_, plan.doubtful, granted);
        if (seen.ec && !worth_retrying(seen)) co_return seen.ec;
        if (seen.ec && mine.home->asks_for_pause(seen)) co_await back_off();
        if (seen.ec) co_return round_end::look_again;
        if (!granted.empty())
            co_return may_queue_ ? make_error_code(round_end::node_gone) : make_error_code(errc::timed_out);
    }
    report_position(0);
    if (plan.ahead == 0 && mine.note_over) mine.note = {queue_->directory, *mine.note_over};
    if (queue_->grant == grant_rule::by_record) mine.token = fencing_token(mine.record_since);
    co_return co_await confirm(mine);
}

// By turn or by record, what was read proves the grant, at the zxid it was read. What it cannot prove is that the session
// lives: a cut-off follower answers reads after its leader has expired the session (hazards C3, E16). So after a long wait,
// or on a connection newer than the reading, one quorum write that names the node comes first. By write, that write is the
// grant: it takes effect only while the record is the one that was decided from.
asio::awaitable<error_code> queue_turn::confirm(joined_node& mine) {
    bool written = false;  // perhaps: an answer was lost
    for (;;) {             // ends by an answer, with the session, or by giving up
        const auto& clock = mine.home->clock();
        if (mine.home->expired()) co_return round_end::session_over;
        const bool same_connection = mine.home->connected() && clock->epoch() == mine.epoch;
        const bool by_write = queue_->grant == grant_rule::by_write;
        if (!by_write && same_connection && clock->freshly_confirmed()) co_return error_code();
        const bool connected = co_await mine.home->wait_connected(whom_);
        if (whom_.given_up) co_return round_end::abandoned;
        if (!connected) co_return round_end::session_over;
        const std::vector<multi_op> ops = grant_ops(mine);
        const auto epoch = clock->epoch();
        const mailbox<multi_reply> checked(whom_.world().executor());
        mine.home->multi(ops, checked.sink());
        const multi_reply answer = co_await checked.take();
        if (is_code(answer.ec, server_errc::no_node)) co_return round_end::node_gone;
        const bool record_changed = is_code(answer.ec, server_errc::bad_version);
        if (record_changed && !written) co_return round_end::look_again;
        if (record_changed) {
            const error_code ec = co_await recall_grant(mine, epoch);
            if (ec == make_error_code(errc::outcome_unknown)) continue;
            co_return ec;
        }
        if (answer.what == fate::answered && answer.ec && !worth_retrying(answer)) co_return answer.ec;
        if (answer.ec && mine.home->asks_for_pause(answer)) co_await back_off();
        written = written || !answer.ec || answer.what == fate::unknown;
        if (answer.ec || clock->epoch() != epoch || !mine.home->connected()) continue;
        mine.epoch = epoch;
        if (by_write) mine.token = fencing_token(answer.results.back().node.mzxid);
        co_return error_code();
    }
}

// The record changed between two writes of one grant, of which the first may have been the grant, though its answer was
// lost: then others take this one for a holder, and so must it. The refusal of the second is a quorum's answer, so the
// server that gave it shows the first; what is still on its way will be refused too. `errc::outcome_unknown` without an
// answer on that connection.
asio::awaitable<error_code> queue_turn::recall_grant(joined_node& mine, std::uint64_t epoch) {
    const mailbox<stat_reply> looked(whom_.world().executor());
    mine.home->exists(mine.path, looked.sink());
    const stat_reply seen = co_await looked.take();
    const bool same_connection = mine.home->connected() && mine.home->clock()->epoch() == epoch;
    if (worth_retrying(seen) && mine.home->asks_for_pause(seen)) co_await back_off();
    if (worth_retrying(seen) || !same_connection) co_return errc::outcome_unknown;
    if (is_code(seen.ec, server_errc::no_node)) co_return round_end::node_gone;
    if (seen.ec) co_return seen.ec;
    if (seen.node.version == 0) co_return round_end::look_again;
    mine.epoch = epoch;
    mine.token = fencing_token(seen.node.mzxid);
    co_return error_code();
}

std::vector<multi_op> queue_turn::grant_ops(const joined_node& mine) const {
    std::vector<multi_op> ops;
    if (queue_->grant == grant_rule::by_write && queue_->reads_record) {
        multi_op& record = ops.emplace_back();
        record.what = multi_op::kind::check;
        record.path = queue_->directory;
        record.version = mine.record_version;
    }
    multi_op& own = ops.emplace_back();
    own.what = queue_->grant == grant_rule::by_write ? multi_op::kind::set : multi_op::kind::check;
    own.path = mine.path;
    own.data = mine.data;
    return ops;
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
