#pragma once

#include <functional>
#include <mutex>

#include <paddock/fencing_token.hpp>

namespace paddock {

/// The resource's side of fencing: remembers the largest token presented and refuses older ones.
///
/// Lives where the protected effect happens. For a resource whose effect outlives the process store the mark with the
/// effect, in the same atomic step (the demo does so in SQL), and start the fence with the stored mark.
/// Seal rule: a new holder presents its token before its first read; else an old write that is accepted between that
/// read and the first write would be lost. Source: Kleppmann, "How to do distributed locking", 2016; Chubby, OSDI 2006.
/// Thread-safe.
class PADDOCK_EXPORT fence {
public:
    fence() = default;
    explicit fence(fencing_token mark) noexcept : mark_(mark) {}
    fence(const fence&) = delete;
    fence& operator=(const fence&) = delete;

    /// True iff `token` is at least the mark, which then becomes `token`.
    [[nodiscard]] bool accept(fencing_token token);

    /// As `accept`, and runs `effect` while no other token can be accepted. If it throws, the mark stays raised.
    /// `effect` must not use this fence.
    bool run(fencing_token token, const std::function<void()>& effect);

    [[nodiscard]] fencing_token mark() const;

private:
    mutable std::mutex guard_;
    fencing_token mark_;
};

}  // namespace paddock
