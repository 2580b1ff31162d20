#include <paddock/leader_selector.hpp>

#include <atomic>
#include <utility>

#include <boost/asio/error.hpp>

#include "recipes/leader/calls/candidates.hpp"
#include "recipes/leader/latch/leader_core.hpp"
#include "recipes/leader/selector/running_function.hpp"

namespace paddock {

namespace detail {

/// A latch whose terms are filled by a function.
class selector_core {
public:
    selector_core(client& on, std::string directory, std::shared_ptr<running_function> run,
                  selector_options options)
        : work(std::move(run)), then(options.auto_requeue ? after_term::compete_again : after_term::stop) {
        leader_options as_latch;
        as_latch.id = std::move(options.id);
        latch = leader_core::make(
            on.core(), std::move(directory), std::move(as_latch),
            [run = work, next = then](leader_term term, const std::function<void(after_term)>& done) {
                run->run(std::move(term),
                         [done, next, run](bool ran) { done(ran ? next : after_term::compete_again); });
            });
    }

    /// `done` follows when the node is gone and the function has returned, closed client or not.
    void close(std::function<void(error_code, bool)> done) {
        const auto then_idle = [run = work, over = closed, done](error_code ec, bool) {
            run->when_idle([over, done, ec] {
                *over = true;
                done(ec, true);
            });
        };
        const error_code refused = latch->close(close_mode::silent, then_idle);
        if (refused == errc::wrong_process) return done(refused, false);
        if (refused) then_idle({}, true);
    }

    const std::shared_ptr<running_function> work;
    const after_term then;
    std::shared_ptr<leader_core> latch;
    const std::shared_ptr<std::atomic<bool>> closed = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace detail

namespace {

template <class Function>
Function callable(Function run) {
    if (run) return run;
    throw argument_error(errc::invalid_argument, "leader_selector: function is empty; it must be callable");
}

}  // namespace

leader_selector::leader_selector(client& on, std::string directory, function run, selector_options options)
    : core_(std::make_shared<detail::selector_core>(
          on, std::move(directory), std::make_shared<detail::function_on_thread>(callable(std::move(run))),
          std::move(options))) {}

leader_selector::leader_selector(client& on, std::string directory, boost::asio::any_io_executor executor,
                                 coroutine run, selector_options options)
    : core_(std::make_shared<detail::selector_core>(
          on, std::move(directory),
          std::make_shared<detail::function_as_coroutine>(std::move(executor), callable(std::move(run))),
          std::move(options))) {}

leader_selector::leader_selector(leader_selector&&) noexcept = default;

leader_selector& leader_selector::operator=(leader_selector&& other) noexcept {
    if (this == &other) return *this;
    if (core_) close();
    core_ = std::move(other.core_);
    return *this;
}

leader_selector::~leader_selector() {
    if (core_) close();
}

void leader_selector::start() {
    detail::or_throw(path(), [this](error_code& ec) { start(ec); });
}

void leader_selector::start(error_code& ec) { ec = core_->latch->start(); }

// What comes after the term is said when the function has returned. Who only waits goes on waiting.
void leader_selector::interrupt() {
    (void)core_->latch->resign(after_term::compete_again, [](error_code, release_result) {});
}

bool leader_selector::leads() const { return core_->latch->seat.leads(); }
std::optional<leader_term> leader_selector::term() const { return core_->latch->seat.term(); }
candidate_state leader_selector::state() const { return core_->latch->seat.state(); }
const std::string& leader_selector::path() const noexcept { return core_->latch->path; }

std::vector<leader_candidate> leader_selector::participants(std::chrono::milliseconds timeout) {
    return detail::or_throw(path(), [&](error_code& ec) { return participants(timeout, ec); });
}

std::vector<leader_candidate> leader_selector::participants(std::chrono::milliseconds timeout,
                                                            error_code& ec) {
    return detail::list_candidates(core_->latch, SIZE_MAX, timeout, ec);
}

void leader_selector::close() {
    if (core_->latch->client->entrance()->in_other_process() || *core_->closed) return;
    if (core_->work->is_here()) return core_->close([](error_code, bool) {});
    detail::blocking_result<bool> outcome;
    core_->close(outcome.sink());
    error_code ec;
    outcome.wait(ec);
}

void leader_selector::start_close(std::shared_ptr<detail::selector_core> core,
                                  boost::asio::any_completion_handler<void(error_code)> handler) {
    auto finish = detail::make_completion(std::move(handler), core->latch->client->handlers());
    finish->ends_on_cancel(core->latch->client->entrance(), boost::asio::error::operation_aborted);
    core->close([finish](error_code ec, bool) { finish->later(ec); });
}

}  // namespace paddock
