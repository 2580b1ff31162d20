#include <paddock/leader_observer.hpp>

#include <utility>

#include "core/call.hpp"
#include "recipes/leader/observer/observer_core.hpp"

namespace paddock {
namespace {

leader_observer::handler_type callable(leader_observer::handler_type handler) {
    if (handler) return handler;
    throw argument_error(errc::invalid_argument, "leader_observer: handler is empty; it must be callable");
}

}  // namespace

leader_observer::leader_observer(client& on, std::string directory, handler_type handler)
    : core_(std::make_shared<detail::observer_core>(on.core(), std::move(directory),
                                                    callable(std::move(handler)))) {}

leader_observer::leader_observer(leader_observer&&) noexcept = default;

leader_observer& leader_observer::operator=(leader_observer&& other) noexcept {
    if (this == &other) return *this;
    if (core_) core_->close();
    core_ = std::move(other.core_);
    return *this;
}

leader_observer::~leader_observer() {
    if (core_) core_->close();
}

void leader_observer::start() {
    detail::or_throw(path(), [this](error_code& ec) { start(ec); });
}

void leader_observer::start(error_code& ec) { ec = core_->start(); }

void leader_observer::close() { core_->close(); }

const std::string& leader_observer::path() const noexcept { return core_->path; }

}  // namespace paddock
