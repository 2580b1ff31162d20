#include "core/gate.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include "core/fork_count.hpp"

namespace paddock::detail {

gate::gate(boost::asio::any_io_executor executor) : owner_(fork_count()), executor_(std::move(executor)) {}

error_code gate::post(std::function<void()> action) {
    if (in_other_process()) return errc::wrong_process;
    const std::lock_guard lock(guard_);
    if (!open_) return errc::client_closed;
    boost::asio::post(executor_, std::move(action));
    return {};
}

void gate::close() {
    const std::lock_guard lock(guard_);
    open_ = false;
}

bool gate::in_other_process() const noexcept { return fork_count() != owner_; }

}  // namespace paddock::detail
