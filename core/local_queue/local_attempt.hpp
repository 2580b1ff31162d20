#pragma once

#include <cstddef>
#include <memory>

#include "core/client_core.hpp"
#include "core/contender/acquire.hpp"
#include "core/contender/contender_settings.hpp"

namespace paddock::detail {

class local_queue;

/// An acquire by way of a place that its client shares among all who want the same.
class local_attempt final : public acquire_operation {
public:
    local_attempt(std::shared_ptr<client_core> core, std::shared_ptr<local_queue> place,
                  std::shared_ptr<const contender_settings> queue, bool may_queue, sink_type sink);

    void start() override;
    void give_up(error_code ec) override;
    [[nodiscard]] error_code deadline_error() const override;

    [[nodiscard]] bool may_queue() const noexcept { return may_queue_; }
    void report_position(std::size_t ahead);
    [[nodiscard]] bool wants_position() const noexcept { return static_cast<bool>(queue_->on_position); }
    /// Outside of the shared place: one try at the servers.
    void try_alone();

private:
    const std::shared_ptr<client_core> core_;
    const std::shared_ptr<local_queue> place_;
    const std::shared_ptr<const contender_settings> queue_;
    const bool may_queue_;
    std::shared_ptr<acquire_operation> alone_;
    std::size_t position_ = SIZE_MAX;
};

}  // namespace paddock::detail
