#include "integration/support/fault_rule.hpp"

namespace paddock::testing {
namespace {

bool strikes_requests(position at) {
    return at == position::req || at == position::drop || at == position::last || at == position::half ||
           at == position::lag;
}

bool strikes_events(position at) { return at == position::wev_before || at == position::wev_after; }

bool matches(const fault_rule& rule, const frame_info& frame) {
    if (frame.path.find(rule.path_contains) == std::string::npos) return false;
    if (frame.is_event() || strikes_events(rule.at)) return frame.is_event() && strikes_events(rule.at);
    if ((frame.towards == direction::to_server) != strikes_requests(rule.at)) return false;
    if (rule.only_success && frame.err != ok) return false;
    if (rule.op) return frame.op == *rule.op;
    return frame.op != opcode::ping && frame.op != opcode::connect;
}

}  // namespace

std::size_t injected_fault::hits() const {
    const std::lock_guard lock(mutex_);
    return hits_;
}

bool injected_fault::wait_hits(std::size_t count, std::chrono::milliseconds within) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, within, [&] { return hits_ >= count; });
}

void injected_fault::disarm() {
    const std::lock_guard lock(mutex_);
    armed_ = false;
}

bool injected_fault::take(const frame_info& frame) {
    if (!matches(rule_, frame)) return false;
    const std::lock_guard lock(mutex_);
    if (!armed_ || taken_ == rule_.times) return false;
    if (matched_++ < rule_.skip) return false;
    ++taken_;
    return true;
}

void injected_fault::count_hit() {
    const std::lock_guard lock(mutex_);
    ++hits_;
    changed_.notify_all();
}

}  // namespace paddock::testing
