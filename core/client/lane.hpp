#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

#include "core/client/fork_gate.hpp"

namespace paddock::detail {

/// What the reactor's thread posts to itself: it runs behind the function that posted it, before the thread asks the
/// system for events again. For a bounded time, so that sockets and other threads have their turn. Only for the
/// reactor's thread.
class lane {
public:
    /// Whether the calling thread runs a function of this lane.
    [[nodiscard]] bool active() const noexcept { return current == this; }

    template <class Function>
    void push(Function&& function) {
        items_.push_back(std::make_unique<call<std::decay_t<Function>>>(std::forward<Function>(function)));
    }

    /// Runs `function`, behind what is there already, and what they push. True if something is left to be drained.
    template <class Function>
    [[nodiscard]] bool run(Function&& function) {
        {
            const fork_gate gate;
            push(std::forward<Function>(function));
        }
        return drain();
    }
    [[nodiscard]] bool drain() {
        const scope running(*this);
        const auto end = std::chrono::steady_clock::now() + at_once;
        for (std::size_t done = 0; !items_.empty(); ++done) {
            if (done % 8 == 7 && std::chrono::steady_clock::now() > end) break;
            const fork_gate gate;
            const std::unique_ptr<item> next = std::move(items_.front());
            items_.pop_front();
            next->run();
        }
        return !items_.empty() && !std::exchange(left_over_, true);
    }
    /// What was left is drained from now on.
    void resume() noexcept { left_over_ = false; }

private:
    static constexpr auto at_once = std::chrono::milliseconds(1);

    struct item {
        virtual ~item() = default;
        virtual void run() = 0;
    };
    template <class Function>
    struct call final : item {
        explicit call(Function&& function) : function_(std::move(function)) {}
        explicit call(const Function& function) : function_(function) {}
        void run() override { std::move(function_)(); }
        Function function_;
    };
    class scope {
    public:
        explicit scope(lane& of) noexcept { current = &of; }
        scope(const scope&) = delete;
        scope& operator=(const scope&) = delete;
        ~scope() { current = nullptr; }
    };
    static inline thread_local lane* current = nullptr;

    std::deque<std::unique_ptr<item>> items_;
    bool left_over_ = false;  // somebody will drain what is left
};

}  // namespace paddock::detail
