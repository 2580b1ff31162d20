#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "core/client/reactor.hpp"
#include "integration/support/eventually.hpp"
#include "integration/support/raw_client.hpp"

namespace paddock::testing {

enum class happened { connected, disconnected, ended, watch };

struct session_note {
    happened what{};
    std::int64_t session_id = 0;
    std::chrono::milliseconds timeout{};
    detail::boot_time handshake_sent{};
    error_code reason;
    std::string path;
    detail::watch_event event{};
};

/// Keeps what a handle reports, for the test's thread.
class session_recorder final : public detail::session_listener {
public:
    void on_connected(std::int64_t id, std::chrono::milliseconds timeout, detail::boot_time sent) override;
    void on_disconnected() override;
    void on_ended(error_code reason) override;
    void on_watch(const std::string& path, detail::watch_event event) override;

    [[nodiscard]] std::vector<session_note> notes() const;
    [[nodiscard]] std::size_t count(happened what) const;
    /// False if it has not happened `times` times after `within`.
    [[nodiscard]] bool wait(happened what, std::size_t times = 1,
                            std::chrono::milliseconds within = default_wait);
    [[nodiscard]] session_note last(happened what) const;

    /// Runs on the reactor thread, after the note has been taken.
    std::function<void(const session_note&)> hook;

private:
    void add(const session_note& note);
    [[nodiscard]] std::size_t count_locked(happened what) const;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<session_note> notes_;
};

/// One handle on the process's reactor, used from the test's thread.
class handle_under_test {
public:
    explicit handle_under_test(const std::string& servers,
                               std::chrono::milliseconds timeout = std::chrono::seconds(4));
    explicit handle_under_test(const detail::session_parameters& parameters);
    handle_under_test(const handle_under_test&) = delete;
    handle_under_test& operator=(const handle_under_test&) = delete;
    ~handle_under_test();

    /// Runs `call` on the reactor thread and returns its result.
    template <class Call>
    auto on_reactor(Call call) {
        std::packaged_task<decltype(call())()> task(std::move(call));
        auto result = task.get_future();
        boost::asio::post(world_->executor(), [&task] { task(); });
        return result.get();
    }
    /// Runs `call(api, done)` on the reactor thread and returns what `done` is given.
    template <class Reply, class Call>
    std::future<Reply> ask(Call call) {
        auto promise = std::make_shared<std::promise<Reply>>();
        auto result = promise->get_future();
        boost::asio::post(world_->executor(), [this, promise, call = std::move(call)] {
            call(*handle_, [promise](Reply reply) { promise->set_value(std::move(reply)); });
        });
        return result;
    }

    detail::create_reply create(const std::string& path, const std::string& data = {},
                                create_mode mode = create_mode::persistent);
    detail::get_reply get(const std::string& path, bool watch = false);
    detail::stat_reply exists(const std::string& path);
    detail::children_reply children(const std::string& path, bool watch = false);
    detail::stat_reply set(const std::string& path, const std::string& data, std::int32_t version = -1);
    detail::reply remove(const std::string& path, std::int32_t version = -1);
    detail::multi_reply multi(const std::vector<detail::multi_op>& ops);
    detail::reply sync(const std::string& path);
    void remove_watch(const std::string& path, detail::watch_kind kind = detail::watch_kind::data);
    detail::wire_counts counts();

    /// False if `done` has not been called after `within`.
    [[nodiscard]] bool close(std::chrono::milliseconds within = default_wait);
    /// Destroys the handle, on the reactor thread.
    void drop();

    [[nodiscard]] session_recorder& events() noexcept { return events_; }
    [[nodiscard]] detail::reactor& world() noexcept { return *world_; }
    [[nodiscard]] std::int64_t session_id() const { return events_.last(happened::connected).session_id; }

    /// For the reactor thread.
    std::unique_ptr<detail::znode_api> handle_;

private:
    std::shared_ptr<detail::reactor> world_ = detail::reactor::shared();
    session_recorder events_;
};

/// Everyone may do everything.
std::vector<acl> open_acl();

}  // namespace paddock::testing
