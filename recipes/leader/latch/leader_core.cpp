#include "recipes/leader/latch/leader_core.hpp"

#include <utility>

#include <boost/asio/error.hpp>

#include "recipes/leader/candidacy/candidacy.hpp"
#include "recipes/leader/layout/leader_plan.hpp"

namespace paddock::detail {

std::shared_ptr<leader_core> leader_core::make(std::shared_ptr<client_core> on, std::string shown,
                                               leader_options options, term_work what) {
    const std::shared_ptr<leader_core> made(
        new leader_core(std::move(on), std::move(shown), std::move(options), std::move(what)));
    const checked_options& options_of = made->client->options();
    auto queue = std::make_shared<contender_settings>();
    queue->directory = made->directory;
    queue->shown = made->path;
    queue->kind = latch_kind;
    // The contender's node is known to its plan alone.
    queue->plan = [weak = made->weak_from_this()](const queue_view& seen) {
        if (const auto latch = weak.lock()) latch->joined(seen.own);
        return plan_latch(seen);
    };
    queue->acls = provided_acls(options_of.acls, made->directory, node_role::contender);
    queue->levels = levels_of(made->directory, options_of.acls);
    queue->data = [id = made->id] { return id; };
    queue->watches_directory = made->heirs_ != nullptr;  // by its heir_watch
    made->settings = std::move(queue);
    return made;
}

leader_core::leader_core(std::shared_ptr<client_core> on, std::string shown, leader_options options,
                         term_work what)
    : latch_state(std::move(on), std::move(shown), options, std::move(what)),
      heirs_(options.on_heir ? std::make_shared<heir_teller>(client->handlers(), std::move(options.on_heir))
                             : nullptr) {}

leader_core::~leader_core() = default;

error_code leader_core::start() {
    return client->entrance()->post([self = self()] { self->compete(); });
}

void leader_core::compete() {
    if (closed) return;
    if (seat.state() == candidate_state::idle) seat.now(candidate_state::competing, {});
    if (running_) return running_->want(true);
    running_ = std::make_shared<candidacy>(self());
    const auto starting = running_;
    if (heirs_) {
        heir_watch_ = std::make_shared<heir_watch>(self(), heirs_);
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
    if (own_node == name) return;
    own_node = name;
    if (!name.empty() && seat.state() == candidate_state::failing) seat.now(candidate_state::competing, {});
    if (heir_watch_) heir_watch_->look_again();
}

// All that was promised is kept before `done`: the node is gone, the last change told.
error_code leader_core::close(close_mode mode, std::function<void(error_code, bool)> done) {
    if (client->entrance()->in_other_process()) return errc::wrong_process;
    if (mode == close_mode::silent) changes->mute();
    if (heirs_) heirs_->mute();
    const error_code refused = client->entrance()->post([self = self(), mode, done = std::move(done)] {
        std::function<void()> at_end = [done] { done({}, true); };
        if (mode == close_mode::notify) {
            at_end = [done, handlers = self->client->handlers()] { handlers([done] { done({}, true); }); };
        }
        self->at_end_.push_back(std::move(at_end));
        self->retire();
    });
    // Only now: a handler may wait for what this close ends.
    if (mode == close_mode::silent) changes->silence();
    if (heirs_) heirs_->silence();
    return refused;
}

void leader_core::retire() {
    closed = true;
    end_waits(asio::error::operation_aborted);
    if (running_) return running_->want(false);
    ended({});
}

error_code leader_core::resign(after_term then, resigned_sink done) {
    return client->entrance()->post([self = self(), then, done = std::move(done)] {
        const auto running = self->running_;
        if (!running) return done({}, release_result::already_lost);
        running->resign(done);
        if (then == after_term::stop) running->want(false);
    });
}

}  // namespace paddock::detail
