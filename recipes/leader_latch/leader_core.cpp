#include "recipes/leader_latch/leader_core.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/error.hpp>

#include "core/call.hpp"
#include "core/path.hpp"
#include "core/recipe_arguments.hpp"
#include "core/text.hpp"
#include "recipes/leader_latch/candidacy.hpp"
#include "recipes/leader_latch/hand_over.hpp"
#include "recipes/leader_latch/heir.hpp"
#include "recipes/leader_latch/leader_plan.hpp"
#include "recipes/leader_latch/record_write.hpp"

namespace paddock::detail {
namespace {

constexpr std::size_t id_bytes_max = 1024;

std::string valid_id(std::string id) {
    const bool fits = id.size() <= id_bytes_max && is_utf8(id) && id.find('\0') == std::string::npos;
    if (fits) return id;
    throw argument_error(errc::invalid_argument,
                         "id: '" + printable(id) + "' must be valid UTF-8 without NUL of at most 1024 bytes");
}

}  // namespace

std::shared_ptr<leader_core> leader_core::make(std::shared_ptr<client_core> on, std::string shown,
                                               leader_options options, term_work what) {
    on = live_client(std::move(on), "leader_latch");
    shown = recipe_path(std::move(shown), "leader_latch");
    std::string where = path_at_server(*on, shown, "leader_latch");
    const std::shared_ptr<leader_core> made(new leader_core(std::move(on), std::move(shown), std::move(where),
                                                            std::move(options), std::move(what)));
    const checked_options& options_of = made->client->options();
    auto settings = std::make_shared<contender_settings>();
    settings->directory = made->directory;
    settings->shown = made->path;
    settings->kind = latch_kind;
    // The contender's node is known to its plan alone.
    settings->plan = [weak = made->weak_from_this()](const queue_view& seen) {
        if (const auto self = weak.lock()) self->joined(seen.own);
        return plan_latch(seen);
    };
    settings->acls = provided_acls(options_of.acls, made->directory, node_role::contender);
    settings->levels = levels_of(made->directory, options_of.acls);
    settings->data = [id = made->id] { return id; };
    made->settings_ = std::move(settings);
    return made;
}

leader_core::leader_core(std::shared_ptr<client_core> on, std::string shown, std::string where,
                         leader_options options, term_work what)
    : client(std::move(on)),
      path(std::move(shown)),
      directory(std::move(where)),
      changes(std::make_shared<teller<std::optional<leader_term>>>(client->handlers(),
                                                                   std::move(options.on_change))),
      heirs(options.on_heir ? std::make_shared<teller<std::function<void()>>>(client->handlers(),
                                                                              std::move(options.on_heir))
                            : nullptr),
      id(valid_id(std::move(options.id))),
      work(std::move(what)) {}

leader_core::~leader_core() = default;

error_code leader_core::start() {
    return client->entrance()->post([self = shared_from_this()] { self->compete(); });
}

void leader_core::compete() {
    if (closed_) return;
    if (running_) return running_->want(true);
    seat.now(candidate_state::competing, {});
    running_ = std::make_shared<candidacy>(shared_from_this());
    const auto starting = running_;
    if (heirs) {
        heir_watch_ = std::make_shared<heir_watch>(shared_from_this());
        heir_watch_->start();
    }
    starting->start();
}

void leader_core::ended(error_code why) {
    running_ = nullptr;
    if (const auto watching = std::exchange(heir_watch_, nullptr))
        watching->give_up(asio::error::operation_aborted);
    seat.now(candidate_state::idle, why);
    for (const auto& done : std::exchange(at_end_, {})) done();
}

void leader_core::joined(std::string_view name) {
    if (own_node_ == name) return;
    own_node_ = name;
    if (!name.empty() && seat.state() == candidate_state::failing) seat.now(candidate_state::competing, {});
    if (heir_watch_) heir_watch_->look_again();
}

void leader_core::begin_term(const leader_term& term) {
    record = {};
    record.term = term.token;
    ++changes_of_record;
    for (const auto& one : std::exchange(waiting_, {})) one->finish({}, term);
}

// All that was promised is kept before `done`: the node is gone, the last change told.
error_code leader_core::close(close_mode mode, std::function<void(error_code, bool)> done) {
    if (client->entrance()->in_other_process()) return errc::wrong_process;
    if (mode == close_mode::silent) changes->mute();
    if (heirs) heirs->mute();
    const error_code refused = client->entrance()->post([self = shared_from_this(), mode,
                                                         done = std::move(done)] {
        std::function<void()> at_end = [done] { done({}, true); };
        if (mode == close_mode::notify) {
            at_end = [done, handlers = self->client->handlers()] { handlers([done] { done({}, true); }); };
        }
        self->at_end_.push_back(std::move(at_end));
        self->retire();
    });
    // Only now: a handler may wait for what this close ends.
    if (mode == close_mode::silent) changes->silence();
    if (heirs) heirs->silence();
    return refused;
}

void leader_core::retire() {
    closed_ = true;
    for (const auto& one : std::exchange(waiting_, {})) one->give_up(asio::error::operation_aborted);
    if (running_) return running_->want(false);
    ended({});
}

error_code leader_core::resign(after_term then, std::function<void(error_code, release_result)> done) {
    return client->entrance()->post([self = shared_from_this(), then, done = std::move(done)] {
        const auto running = self->running_;
        if (!running) return done({}, release_result::already_lost);
        running->resign(done);
        if (then == after_term::stop) running->want(false);
    });
}

std::shared_ptr<operation_base> leader_core::await(std::chrono::steady_clock::time_point deadline,
                                                   operation<leader_term>::sink_type sink,
                                                   error_code& refused) {
    refused = refusal(*client);
    if (refused) return nullptr;
    auto wait = std::make_shared<leadership_wait>(client, std::move(sink));
    refused = client->entrance()->post([self = shared_from_this(), wait, deadline] {
        self->client->admit(wait);
        if (wait->finished()) return;
        if (self->closed_) return wait->give_up(asio::error::operation_aborted);
        if (const auto term = self->seat.term()) {
            wait->finish({}, *term);
            return;
        }
        environment& world = self->client->world();
        if (deadline != std::chrono::steady_clock::time_point::max()) {
            const auto now = world.steady_now();
            if (deadline <= now) return wait->give_up(wait->deadline_error());
            wait->expire_at(saturating_add(world.now(), deadline - now));
        }
        std::erase_if(self->waiting_, [](const auto& one) { return one->finished(); });
        self->waiting_.push_back(wait);
    });
    return wait;
}

std::shared_ptr<operation_base> leader_core::publish(std::string value, std::chrono::milliseconds timeout,
                                                     operation<bool>::sink_type sink, error_code& refused) {
    check_value(value);
    refused = errc::invalid_duration;
    if (timeout <= std::chrono::milliseconds::zero()) return nullptr;
    refused = refusal(*client);
    if (refused) return nullptr;
    auto write = std::make_shared<record_write>(shared_from_this(), std::move(sink));
    refused = client->entrance()->post([write, timeout, value = std::move(value)]() mutable {
        const boot_time end = saturating_add(write->world().now(), timeout);
        write->start([&value](leader_record& changed) { changed.value = std::move(value); }, end);
    });
    return write;
}

std::shared_ptr<operation_base> leader_core::hand_over(std::chrono::milliseconds limit, after_term then,
                                                       operation<hand_over_result>::sink_type sink,
                                                       error_code& refused) {
    refused = errc::invalid_duration;
    if (limit <= std::chrono::milliseconds::zero()) return nullptr;
    refused = refusal(*client);
    if (refused) return nullptr;
    auto giving = std::make_shared<hand_over_operation>(shared_from_this(), then, std::move(sink));
    refused = client->entrance()->post([giving, limit] { giving->start(limit); });
    return giving;
}

std::shared_ptr<queue_listing> leader_core::list(std::size_t most, std::chrono::milliseconds timeout,
                                                 queue_listing::sink_type sink, error_code& refused) const {
    refused = errc::invalid_duration;
    if (timeout <= std::chrono::milliseconds::zero()) return nullptr;
    refused = refusal(*client);
    if (refused) return nullptr;
    auto query = std::make_shared<queue_listing>(client, settings_, latch_queue, most, std::move(sink));
    refused = client->entrance()->post(
        [query, timeout, on = client] { query->start(saturating_add(on->world().now(), timeout)); });
    return query;
}

}  // namespace paddock::detail
