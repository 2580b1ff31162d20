#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <paddock/semaphore.hpp>

#include "core/contender/contender_settings.hpp"
#include "core/round_operation.hpp"
#include "recipes/semaphore/permits/semaphore_record.hpp"

namespace paddock::detail {

/// What is to become of the record; nothing: it is only read.
struct limit_change {
    std::uint32_t limit = 0;
    bool redeclares = false;
};

/// The record that a change makes of the one that is there. Pure.
semaphore_record changed_record(const limit_change& change, const semaphore_record& known);

/// Reads limit and permits of a semaphore, or changes the limit: a write that names the version which was read, so that
/// of two changes at once none is lost. Tried again over lost connections until its deadline; a change that has been made
/// is recognised by its effect.
class limit_operation final : public round_operation<semaphore_state> {
public:
    limit_operation(std::shared_ptr<client_core> core, std::shared_ptr<const contender_settings> queue,
                    limit_change change, sink_type sink)
        : round_operation(std::move(core), std::move(sink)), queue_(std::move(queue)), change_(change) {}

private:
    asio::awaitable<void> round(std::shared_ptr<session> home) override;
    asio::awaitable<reply> attempt(session& home, semaphore_state& seen);
    asio::awaitable<reply> count_permits(session& home, const semaphore_record& record,
                                         const std::vector<std::string>& children, semaphore_state& seen);
    asio::awaitable<reply> change(session& home, const std::string& record, std::int32_t version);
    asio::awaitable<reply> confirm(session& home, std::int32_t version);
    [[nodiscard]] error_code deadline_error() const override {
        return sent_ ? make_error_code(errc::outcome_unknown) : round_operation::deadline_error();
    }

    const std::shared_ptr<const contender_settings> queue_;
    const limit_change change_;
    bool sent_ = false;  ///< a write whose answer is not known
};

}  // namespace paddock::detail
