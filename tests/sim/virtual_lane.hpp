#pragma once

#include <deque>
#include <memory>
#include <type_traits>
#include <utility>

#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>

#include "tests/sim/virtual_clock.hpp"

namespace paddock::testing {

/// The handlers of one simulated process: all run on the test's thread, one after the other, when the test says so.
/// It does an io_context's part at a fraction of its cost, which is most of what a simulation would take.
class virtual_lane : public boost::asio::execution_context {
public:
    class executor_type;

    virtual_lane() = default;
    virtual_lane(const virtual_lane&) = delete;
    virtual_lane& operator=(const virtual_lane&) = delete;
    ~virtual_lane();

    [[nodiscard]] executor_type get_executor() noexcept;
    [[nodiscard]] bool runs() const { return !frozen && !suspended && !paused; }
    /// Nothing waits for its turn.
    [[nodiscard]] bool idle() const { return ready_.empty(); }

    template <class Function>
    void post(Function&& function) {
        ready_.push_back(
            std::make_unique<handler_of<std::decay_t<Function>>>(std::forward<Function>(function)));
    }
    /// Runs `function` as the lane's handler of this moment.
    template <class Function>
    void run(Function&& function) {
        const turn now(*this);
        std::forward<Function>(function)();
    }
    /// Runs the handler that has waited longest; false: there is none.
    bool run_one();

    virtual_clock clock;
    bool frozen = false;
    bool suspended = false;
    bool paused = false;
    bool dead = false;

private:
    struct handler {
        virtual ~handler() = default;
        virtual void run() = 0;
    };
    template <class Function>
    struct handler_of final : handler {
        template <class From>
        explicit handler_of(From&& from) : function(std::forward<From>(from)) {}
        void run() override { std::move(function)(); }
        Function function;
    };
    struct turn {
        explicit turn(virtual_lane& whose) : lane(whose), before(std::exchange(whose.running_, true)) {}
        ~turn() { lane.running_ = before; }
        virtual_lane& lane;
        bool before;
    };

    std::deque<std::unique_ptr<handler>> ready_;
    bool running_ = false;
};

class virtual_lane::executor_type {
    using blocking_t = boost::asio::execution::blocking_t;

public:
    explicit executor_type(virtual_lane& lane) noexcept : lane_(&lane) {}

    /// Inside a handler of the lane at once, unless that is forbidden; else in its turn.
    template <class Function>
    void execute(Function&& function) const {
        if (at_once_ && lane_->running_) {
            std::decay_t<Function> own(std::forward<Function>(function));
            std::move(own)();
        } else {
            lane_->post(std::forward<Function>(function));
        }
    }

    [[nodiscard]] virtual_lane& query(boost::asio::execution::context_t) const noexcept { return *lane_; }
    [[nodiscard]] blocking_t query(blocking_t) const noexcept {
        return at_once_ ? blocking_t(blocking_t::possibly) : blocking_t(blocking_t::never);
    }
    [[nodiscard]] executor_type require(blocking_t::possibly_t) const noexcept {
        return executor_type(*lane_, true);
    }
    [[nodiscard]] executor_type require(blocking_t::never_t) const noexcept {
        return executor_type(*lane_, false);
    }
    friend bool operator==(const executor_type&, const executor_type&) noexcept = default;

private:
    executor_type(virtual_lane& lane, bool at_once) noexcept : lane_(&lane), at_once_(at_once) {}

    virtual_lane* lane_;
    bool at_once_ = true;
};

inline virtual_lane::executor_type virtual_lane::get_executor() noexcept { return executor_type(*this); }

}  // namespace paddock::testing
