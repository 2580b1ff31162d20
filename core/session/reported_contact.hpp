#pragma once

#include <algorithm>
#include <chrono>
#include <deque>

#include "core/boot_time.hpp"

namespace paddock::detail {

/// What the leader is sure to have been told of a session. A server has heard the client before it answers, but reports
/// to its leader only up to `delay` later; a write that it forwards earlier touches nothing there.
class reported_contact {
public:
    /// The handshake touches the session on the leader itself.
    void connected(boot_time handshake_sent) {
        answers_.clear();
        known_ = std::max(known_, handshake_sent);
    }
    /// What was sent at `sent`, and all before it, is answered now.
    void answered(boot_time sent, boot_time now, std::chrono::nanoseconds delay) {
        // In portions: there are never many of them.
        if (answers_.empty() || now - answers_.back().begun >= delay / 16)
            answers_.push_back({now, now, sent});
        answers_.back().last = now;
        answers_.back().sent = std::max(answers_.back().sent, sent);
    }
    /// When the last of what a write that is sent now finds reported was sent.
    boot_time known_by(boot_time now, std::chrono::nanoseconds delay) {
        for (; !answers_.empty() && answers_.front().last + delay <= now; answers_.pop_front())
            known_ = std::max(known_, answers_.front().sent);
        return known_;
    }

private:
    struct portion {
        boot_time begun;
        boot_time last;
        boot_time sent;
    };
    std::deque<portion> answers_;
    boot_time known_{};
};

}  // namespace paddock::detail
