#include "core/client/boot_timer.hpp"

#include <ctime>

namespace paddock::detail {
namespace {

class boot_timer : public std::enable_shared_from_this<boot_timer> {
public:
    boot_timer(const boost::asio::any_io_executor& executor, std::function<void()> action)
        : timer_(executor), action_(std::move(action)) {}

    void wait_until(boot_time when) {
        timer_.expires_at(when);
        // Weak: dropping the last reference takes the call back, even when the timer has fired already.
        timer_.async_wait([self = weak_from_this(), when](const boost::system::error_code& failure) {
            const auto alive = self.lock();
            if (alive && !failure) alive->fire(when);
        });
    }

private:
    void fire(boot_time when) {
        if (system_boot_clock::now() < when) return wait_until(when);
        const auto action = std::move(action_);  // it may drop us
        action();
    }

    boost::asio::basic_waitable_timer<system_boot_clock> timer_;
    std::function<void()> action_;
};

}  // namespace

boot_time system_boot_clock::now() noexcept {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return boot_time(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

scheduled_call call_on(const boost::asio::any_io_executor& executor, boot_time when,
                       std::function<void()> action) {
    if (when == boot_time::max()) {
        static char never;
        return {std::shared_ptr<void>(), &never};  // costs nothing, yet is not empty
    }
    auto timer = std::make_shared<boot_timer>(executor, std::move(action));
    timer->wait_until(when);
    return timer;
}

}  // namespace paddock::detail
