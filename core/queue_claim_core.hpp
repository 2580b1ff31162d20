#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <paddock/queue_claim.hpp>

#include "core/claim_core.hpp"
#include "core/contender/listing.hpp"
#include "core/local_queue/local_queue.hpp"

namespace paddock::detail {

/// What a recipe says of the queue that its claims stand in; the rest of `contender_settings` follows from the client.
struct queue_traits {
    std::string_view recipe;  ///< its name, for messages
    std::string kind;
    plan_function plan;
    grant_rule grant = grant_rule::by_turn;
    bool reads_record = false;
    bool watches_directory = false;
    bool leaves_notes = false;
    std::optional<sharing_traits> sharing;  ///< among those of this client who want the same
    std::function<std::string()> data;      ///< of its nodes; empty: a holder record
    create_mode directory_mode = create_mode::container;
    std::string directory_data;  ///< of the directory when it is made
    queue_order order;           ///< who is in the queue, for listings
};

/// One place in one queue.
class queue_claim_core final : public claim_core {
public:
    /// Checks the arguments; no I/O. Throws `argument_error`.
    queue_claim_core(std::shared_ptr<client_core> on, std::string directory, queue_traits traits,
                     claim_options options);

    [[nodiscard]] std::shared_ptr<const contender_settings> queue() const override { return settings_; }
    [[nodiscard]] lease take_at_once(std::chrono::steady_clock::time_point deadline) const override;

    /// Starts reading the first `most` of the queue, as `begin` starts an acquire.
    std::shared_ptr<queue_listing> list(std::size_t most, std::chrono::milliseconds timeout,
                                        queue_listing::sink_type sink, error_code& refused) const;

private:
    void share(const sharing_traits& sharing, const std::string& purpose);
    [[nodiscard]] std::shared_ptr<acquire_operation> make_attempt(
        bool may_queue, operation<lease>::sink_type sink) const override;

    std::shared_ptr<const contender_settings> settings_;
    std::shared_ptr<local_queue> place_;  ///< null: nothing is shared
    queue_order order_;
};

}  // namespace paddock::detail
