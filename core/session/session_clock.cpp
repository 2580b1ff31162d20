#include "core/session/session_clock.hpp"

#include <algorithm>

namespace paddock::detail {

session_clock::session_clock(const environment& source) : source_(source) {}

void session_clock::connected(boot_time handshake_sent, lease_timing timing) {
    const std::lock_guard lock(guard_);
    if (expired()) return;
    connected_ = true;
    timing_ = timing;
    // Opening a session is a quorum write. Re-attaching is not: a deposed leader may grant it, and the real one still
    // goes by the former timeout.
    if (++epoch_ == 1) {
        quorum_contact_ = touched_ = handshake_sent;
        certain_until_ = touched_ + timing.timeout;
    }
    certain_until_ = std::min(certain_until_, touched_ + timing.timeout);
    contact_ = std::max(contact_, handshake_sent);
}

void session_clock::disconnected() {
    const std::lock_guard lock(guard_);
    connected_ = false;
}

void session_clock::contact(boot_time sent) {
    const std::lock_guard lock(guard_);
    if (!expired()) contact_ = std::max(contact_, sent);
}

void session_clock::quorum_contact(boot_time sent, boot_time touched) {
    const std::lock_guard lock(guard_);
    if (expired()) return;
    contact_ = std::max(contact_, sent);
    if (sent <= quorum_contact_) return;
    quorum_contact_ = sent;
    touched_ = std::max(touched_, touched);
    certain_until_ = touched_ + timing_.timeout;
}

void session_clock::end(loss_reason why) {
    const std::lock_guard lock(guard_);
    connected_ = false;
    if (ended_ == loss_reason::none) ended_ = why;
}

bool session_clock::check_expired() {
    const std::lock_guard lock(guard_);
    return expired();
}

bool session_clock::expired() {
    if (ended_ != loss_reason::none) return true;
    if (epoch_ == 0 || source_.now() < contact_ + timing_.timeout) return false;
    ended_ = loss_reason::no_contact;
    return true;
}

void session_clock::verify(lease_mark& mark, std::uint64_t epoch) {
    const std::lock_guard lock(guard_);
    mark.verified_on = std::max(mark.verified_on, epoch);
}

void session_clock::lose(lease_mark& mark, loss_reason why) {
    const std::lock_guard lock(guard_);
    if (mark.lost == loss_reason::none) mark.lost = why;
}

boot_time session_clock::bound() const {
    return timing_.quorum_checks ? certain_until_ : contact_ + timing_.timeout;
}

lease_state session_clock::judge_locked(lease_mark& mark) {
    if (mark.lost != loss_reason::none) return lease_state::lost;
    if (expired()) {
        mark.lost = ended_;
        return lease_state::lost;
    }
    const bool confirmed = connected_ && mark.verified_on == epoch_ && source_.now() < bound();
    if (confirmed) return lease_state::held;
    if (!timing_.strict) return lease_state::suspect;
    mark.lost = loss_reason::suspect;
    return lease_state::lost;
}

lease_state session_clock::judge(lease_mark& mark) {
    const std::lock_guard lock(guard_);
    return judge_locked(mark);
}

loss_reason session_clock::reason(lease_mark& mark) {
    const std::lock_guard lock(guard_);
    judge_locked(mark);
    return mark.lost;
}

std::chrono::nanoseconds session_clock::remaining(lease_mark& mark) {
    const std::lock_guard lock(guard_);
    if (judge_locked(mark) == lease_state::lost) return std::chrono::nanoseconds::zero();
    return std::max(certain_until_ - source_.now(), std::chrono::nanoseconds::zero());
}

std::uint64_t session_clock::epoch() const {
    const std::lock_guard lock(guard_);
    return epoch_;
}

boot_time session_clock::lost_at() const {
    const std::lock_guard lock(guard_);
    return contact_ + timing_.timeout;
}

boot_time session_clock::suspect_at() const {
    const std::lock_guard lock(guard_);
    return bound();
}

bool session_clock::freshly_confirmed() const {
    const std::lock_guard lock(guard_);
    if (!connected_) return false;
    const boot_time now = source_.now();
    return !timing_.quorum_checks || (now < quorum_contact_ + timing_.heartbeat && now < certain_until_);
}

lease_timing session_clock::timing() const {
    const std::lock_guard lock(guard_);
    return timing_;
}

}  // namespace paddock::detail
