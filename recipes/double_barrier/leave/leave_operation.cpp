#include "recipes/double_barrier/leave/leave_operation.hpp"

#include <algorithm>
#include <utility>

#include "core/ask_all.hpp"
#include "core/path.hpp"

namespace paddock::detail {
namespace {

constexpr const char* mark = "leaving";

lease checked(const claim_core& on, lease held) {
    if (!held)
        throw argument_error(errc::empty_lease, "leave: the lease is empty; it must be of '" + on.path + "'");
    const lease_core& core = *held.core();
    if (&core.context() == on.client->leases().get() && core.first().path == on.path) return held;
    throw argument_error(errc::invalid_argument, "leave: the lease of '" + core.first().node +
                                                     "' must come from this client's barrier '" + on.path +
                                                     "'");
}

}  // namespace

leave_operation::leave_operation(const claim_core& on, lease held, sink_type sink)
    : round_operation(on.client, std::move(sink)),
      held_(checked(on, std::move(held))),
      node_(held_.core()->who().nodes.front()),
      record_(*this, on.queue()->directory) {}

// Whoever has lost its node while it waits for the others is not told of it by them: they may be staying.
error_code leave_operation::prepare() {
    on_loss_.emplace(held_.lost_token(), [weak = weak_from_this(), entrance = core_->entrance()] {
        (void)entrance->post([weak] {
            if (const auto self = weak.lock()) self->wake.notify();
        });
    });
    return {};
}

// The node is deleted when nothing needs it any more: the lease sees to that, here or with the operation.
void leave_operation::let_go() {
    record_.forget();
    next_.reset();
    on_loss_.reset();
    held_ = lease();
}

asio::awaitable<void> leave_operation::round(std::shared_ptr<session> home) {
    // Without the node nobody can be told of our leaving: the others break the generation.
    if (home->id() != held_.core()->who().session_id || lost()) {
        finish(errc::broken_barrier, false);
        co_return;
    }
    const get_reply seen = co_await record_.read(*home);
    const bool unread = co_await inconclusive(*home, seen);
    generation_record record;
    if (unread || finished() || !decide(seen, record)) co_return;
    const reply outcome = co_await mark_and_read(*home);
    const bool again = co_await inconclusive(*home, outcome);
    if (again || finished()) co_return;
    if (outcome.ec) {
        const bool gone = is_code(outcome.ec, server_errc::no_node);
        finish(gone ? make_error_code(errc::broken_barrier) : outcome.ec, false);
        co_return;
    }
    std::vector<member_state> states;
    for (const member& each : ring_) states.push_back(each.now);
    const leave_step step = plan_members(states);
    if (step != leave_step::wait) {
        co_await conclude(*home, step, record, seen.node.version);
        co_return;
    }
    // Everybody watches the record and the next in the ring: of those that are gone one is watched by somebody who waits.
    while (!record_.changed() && !(next_ && next_->changed()) && !lost() && !given_up && !home->ended())
        co_await wake.wait();
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
    std::vector<std::string> names = record.members;
    std::rotate(names.begin(), names.begin() + (own - record.members.begin() + 1), names.end());
    for (const std::string& name : names) ring_.emplace_back().path = join_path(record_.path(), name);
    if (ring_.size() > 1) next_.emplace(*this, ring_.front().path);
    return true;
}

// The reads leave behind the mark and are answered after it: whoever marks last sees the marks of all.
asio::awaitable<reply> leave_operation::mark_and_read(session& home) {
    const mailbox<stat_reply> marked(world_.executor());
    const bool marks = !marked_;
    if (marks) home.set(node_, mark, 0, marked.sink());
    sent_ = true;
    const reply outcome = co_await read_members(home);
    if (!marks) co_return outcome;
    const stat_reply answer = co_await marked.take();
    // Another version: the mark is there, its reply was lost.
    marked_ = answer.what == fate::answered && (!answer.ec || is_code(answer.ec, server_errc::bad_version));
    if (!marked_) co_return answer;
    co_return outcome;
}

asio::awaitable<reply> leave_operation::read_members(session& home) {
    reply outcome;
    const asker<get_reply> send = [&](std::size_t i, reply_to<get_reply> done) {
        if (i == 0 && next_)
            next_->send(home, true, std::move(done));
        else
            home.get(ring_[i].path, std::move(done));
    };
    const taker<get_reply> take = [&](std::size_t i, const get_reply& node) {
        if (node.what == fate::answered) answered();
        const bool gone = is_code(node.ec, server_errc::no_node);
        if (node.ec && !gone) outcome = node;
        ring_[i].version = node.node.version;
        ring_[i].now = gone                    ? member_state::gone
                       : node.node.version > 0 ? member_state::leaving
                                               : member_state::staying;
        return !outcome.ec;
    };
    co_await ask_all<get_reply>(world_.executor(), ring_.size(), send, take);
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
    write.path = record_.path();
    write.data = write_generation(all_left ? after_leaving(record) : after_break(record));
    write.version = version;
    const mailbox<multi_reply> written(world_.executor());
    home.multi(ops, written.sink());
    const multi_reply answer = co_await written.take();
    const bool again = co_await overtaken(home, answer);
    if (again || finished()) co_return;
    error_code ec = answer.ec;
    if (!ec && !all_left) ec = errc::broken_barrier;
    finish(ec, !ec);
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

}  // namespace paddock::detail
