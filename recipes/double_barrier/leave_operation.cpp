#include "recipes/double_barrier/leave_operation.hpp"

#include <algorithm>
#include <utility>

#include "core/path.hpp"
#include "core/retry.hpp"

namespace paddock::detail {
namespace {

constexpr std::size_t reads_in_flight = 64;
constexpr const char* mark = "leaving";

}  // namespace

leave_operation::leave_operation(std::shared_ptr<const double_barrier_core> on, lease held, sink_type sink)
    : round_operation(on->client, std::move(sink)),
      on_(std::move(on)),
      held_(std::move(held)),
      node_(held_.core()->who().nodes.front()),
      record_(*this, on_->settings->directory) {}

// The node is deleted when nothing needs it any more: the lease sees to that, here or with the operation.
void leave_operation::let_go() {
    record_.forget();
    next_.reset();
    held_ = lease();
}

asio::awaitable<void> leave_operation::round(std::shared_ptr<session> home) {
    // Without the node nobody can be told of our leaving: the others break the generation.
    if (home->id() != held_.core()->who().session_id || held_.state() == lease_state::lost) {
        finish(errc::broken_barrier, false);
        co_return;
    }
    const get_reply seen = co_await record_.read(*home);
    if (finished()) co_return;
    if (worth_retrying(seen)) {
        if (seen.what == fate::answered) co_await back_off();
        co_return;
    }
    generation_record record;
    if (!decide(seen, record)) co_return;
    const reply outcome = co_await mark_and_read(*home);
    if (finished()) co_return;
    if (outcome.ec) {
        if (!worth_retrying(outcome))
            report(outcome);
        else if (outcome.what == fate::answered)
            co_await back_off();
        co_return;
    }
    std::vector<member_state> states;
    for (const member& each : ring_) states.push_back(each.now);
    const leave_step step = plan_members(states);
    if (step == leave_step::wait)
        co_await sleep(*home);
    else
        co_await conclude(*home, step, record, seen.node.version);
}

// False: the operation is finished.
bool leave_operation::decide(const get_reply& seen, generation_record& record) {
    const auto read = read_generation(seen.data);
    error_code ec = seen.ec;
    if (is_code(ec, server_errc::no_node)) ec = errc::broken_barrier;  // and the own node with it
    if (!ec && !read) ec = errc::conflict;
    if (!ec) {
        record = *read;
        const bool known = generation_ != 0 || recognise(record);
        const generation_fate now = known ? plan_leave(record, generation_, sent_) : generation_fate::broken;
        if (now == generation_fate::in) return true;
        if (now == generation_fate::broken) ec = errc::broken_barrier;
    }
    finish(ec, !ec);
    return false;
}

// The generation of which the own node is a member. One that has broken meanwhile, and been followed by the next, is
// not found: then this one has not marked its node, and nobody has left without it.
bool leave_operation::recognise(const generation_record& record) {
    const auto own = std::ranges::find(record.members, name_of(node_));
    if (own == record.members.end()) return false;
    generation_ = record.generation;
    const auto add = [this](const std::string& name) {
        member& each = ring_.emplace_back();
        each.path = join_path(on_->settings->directory, name);
    };
    std::for_each(own + 1, record.members.end(), add);
    std::for_each(record.members.begin(), own + 1, add);
    if (ring_.size() > 1) next_.emplace(*this, ring_.front().path);
    return true;
}

// The reads leave behind the mark and are answered after it: whoever marks last sees the marks of all.
asio::awaitable<reply> leave_operation::mark_and_read(session& home) {
    const mailbox<stat_reply> marked(world_.executor());
    const bool marks = !marked_;
    if (marks) home.set(node_, mark, 0, marked.sink());
    sent_ = true;
    reply outcome;
    for (std::size_t first = 0; first < ring_.size() && !outcome.ec; first += reads_in_flight) {
        const reply part =
            co_await read_members(home, first, std::min(ring_.size(), first + reads_in_flight));
        outcome = part;
    }
    if (!marks) co_return outcome;
    const stat_reply answer = co_await marked.take();
    // Another version: the mark is there, its reply was lost.
    marked_ = answer.what == fate::answered && (!answer.ec || is_code(answer.ec, server_errc::bad_version));
    if (!marked_) co_return answer;
    co_return outcome;
}

asio::awaitable<reply> leave_operation::read_members(session& home, std::size_t first, std::size_t end) {
    std::vector<mailbox<get_reply>> flight;
    for (std::size_t i = first; i < end; ++i) {
        flight.emplace_back(world_.executor());
        if (i == 0 && next_)
            next_->send(home, true, flight.back().sink());
        else
            home.get(ring_[i].path, flight.back().sink());
    }
    reply outcome;
    for (std::size_t i = first; i < end; ++i) {
        const get_reply node = co_await flight[i - first].take();
        if (node.what == fate::answered) answered();
        const bool gone = is_code(node.ec, server_errc::no_node);
        if (node.ec && !gone) outcome = node;
        ring_[i].version = node.node.version;
        ring_[i].now = gone                    ? member_state::gone
                       : node.node.version > 0 ? member_state::leaving
                                               : member_state::staying;
    }
    co_return outcome;
}

// The end of the generation, written once: the version of the record that was decided from sees to that, and the nodes
// to it that the decision still holds.
asio::awaitable<void> leave_operation::conclude(session& home, leave_step how,
                                                const generation_record& record, std::int32_t version) {
    const bool all_left = how == leave_step::finish;
    std::vector<multi_op> ops = proof(how);
    multi_op& write = ops.emplace_back();
    write.what = multi_op::kind::set;
    write.path = on_->settings->directory;
    write.data = write_generation(all_left ? after_leaving(record) : after_break(record));
    write.version = version;
    const mailbox<multi_reply> written(world_.executor());
    home.multi(ops, written.sink());
    const multi_reply answer = co_await written.take();
    if (finished()) co_return;
    if (answer.what == fate::answered && !answer.ec) {
        finish(all_left ? error_code() : make_error_code(errc::broken_barrier), all_left);
    } else if (answer.what == fate::answered) {
        const bool overtaken =
            is_code(answer.ec, server_errc::bad_version) || is_code(answer.ec, server_errc::no_node);
        if (!overtaken && !worth_retrying(answer))
            finish(answer.ec, false);
        else
            co_await back_off();
    }
}

// With the own node in it, the directory is the one that was read: it cannot have been reaped in between.
std::vector<multi_op> leave_operation::proof(leave_step how) const {
    std::vector<multi_op> ops;
    for (const member& each : ring_) {
        if (how == leave_step::break_off && each.path != node_) continue;
        multi_op& check = ops.emplace_back();
        check.path = each.path;
        if (how == leave_step::finish) check.version = each.version;
    }
    return ops;
}

// Everybody watches the record and the next in the ring: of those that are gone one is watched by somebody who waits.
asio::awaitable<void> leave_operation::sleep(session& home) {
    while (!record_.changed() && !(next_ && next_->changed()) && !given_up && !home.ended())
        co_await wake.wait();
}

void leave_operation::report(const reply& refused) {
    const bool gone = is_code(refused.ec, server_errc::no_node);
    finish(gone ? make_error_code(errc::broken_barrier) : refused.ec, false);
}

}  // namespace paddock::detail
