#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <paddock/semaphore.hpp>

#include "core/client_core.hpp"
#include "core/contender/contender_settings.hpp"
#include "core/operation.hpp"
#include "recipes/semaphore/semaphore_record.hpp"

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
class limit_operation final : public operation<semaphore_state> {
public:
    limit_operation(std::shared_ptr<client_core> core, std::shared_ptr<const contender_settings> queue,
                    limit_change change, sink_type sink);
    void start(boot_time deadline);

private:
    static asio::awaitable<void> run(std::shared_ptr<limit_operation> self);
    asio::awaitable<reply> attempt(session& home, semaphore_state& seen);
    asio::awaitable<reply> count_permits(session& home, const semaphore_record& record,
                                         const std::vector<std::string>& children, semaphore_state& seen);
    asio::awaitable<reply> change(session& home, const std::string& record, std::int32_t version);
    asio::awaitable<reply> confirm(session& home, std::int32_t version);
    asio::awaitable<reply> create(session& home);
    [[nodiscard]] error_code deadline_error() const override { return errc::servers_unreachable; }

    const std::shared_ptr<client_core> core_;
    const std::shared_ptr<const contender_settings> queue_;
    const limit_change change_;
    backoff delays_{std::chrono::milliseconds(10), std::chrono::seconds(1)};
};

}  // namespace paddock::detail
