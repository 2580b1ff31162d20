#include "core/operation.hpp"

#include <exception>

#include <boost/asio/co_spawn.hpp>

namespace paddock::detail {

void operation_base::drive(asio::awaitable<void> driver) {
    asio::co_spawn(world_.executor(), std::move(driver), [](std::exception_ptr bug) {
        if (bug)
            std::rethrow_exception(bug);  // drivers report errors as values; out of memory ends the process
    });
}

asio::awaitable<void> operation_base::pause(std::chrono::nanoseconds length, bool to_the_end) {
    bool over = false;
    const auto timer = world_.call_at(world_.now() + length, [this, &over] {
        over = true;
        wake.notify();
    });
    while (!over && (to_the_end || !given_up)) co_await wake.wait();
}

}  // namespace paddock::detail
