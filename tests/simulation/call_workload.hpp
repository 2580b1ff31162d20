#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "tests/simulation/stage.hpp"
#include "tests/simulation/workload.hpp"

namespace paddock::testing {

/// The part that recipes without leases share: calls, and how they may end. A recipe adds what it calls and what must
/// hold of the answers.
class call_workload : public workload {
public:
    void cancel() override;
    void inspect() override {}
    std::string unsettled() override;
    bool wind_down() override;
    void conclude() override { over_ = true; }
    [[nodiscard]] std::uint64_t grants() const override { return answers_; }

protected:
    struct call {
        core_client* by = nullptr;
        std::string path;
        int what = 0;           ///< the recipe's own number for it
        bool may_fail = false;  ///< timed or cancelled
        std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
        detail::boot_time begun{};
        int completions = 0;
        std::string node;  ///< for recipes that have one
        std::int64_t session = 0;
        boost::asio::cancellation_signal cancelled;
    };
    using call_ptr = std::shared_ptr<call>;

    explicit call_workload(stage& on) : on_(on) {}

    /// Of this client, or null when there is enough to do, unless it has to be. Every third call has a deadline.
    call_ptr begin(core_client& by, const std::string& path, int what, bool has_to_be = false);
    /// The completion handler; `judge(call, ec, result...)` is asked unless the caller's process is taken apart.
    template <class Judge>
    auto handler(const call_ptr& made, Judge judge) {
        return boost::asio::bind_cancellation_slot(
            made->cancelled.slot(), [this, made, judge](error_code ec, auto... result) mutable {
                if (!complete(made, ec)) return;
                judge(*made, ec, std::move(result)...);
            });
    }
    /// Errors that a recipe has of its own.
    [[nodiscard]] virtual bool may_end_with(const call&, const error_code&) const { return false; }
    /// Says why a call that goes on in calm should have ended; nothing if it is right to wait.
    [[nodiscard]] virtual std::string overdue(const call& waiting) const = 0;
    /// Does what lets the calls end that wait.
    virtual void let_through() = 0;
    [[nodiscard]] const std::list<call_ptr>& pending() const { return pending_; }

    stage& on_;

private:
    bool complete(const call_ptr& which, const error_code& ec);

    static constexpr std::size_t pending_max = 12;
    std::list<call_ptr> pending_;
    std::uint64_t answers_ = 0;
    bool over_ = false;
};

}  // namespace paddock::testing
