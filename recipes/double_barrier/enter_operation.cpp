#include "recipes/double_barrier/enter_operation.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/contender/grant.hpp"
#include "core/contender/outcome.hpp"
#include "core/path.hpp"
#include "core/retry.hpp"

namespace paddock::detail {

enter_operation::enter_operation(std::shared_ptr<const double_barrier_core> on, sink_type sink)
    : acquire_operation(on->client->world(), std::move(sink)), on_(std::move(on)), queues_({on_->settings}) {}

void enter_operation::start() {
    on_->client->admit(shared_from_this());
    if (finished()) return;
    drive(run(std::static_pointer_cast<enter_operation>(shared_from_this())));
}

asio::awaitable<void> enter_operation::run(std::shared_ptr<enter_operation> self) {
    for (;;) {  // ends by a grant, a final error, or when the caller has given up
        const auto home = co_await self->on_->client->usable_session(*self);
        if (!home) co_return;
        error_code ec;
        {
            std::vector<joined_node> mine;
            queue_join join(*self, self->queues_);
            ec = co_await join.run(home, mine);
            if (!ec) ec = co_await self->take_part(home, mine.front());
            if (!ec && !self->given_up) {
                lease granted = grant_lease(*self->on_->client, self->queues_, mine);
                self->finish({}, std::move(granted));
                co_return;
            }
        }
        if (self->given_up) co_return;
        if (!is_rejoin(ec)) {
            self->finish(ec, lease());
            co_return;
        }
        co_await self->back_off();
    }
}

// A wake-up is never a pass: every one leads back to the plan (hazards B1, B7, F10).
asio::awaitable<error_code> enter_operation::take_part(std::shared_ptr<session> home, joined_node& mine) {
    place at(*this, mine, on_->settings->directory);
    for (;;) {  // ends by a pass, a final error, the session's end or giving up
        if (given_up) co_return round_end::abandoned;
        if (home->ended()) co_return round_end::session_over;
        if (mine.children.empty()) {
            const error_code ec = co_await look(mine, at);
            if (ec == make_error_code(round_end::look_again)) continue;
            if (ec) co_return ec;
        }
        const std::vector<std::string> children = std::exchange(mine.children, {});
        const enter_view seen{name_of(mine.path), children, read_generation(mine.record), on_->members};
        const enter_step step = plan_enter(seen);
        error_code ec;
        switch (step.what) {
            case enter_step::kind::absent: co_return round_end::node_gone;
            case enter_step::kind::exhausted: co_return errc::sequence_exhausted;
            case enter_step::kind::conflict: co_return errc::conflict;
            case enter_step::kind::broken: co_return errc::broken_barrier;
            case enter_step::kind::propose:
                ec = co_await propose(mine, step.next);
                if (ec != make_error_code(round_end::look_again)) co_return ec;
                break;
            case enter_step::kind::wait:
                if (at.watching) co_await sleep(mine, at);
                break;
            case enter_step::kind::pass:
                if (at.record_zxid == 0) break;  // read when it joined: look for the zxid
                mine.token = fencing_token(at.record_zxid);
                co_return co_await confirm(mine);
        }
    }
}

// The record and the own node with watches, then the children, in one network wait.
asio::awaitable<error_code> enter_operation::look(joined_node& mine, place& at) {
    const bool connected = co_await mine.home->wait_connected(*this);
    if (given_up) co_return round_end::abandoned;
    if (!connected) co_return round_end::session_over;
    const auto epoch = mine.home->clock()->epoch();
    const mailbox<get_reply> record(world_.executor());
    const mailbox<get_reply> own(world_.executor());
    const mailbox<children_reply> listed(world_.executor());
    at.record.send(*mine.home, true, record.sink());
    at.own.send(*mine.home, true, own.sink());
    mine.home->children(on_->settings->directory, listed.sink());
    const get_reply seen = co_await record.take();
    const get_reply node = co_await own.take();
    children_reply all = co_await listed.take();
    const std::array<reply, 3> answers = {seen, node, all};
    for (const reply& one : answers) {
        if (one.what == fate::answered) answered();
        if (is_code(one.ec, server_errc::no_node)) co_return round_end::node_gone;
        if (worth_retrying(one)) {
            if (one.what == fate::answered) co_await back_off();
            co_return round_end::look_again;
        }
        if (one.ec) co_return one.ec;
    }
    mine.epoch = epoch;
    mine.record = seen.data;
    mine.record_version = seen.node.version;
    mine.children = std::move(all.names);
    at.record_zxid = seen.node.mzxid;
    at.watching = true;
    co_return error_code();
}

// All members' nodes and the record that was decided from, or nothing: so a generation is in at one zxid, at which
// nobody of it was gone.
asio::awaitable<error_code> enter_operation::propose(joined_node& mine, const generation_record& next) {
    std::vector<multi_op> ops(next.members.size() + 1);
    for (std::size_t i = 0; i < next.members.size(); ++i)
        ops[i].path = join_path(on_->settings->directory, next.members[i]);
    multi_op& record = ops.back();
    record.what = multi_op::kind::set;
    record.path = on_->settings->directory;
    record.data = write_generation(next);
    record.version = mine.record_version;
    const auto epoch = mine.home->clock()->epoch();
    const mailbox<multi_reply> written(world_.executor());
    mine.home->multi(ops, written.sink());
    const multi_reply answer = co_await written.take();
    if (answer.what == fate::answered) answered();
    const bool member = std::ranges::find(next.members, name_of(mine.path)) != next.members.end();
    const bool is_in = !answer.ec && member;
    if (is_in) {
        mine.epoch = epoch;
        mine.token = fencing_token(answer.results.back().node.mzxid);
        co_return co_await confirm(mine);
    }
    if (!answer.ec || worth_retrying(answer) || is_code(answer.ec, server_errc::bad_version) ||
        is_code(answer.ec, server_errc::no_node)) {
        if (answer.what == fate::answered && answer.ec) co_await back_off();
        co_return round_end::look_again;  // somebody was faster, or is gone; or nobody knows
    }
    co_return answer.ec;
}

// What was read proves that all are in; not that the own session still lives (hazards C3, E16).
asio::awaitable<error_code> enter_operation::confirm(joined_node& mine) {
    for (;;) {  // ends by an answer, with the session, or by giving up
        const auto& clock = mine.home->clock();
        if (mine.home->expired()) co_return round_end::session_over;
        if (mine.home->connected() && clock->epoch() == mine.epoch && clock->freshly_confirmed())
            co_return error_code();
        const bool connected = co_await mine.home->wait_connected(*this);
        if (given_up) co_return round_end::abandoned;
        if (!connected) co_return round_end::session_over;
        std::vector<multi_op> ops(1);
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

asio::awaitable<void> enter_operation::sleep(const joined_node& mine, const place& at) {
    while (!at.record.changed() && !at.own.changed() && !given_up && !mine.home->ended())
        co_await wake.wait();
}

asio::awaitable<void> enter_operation::back_off() {
    const auto delay = delays_.next(world_.random_unit());
    co_await pause(delay);
}

}  // namespace paddock::detail
