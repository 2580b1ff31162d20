#pragma once

#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>

#include "core/boot_time.hpp"
#include "core/environment.hpp"

namespace paddock::detail {

/// The system's CLOCK_BOOTTIME, in the form that Asio's timers take.
struct system_boot_clock : boot_clock {
    static boot_time now() noexcept;
};

/// `environment::call_at`. A suspended machine delays the call at most until the next event after it woke up,
/// because Asio compares its timers with their own clock then.
scheduled_call call_on(const boost::asio::any_io_executor& executor, boot_time when,
                       std::function<void()> action);

}  // namespace paddock::detail
