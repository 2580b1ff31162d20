#include "recipes/leader/observer/observer_core.hpp"

#include <utility>

#include <glog/logging.h>
#include <boost/asio/error.hpp>

#include "core/path.hpp"
#include "core/recipe_arguments.hpp"
#include "core/retry.hpp"
#include "recipes/leader/layout/leader_plan.hpp"
#include "recipes/leader/layout/leader_record.hpp"

namespace paddock::detail {
namespace {

constexpr std::size_t node_name_max = 64;  // with the slash before it; "_c_<uuid>-latch-0000000000" has 57

}  // namespace

observation::observation(std::shared_ptr<client_core> client, std::string directory,
                         std::shared_ptr<teller<told>> to)
    : round_operation(std::move(client), [](error_code, bool) {}),
      directory_(std::move(directory)),
      to_(std::move(to)) {}

// From one leader to the next. Whatever fires, or fails, leads back to a new listing.
asio::awaitable<void> observation::round(std::shared_ptr<session> home) {
    view seen;
    queue_changed_ = false;
    error_code ec;
    seen.share = home->limits().take(directory_.size() + node_name_max, ec, directory_.size());
    if (!ec) ec = co_await find_leader(*home, seen);
    if (!ec && !seen.node.empty()) ec = co_await read_leader(*home, seen);
    if (!ec && !seen.node.empty()) ec = co_await follow(home, seen);
    if (!ec && seen.node.empty()) ec = co_await wait_for_somebody(home);
    if (ec && !given_up) co_await sit_out(ec);
}

std::function<void()> observation::rousing(bool& flag) {
    return [weak = weak_from_this(), this, at = &flag] {
        const auto self = weak.lock();
        if (!self) return;
        *at = true;
        wake.notify();
    };
}

asio::awaitable<error_code> observation::find_leader(session& home, view& seen) {
    const mailbox<children_reply> listed(world_.executor());
    home.children(directory_, listed.sink());
    const children_reply found = co_await listed.take();
    if (is_code(found.ec, server_errc::no_node)) tell(std::nullopt);
    if (found.ec) co_return found.ec;
    const auto queue = latch_queue(found.names);
    if (!queue.empty()) seen.node = queue.front().name;
    co_return error_code();
}

// Both watches in one network wait. A leader that is gone already is no error: list again at once (hazard F13).
asio::awaitable<error_code> observation::read_leader(session& home, view& seen) {
    const mailbox<get_reply> leader(world_.executor());
    seen.on_leader = home.watch(join_path(directory_, seen.node), rousing(queue_changed_), leader.sink());
    const get_reply node = co_await leader.take();
    if (is_code(node.ec, server_errc::no_node)) {
        queue_changed_ = true;
        co_return error_code();
    }
    seen.id = node.data;
    seen.token = fencing_token(node.node.czxid);
    co_return node.ec;
}

// Its values, as long as it leads.
asio::awaitable<error_code> observation::follow(std::shared_ptr<session> home, view& seen) {
    while (!queue_changed_ && !given_up && !home->ended()) {
        record_changed_ = false;
        const mailbox<get_reply> looked(world_.executor());
        seen.on_directory = home->watch(directory_, rousing(record_changed_), looked.sink());
        const get_reply record = co_await looked.take();
        if (record.ec) co_return record.ec;
        leadership now;
        now.id = seen.id;
        now.node = seen.node;
        now.token = seen.token;
        now.value = value_in_term(record.data, seen.token);
        if (!queue_changed_) tell(std::move(now));
        patience_.reset();
        while (!queue_changed_ && !record_changed_ && !given_up && !home->ended()) co_await wake.wait();
    }
    co_return error_code();
}

// Nobody leads: only now a watch on the directory's children, which every latch that joins would fire (a herd).
asio::awaitable<error_code> observation::wait_for_somebody(std::shared_ptr<session> home) {
    const mailbox<children_reply> listed(world_.executor());
    const watch_ticket children = home->watch_children(directory_, rousing(queue_changed_), listed.sink());
    const children_reply found = co_await listed.take();
    if (found.ec) co_return found.ec;
    if (!latch_queue(found.names).empty()) co_return error_code();
    tell(std::nullopt);
    patience_.reset();
    while (!queue_changed_ && !given_up && !home->ended()) co_await wake.wait();
    co_return error_code();
}

// A listing of a missing directory leaves no watch: looked for again, once a second at least. So is everything that a
// server refused for now.
asio::awaitable<void> observation::sit_out(error_code ec) {
    const bool usual = is_code(ec, server_errc::no_node) || ec == make_error_code(errc::outcome_unknown) ||
                       ec == make_error_code(errc::session_expired);
    if (!usual) {
        LOG_EVERY_T(WARNING, 60) << "paddock: cannot observe " << directory_ << ": " << ec.message()
                                 << "; tried again once a second";
    }
    co_await pause(patience_.next(world_.random_unit()));
}

// A new session may begin at a server that is behind what the old one has seen: a term that was told to be over does not
// come back.
void observation::tell(told now) {
    if (now && now->token < newest_) return;
    if (now) newest_ = now->token;
    if (last_ && *last_ == now) return;
    last_ = now;
    to_->tell(std::move(now));
}

observer_core::observer_core(std::shared_ptr<client_core> on, std::string directory,
                             leader_observer::handler_type handler)
    : client(live_client(std::move(on), "leader_observer")),
      path(recipe_path(std::move(directory), "leader_observer")),
      to(std::make_shared<teller<observation::told>>(client->handlers(), std::move(handler))),
      directory_(path_at_server(*client, path, "leader_observer")) {
    validate_path(directory_, "leader_observer");
}

error_code observer_core::start() {
    return client->entrance()->post([self = shared_from_this()] {
        if (self->closed_ || self->running_) return;
        self->running_ = std::make_shared<observation>(self->client, self->directory_, self->to);
        self->running_->start();
    });
}

void observer_core::close() {
    if (client->entrance()->in_other_process()) return;
    to->silence();
    (void)client->entrance()->post([self = shared_from_this()] {
        self->closed_ = true;
        if (const auto running = std::exchange(self->running_, nullptr))
            running->give_up(asio::error::operation_aborted);
    });
}

}  // namespace paddock::detail
