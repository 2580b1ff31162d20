#pragma once

#include <functional>
#include <mutex>

#include <boost/asio/any_io_executor.hpp>

#include <paddock/error.hpp>

namespace paddock::detail {

/// The way from any thread into core's executor, for objects that may outlive the client. Closed before the
/// executor goes; shut in a forked child, where neither the thread behind it nor its locks can be relied upon
/// (hazard D10).
class gate {
public:
    explicit gate(boost::asio::any_io_executor executor);

    /// Runs `action` on the executor, after what was posted before; or says why it never will
    /// (`errc::client_closed`, `errc::wrong_process`).
    error_code post(std::function<void()> action);

    void close();

    [[nodiscard]] bool in_other_process() const noexcept;

private:
    const unsigned owner_;  // its fork_count
    std::mutex guard_;
    bool open_ = true;
    boost::asio::any_io_executor executor_;
};

}  // namespace paddock::detail
