#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include <paddock/error.hpp>

#include "core/limits.hpp"

namespace paddock::detail {

/// What one contender may come to use of its session's budgets; given back when it is destroyed.
using budget_share = std::shared_ptr<void>;

/// The budgets of one session (hazards B6, E10). A share is taken before a contender's node is created, for the
/// worst case: its node, a watch on it and a watch on its predecessor. So a session is never at risk, and the
/// refusal comes before anything is sent.
class session_limits {
public:
    explicit session_limits(std::size_t watch_bytes = watch_bytes_max,
                            std::size_t path_bytes = ephemeral_path_bytes_max);

    /// Empty, and `errc::limit_exceeded`, if a budget would be overrun by a node with a path of this length, and a watch
    /// on one more path of length `also_watched` if that is not zero.
    budget_share take(std::size_t path_length, error_code& ec, std::size_t also_watched = 0);

    [[nodiscard]] std::size_t path_bytes() const noexcept { return used_->path_bytes; }

private:
    struct usage {
        std::size_t watch_bytes = 0;
        std::size_t path_bytes = 0;
    };
    std::size_t watch_bytes_max_;
    std::size_t path_bytes_max_;
    std::shared_ptr<usage> used_ = std::make_shared<usage>();
};

}  // namespace paddock::detail
