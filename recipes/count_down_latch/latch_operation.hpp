#pragma once

#include <memory>
#include <string>

#include <paddock/count_down_latch.hpp>

#include "core/node_operation.hpp"
#include "recipes/count_down_latch/record/latch_plan.hpp"

namespace paddock::detail {

/// What all copies of one latch share.
class latch_core : public recipe_node {
public:
    /// Checks the arguments; no I/O. Throws `argument_error`.
    latch_core(std::shared_ptr<client_core> on, std::string path, std::int64_t initial);

    const std::int64_t initial;
};

/// One operation on a latch: reads the node, does what the plan says.
class latch_operation final : public node_operation<std::int64_t> {
public:
    /// Throws `argument_error` unless `value` is a count, if it is to be set.
    latch_operation(const std::shared_ptr<const latch_core>& on, latch_verb what, std::int64_t value,
                    sink_type sink);

private:
    asio::awaitable<void> round(std::shared_ptr<session> home) override;
    asio::awaitable<void> follow(session& home, const latch_view& seen, const latch_step& step);
    asio::awaitable<void> write(session& home, const latch_view& seen, const latch_record& next);
    [[nodiscard]] error_code deadline_error() const override;
    [[nodiscard]] error_code told(error_code ec) const;

    latch_request request_;
    bool look_ = false;
};

}  // namespace paddock::detail
