#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

namespace paddock::detail {

/// What the library has reported and the session shall hear of, once the library's call has returned (rule
/// 13).
class ready_item {
public:
    ready_item() = default;
    ready_item(const ready_item&) = delete;
    ready_item& operator=(const ready_item&) = delete;
    virtual ~ready_item() = default;
    virtual void run() = 0;
};

template <class Function>
class ready_call final : public ready_item {
public:
    explicit ready_call(Function function) : function_(std::move(function)) {}
    void run() override { function_(); }

private:
    Function function_;
};

/// In wire order.
class ready_list {
public:
    [[nodiscard]] bool empty() const noexcept { return items_.empty(); }

    void add(std::unique_ptr<ready_item> item) { items_.push_back(std::move(item)); }
    template <class Function>
    void add_call(Function function) {
        add(std::make_unique<ready_call<Function>>(std::move(function)));
    }

    /// Appends what `other` has.
    void take_all(ready_list& other) {
        for (auto& item : other.items_) items_.push_back(std::move(item));
        other.items_.clear();
    }

    /// Runs what is there now; what that adds is for the next time, so that no loop of callbacks starves
    /// others.
    void run() {
        for (std::size_t left = items_.size(); left > 0; --left) {
            const std::unique_ptr<ready_item> item = std::move(items_.front());
            items_.pop_front();
            item->run();
        }
    }

private:
    std::deque<std::unique_ptr<ready_item>> items_;
};

}  // namespace paddock::detail
