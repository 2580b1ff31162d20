#include <paddock/lease.hpp>

#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include "core/blocking.hpp"
#include "core/completion.hpp"
#include "core/lease_core.hpp"

namespace paddock {
namespace {

detail::lease_core& required(const std::shared_ptr<detail::lease_core>& core) {
    if (!core) throw boost::system::system_error(errc::empty_lease);
    return *core;
}

void release_in_background(std::shared_ptr<detail::lease_core> core) noexcept {
    if (!core || core->context().entrance->in_other_process()) return;
    core->silence();
    try {
        if (core->release_at_once()) return;
        (void)core->release([](error_code, release_result) {});
    } catch (...) {  // out of memory while posting: the node stays until the session ends
    }
}

// A lease of a closed client is lost: an answer, not an error.
error_code unless_closed(const error_code& refused) {
    return refused == make_error_code(errc::client_closed) ? error_code() : refused;
}

// An empty lease belongs to no client; what it answers runs on a thread of the system executor.
detail::post_task handlers_of(const std::shared_ptr<detail::lease_core>& core) {
    if (core) return core->context().handlers;
    return
        [](detail::unique_task task) { boost::asio::post(boost::asio::system_executor(), std::move(task)); };
}

}  // namespace

lease::lease() noexcept = default;
lease::lease(std::shared_ptr<detail::lease_core> core) noexcept : core_(std::move(core)) {}
lease::lease(lease&&) noexcept = default;
lease& lease::operator=(lease&& other) noexcept {
    if (this != &other) release_in_background(std::exchange(core_, std::exchange(other.core_, nullptr)));
    return *this;
}
lease::~lease() { release_in_background(std::move(core_)); }

paddock::fencing_token lease::fencing_token() const { return required(core_).first().token; }
const std::string& lease::node() const { return required(core_).first().node; }
const std::vector<lease_part>& lease::parts() const { return required(core_).who().parts; }
std::int64_t lease::session_id() const { return required(core_).who().session_id; }
lease_state lease::state() const { return required(core_).state(); }
loss_reason lease::reason() const { return required(core_).reason(); }
std::stop_token lease::lost_token() const { return required(core_).lost_token(); }

std::chrono::milliseconds lease::remaining() const {
    return std::chrono::floor<std::chrono::milliseconds>(required(core_).remaining());
}

subscription lease::on_state_change(std::function<void(lease_state)> handler) {
    if (!handler)
        throw argument_error(errc::invalid_argument,
                             "lease::on_state_change: handler is empty; it must be callable");
    return subscription(required(core_).subscribe(std::move(handler)));
}

bool lease::check() {
    error_code ec;
    const bool exists = check(ec);
    if (ec) throw boost::system::system_error(ec);
    return exists;
}

bool lease::check(error_code& ec) {
    if (!core_) {
        ec = errc::empty_lease;
        return false;
    }
    detail::blocking_result<bool> outcome;
    const error_code refused = core_->check(outcome.sink());
    if (!refused) return outcome.wait(ec);
    ec = unless_closed(refused);
    return false;
}

release_result lease::release() {
    required(core_).silence();
    if (const auto at_once = core_->release_at_once()) {
        core_.reset();
        return *at_once;
    }
    detail::blocking_result<release_result> outcome;
    const error_code refused = std::exchange(core_, nullptr)->release(outcome.sink());
    error_code ec = unless_closed(refused);
    const release_result result = refused ? release_result::already_lost : outcome.wait(ec);
    if (ec) throw boost::system::system_error(ec);
    return result;
}

void lease::start_check(std::shared_ptr<detail::lease_core> core,
                        boost::asio::any_completion_handler<void(error_code, bool)> handler) {
    auto finish = detail::make_completion(std::move(handler), handlers_of(core));
    if (!core) return finish->later(errc::empty_lease, false);
    finish->ends_on_cancel(core->context().entrance, boost::asio::error::operation_aborted, false);
    const error_code refused = core->check([finish](error_code ec, bool exists) { (*finish)(ec, exists); });
    if (refused) finish->later(unless_closed(refused), false);
}

void lease::start_release(std::shared_ptr<detail::lease_core> core,
                          boost::asio::any_completion_handler<void(error_code, release_result)> handler) {
    auto finish = detail::make_completion(std::move(handler), handlers_of(core));
    if (!core) return finish->later(errc::empty_lease, release_result::already_lost);
    core->silence();
    if (const auto at_once = core->release_at_once()) return finish->later({}, *at_once);
    finish->ends_on_cancel(core->context().entrance, boost::asio::error::operation_aborted,
                           release_result::unconfirmed);
    const error_code refused =
        core->release([finish](error_code ec, release_result result) { (*finish)(ec, result); });
    if (refused) finish->later(unless_closed(refused), release_result::already_lost);
}

}  // namespace paddock
