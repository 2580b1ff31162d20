#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include <paddock/leader_selector.hpp>

namespace paddock::detail {

/// The one function that a selector runs at a time, and who waits for its end. Any thread.
class running_function {
public:
    /// `began` is false when the term had ended before.
    using end_sink = std::function<void(std::exception_ptr thrown, bool began)>;
    virtual ~running_function() = default;

    /// Runs it for this term; `done` follows on some thread, and is told whether it ran.
    void run(leader_term term, std::function<void(bool)> done);
    /// Calls `done` once nothing runs, at once if nothing does.
    void when_idle(std::function<void()> done);
    /// True inside the function, where waiting for its end would never end.
    [[nodiscard]] bool is_here() const;

protected:
    /// Starts it; `ended` is called once.
    virtual void begin(leader_term term, end_sink ended) = 0;
    /// On the thread of the function.
    void enter();

private:
    void end();

    mutable std::mutex guard_;
    bool running_ = false;
    std::thread::id thread_;
    std::vector<std::function<void()>> at_end_;
};

/// On a thread of its own for each term.
class function_on_thread final : public running_function,
                                 public std::enable_shared_from_this<function_on_thread> {
public:
    explicit function_on_thread(leader_selector::function what) : what_(std::move(what)) {}

private:
    void begin(leader_term term, end_sink ended) override;
    const leader_selector::function what_;
};

/// As a coroutine on the user's executor.
class function_as_coroutine final : public running_function {
public:
    function_as_coroutine(boost::asio::any_io_executor executor, leader_selector::coroutine what)
        : executor_(std::move(executor)), what_(std::move(what)) {}

private:
    void begin(leader_term term, end_sink ended) override;
    const boost::asio::any_io_executor executor_;
    const leader_selector::coroutine what_;
};

}  // namespace paddock::detail
