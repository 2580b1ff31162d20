#include "recipes/leader/hand_over/hand_over.hpp"

#include <utility>

#include <boost/asio/error.hpp>

#include "core/node_reader.hpp"
#include "core/path.hpp"
#include "core/retry.hpp"
#include "recipes/leader/calls/record_write.hpp"
#include "recipes/leader/layout/leader_plan.hpp"

namespace paddock::detail {

hand_over_operation::hand_over_operation(std::shared_ptr<latch_state> latch, std::chrono::milliseconds limit,
                                         after_term then, sink_type sink)
    : operation<hand_over_result>(latch->client->world(), std::move(sink)),
      latch_(std::move(latch)),
      limit_(limit),
      then_(then) {}

void hand_over_operation::start() {
    latch_->client->admit(shared_from_this());
    if (finished()) return;
    if (limit_ <= limit_.zero()) return give_up(errc::invalid_duration);
    term_ = latch_->seat.held();
    if (!term_) return give_up(errc::not_owner);
    latch_->hand_overs.push_back(weak_from_this());
    end_ = saturating_add(world_.now(), limit_);
    on_limit_ = world_.call_at(end_, [this] {
        const auto self = shared_from_this();
        limit_passed_ = true;
        const bool connected = latch_->client->snapshot().state == session_state::connected;
        if (!connected) return give_up(errc::servers_unreachable);
        wake.notify();
    });
    auto self = std::static_pointer_cast<hand_over_operation>(shared_from_this());
    drive(run(std::move(self)));
}

// Its own resignation, which ends the term, is not to end it.
void hand_over_operation::leave_term() {
    std::erase_if(latch_->hand_overs, [this](const std::weak_ptr<operation_base>& one) {
        const auto other = one.lock();
        return !other || other.get() == this;
    });
}

// What is published next would announce it again.
void hand_over_operation::withdraw(const std::string& heir) {
    if (latch_->record.heir == heir) latch_->record.heir.clear();
}

asio::awaitable<void> hand_over_operation::run(std::shared_ptr<hand_over_operation> self) {
    std::string heir;
    hand_over_result how = hand_over_result::nobody;
    error_code ec = co_await self->choose(heir);
    if (!ec && !heir.empty()) ec = co_await self->announce(heir);
    if (!ec && !heir.empty()) ec = co_await self->wait_for(heir, how);
    self->on_limit_.reset();
    self->leave_term();
    if (ec || self->given_up) self->withdraw(heir);
    if (self->given_up) co_return;
    if (ec || heir.empty()) {
        self->finish(ec, how);
        co_return;
    }
    const error_code refused = self->latch_->resign(
        self->then_, [self, how](error_code failed, release_result) { self->finish(failed, how); });
    if (refused) self->finish(refused, how);
}

asio::awaitable<error_code> hand_over_operation::choose(std::string& heir) {
    for (;;) {  // ends by an answer, with the term, the limit, or by giving up
        if (limit_passed_) co_return errc::servers_unreachable;
        const auto home = co_await latch_->client->usable_session(*this);
        if (!home) co_return asio::error::operation_aborted;
        const error_code over = term_over(*term_, *home);
        if (over) co_return over;
        const mailbox<children_reply> listed(world_.executor());
        home->children(latch_->directory, listed.sink());
        const children_reply seen = co_await listed.take();
        if (worth_retrying(seen)) {
            if (home->asks_for_pause(seen)) co_await pause(refused_delay);
            continue;
        }
        if (seen.ec) co_return seen.ec;
        heir = heir_of(name_of(term_->who().nodes.front()), seen.names);
        co_return error_code();
    }
}

asio::awaitable<error_code> hand_over_operation::announce(std::string heir) {
    const mailbox<error_code> box(world_.executor());
    record_write::change_type change = [heir = std::move(heir)](leader_record& changed) {
        changed.heir = heir;
    };
    record_write::sink_type written = [sink = box.sink()](error_code ec, bool) { sink(ec); };
    const auto write = std::make_shared<record_write>(latch_, std::move(change), std::move(written));
    write->expire_at(end_);
    write->start();
    const error_code ec = co_await box.take();
    co_return ec;
}

// Version 0 is the heir's node as it joined; its answer is a write of the same data.
asio::awaitable<error_code> hand_over_operation::wait_for(const std::string& heir, hand_over_result& how) {
    for (;;) {  // ends by what the heir does, with the term, the limit, or by giving up
        how = hand_over_result::unprepared;
        if (limit_passed_) co_return error_code();
        const auto home = co_await latch_->client->usable_session(*this);
        if (!home) co_return asio::error::operation_aborted;
        const error_code over = term_over(*term_, *home);
        if (over) co_return over;
        node_reader node(*this, join_path(latch_->directory, heir));
        const get_reply seen = co_await node.read(*home);
        how = hand_over_result::heir_gone;
        if (is_code(seen.ec, server_errc::no_node)) co_return error_code();
        how = hand_over_result::ready;
        if (!seen.ec && seen.node.version > 0) co_return error_code();
        if (!worth_retrying(seen) && seen.ec) co_return seen.ec;
        if (seen.ec && home->asks_for_pause(seen)) co_await pause(refused_delay);
        while (!seen.ec && !node.changed() && !limit_passed_ && !given_up) co_await wake.wait();
        if (given_up) co_return asio::error::operation_aborted;
    }
}

}  // namespace paddock::detail
