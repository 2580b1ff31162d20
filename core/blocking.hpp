#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <paddock/error.hpp>

namespace paddock::detail {

/// The blocking face of an asynchronous operation: waits for its one completion, which always comes (operations
/// end by their deadline, by cancellation or with the client), so a late success is never leaked.
template <class Result>
class blocking_result {
public:
    /// Called once, from any thread.
    std::function<void(error_code, Result)> sink() const {
        return [kept = state_](error_code ec, Result result) {
            {
                const std::lock_guard lock(kept->guard);
                kept->outcome.emplace(ec, std::move(result));
            }
            kept->done.notify_one();
        };
    }
    Result wait(error_code& ec) {
        std::unique_lock lock(state_->guard);
        state_->done.wait(lock, [this] { return state_->outcome.has_value(); });
        ec = state_->outcome->first;
        return std::move(state_->outcome->second);
    }

private:
    // A promise would cost a system call more for each result.
    struct state {
        std::mutex guard;
        std::condition_variable done;
        std::optional<std::pair<error_code, Result>> outcome;
    };
    std::shared_ptr<state> state_ = std::make_shared<state>();
};

}  // namespace paddock::detail
