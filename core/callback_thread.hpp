#pragma once

#include <functional>
#include <memory>

#include <boost/asio/any_completion_handler.hpp>

namespace paddock::detail {

/// A piece of work that runs once; move-only (C++20 has no `move_only_function`).
using unique_task = boost::asio::any_completion_handler<void()>;

/// Where such work goes.
using post_task = std::function<void(unique_task)>;

/// One thread for callbacks, in order, started when first needed and again after a stop. In a forked child each
/// callback gets a thread of its own.
class callback_thread {
public:
    explicit callback_thread(const char* name);
    ~callback_thread();

    void post(unique_task task);

    /// Runs what was posted, then ends the thread; where none could be started, runs it here. From one of its own callbacks:
    /// ends it after that one.
    void stop();

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace paddock::detail
