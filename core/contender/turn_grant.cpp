// How a turn becomes a certain grant.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/contender/granted_nodes.hpp"
#include "core/contender/outcome.hpp"
#include "core/contender/queue_turn.hpp"
#include "core/path.hpp"
#include "core/retry.hpp"

namespace paddock::detail {

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

}  // namespace paddock::detail
