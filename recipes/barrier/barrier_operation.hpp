#pragma once

#include <memory>

#include <paddock/barrier.hpp>

#include "core/node_operation.hpp"

namespace paddock::detail {

/// One operation on a barrier. Each is idempotent, so it is repeated until it is answered.
class barrier_operation final : public node_operation<bool> {
public:
    barrier_operation(std::shared_ptr<const recipe_node> on, barrier_verb what, sink_type sink)
        : node_operation(std::move(on), std::move(sink)), what_(what) {}

private:
    asio::awaitable<void> round(std::shared_ptr<session> home) override;
    asio::awaitable<reply> ask(session& home);

    const barrier_verb what_;
};

}  // namespace paddock::detail
