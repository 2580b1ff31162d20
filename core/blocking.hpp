#pragma once

#include <functional>
#include <future>
#include <memory>
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
        return [kept = promise_](error_code ec, Result result) {
            kept->set_value(std::pair<error_code, Result>(ec, std::move(result)));
        };
    }
    Result wait(error_code& ec) {
        std::pair<error_code, Result> outcome = promise_->get_future().get();
        ec = outcome.first;
        return std::move(outcome.second);
    }

private:
    using promise = std::promise<std::pair<error_code, Result>>;
    std::shared_ptr<promise> promise_ = std::make_shared<promise>();
};

}  // namespace paddock::detail
