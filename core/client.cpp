#include <paddock/client.hpp>

#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include "core/blocking.hpp"
#include "core/client/fork_gate.hpp"
#include "core/client/reactor.hpp"
#include "core/client_core.hpp"
#include "core/commit.hpp"
#include "core/completion.hpp"

namespace paddock {

using std::chrono::milliseconds;

namespace detail {
namespace {

// One for the process: stop requests of lost leases must not queue behind some client's blocked handler.
std::shared_ptr<callback_thread> shared_signal_thread() {
    static std::mutex guard;
    static std::weak_ptr<callback_thread> known;
    static pid_t process = 0;  // a forked child inherits objects without their threads
    const fork_gate gate;      // nor would it ever get a lock that another thread had (hazard D10)
    const std::lock_guard lock(guard);
    auto thread = std::exchange(process, ::getpid()) == ::getpid() ? known.lock() : nullptr;
    if (!thread) known = thread = std::make_shared<callback_thread>("paddock-signal");
    return thread;
}

// Where handlers without an executor of their own run: in order on the user's executor, or on a thread of ours.
post_task handler_place(const boost::asio::any_io_executor& given,
                        const std::shared_ptr<callback_thread>& own) {
    if (!given) return [own](unique_task task) { own->post(std::move(task)); };
    return [strand = boost::asio::make_strand(given)](unique_task task) {
        boost::asio::post(strand, std::move(task));
    };
}

}  // namespace

/// The threads behind one client.
class client_runtime {
public:
    explicit client_runtime(const client_options& options)
        : reactor_(reactor::shared()),
          callbacks_(std::make_shared<callback_thread>("paddock-callback")),
          signals_(shared_signal_thread()),
          core_(std::make_shared<client_core>(
              *reactor_, check_options(options), handler_place(options.callback_executor, callbacks_),
              [signals = signals_](unique_task task) { signals->post(std::move(task)); })) {
        core_->entrance()->post([core = core_] { core->start(); });
    }
    client_runtime(const client_runtime&) = delete;
    client_runtime& operator=(const client_runtime&) = delete;
    ~client_runtime() {
        if (core_->entrance()->in_other_process()) {
            new std::shared_ptr<client_core>(core_);  // inert: the parent's session is not ours to touch
            return;
        }
        close();
    }

    void close() {
        blocking_result<bool> closed;
        const error_code refused = core_->entrance()->post(
            [core = core_, done = closed.sink()] { core->close([done] { done({}, true); }); });
        if (refused) return;
        error_code ec;
        closed.wait(ec);
        core_->entrance()->close();
        callbacks_->stop();
    }

    [[nodiscard]] const std::shared_ptr<client_core>& core() const noexcept { return core_; }

private:
    std::shared_ptr<reactor> reactor_;
    std::shared_ptr<callback_thread> callbacks_;
    std::shared_ptr<callback_thread> signals_;
    std::shared_ptr<client_core> core_;
};

}  // namespace detail

client::client(client_options options) {
    (void)detail::check_options(options);  // before any thread is started
    runtime_ = std::make_unique<detail::client_runtime>(options);
    core_ = runtime_->core();
}

client::client(std::shared_ptr<detail::client_core> core) noexcept : core_(std::move(core)) {}
client::client(client&&) noexcept = default;
client& client::operator=(client&&) noexcept = default;
client::~client() = default;

void client::close() {
    if (runtime_ && !core_->entrance()->in_other_process()) runtime_->close();
}

session_state client::state() const { return core_->snapshot().state; }
std::int64_t client::session_id() const { return core_->snapshot().session_id; }
milliseconds client::session_timeout() const { return core_->snapshot().timeout; }

client_stats client::stats() const {
    detail::blocking_result<client_stats> outcome;
    const error_code refused =
        core_->entrance()->post([core = core_, done = outcome.sink()] { done({}, core->stats()); });
    error_code ec;
    return refused ? client_stats() : outcome.wait(ec);
}

bool client::wait_connected(milliseconds timeout) {
    if (timeout <= milliseconds::zero()) {
        throw argument_error(errc::invalid_duration, "wait_connected: " + std::to_string(timeout.count()) +
                                                         " ms is not more than zero");
    }
    return core_->wait_state(timeout);
}

subscription client::on_state_change(std::function<void(const session_event&)> handler) {
    if (!handler) {
        throw argument_error(errc::invalid_argument,
                             "client::on_state_change: handler is empty; it must be callable");
    }
    return subscription(core_->subscribe(std::move(handler)));
}

namespace {

std::shared_ptr<detail::commit_operation> begin_commit(const std::shared_ptr<detail::client_core>& core,
                                                       const transaction& writes, milliseconds timeout,
                                                       detail::commit_operation::sink_type sink,
                                                       error_code& refused) {
    if (timeout <= milliseconds::zero()) {
        throw argument_error(errc::invalid_duration, "commit: timeout of " + std::to_string(timeout.count()) +
                                                         " ms is not more than zero");
    }
    auto operation = std::make_shared<detail::commit_operation>(
        core, detail::make_commit_request(*core, writes.body()), std::move(sink));
    refused = core->entrance()->post([operation, core, timeout] {
        operation->start(detail::saturating_add(core->world().now(), timeout));
    });
    return operation;
}

}  // namespace

std::vector<transaction_result> client::commit(const transaction& writes, milliseconds timeout) {
    detail::blocking_result<std::vector<transaction_result>> outcome;
    error_code ec;
    (void)begin_commit(core_, writes, timeout, outcome.sink(), ec);
    std::vector<transaction_result> results;
    if (!ec) results = outcome.wait(ec);
    if (ec) throw boost::system::system_error(ec, "commit");
    return results;
}

std::vector<transaction_result> client::commit(const transaction& writes, milliseconds timeout,
                                               error_code& ec) {
    try {
        ec = {};
        return commit(writes, timeout);
    } catch (const boost::system::system_error& failure) {
        ec = failure.code();
        return {};
    }
}

void client::start_commit(
    std::shared_ptr<detail::client_core> core, transaction writes, milliseconds timeout,
    boost::asio::any_completion_handler<void(error_code, std::vector<transaction_result>)> handler) {
    auto finish = detail::make_completion(std::move(handler), core->handlers());
    const auto cancelled = finish->cancels(core->entrance());
    error_code refused;
    try {
        *cancelled = begin_commit(
            core, writes, timeout,
            [finish](error_code ec, std::vector<transaction_result> results) {
                (*finish)(ec, std::move(results));
            },
            refused);
    } catch (const argument_error& refusal) {
        refused = refusal.code();
    }
    if (refused) finish->later(refused, std::vector<transaction_result>());
}

}  // namespace paddock
