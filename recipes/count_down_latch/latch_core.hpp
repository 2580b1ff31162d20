#pragma once

#include <memory>
#include <string>
#include <vector>

#include <paddock/count_down_latch.hpp>

#include "core/client_core.hpp"
#include "core/directory_level.hpp"
#include "core/node_reader.hpp"
#include "core/round_operation.hpp"
#include "recipes/count_down_latch/latch_plan.hpp"

namespace paddock::detail {

/// What all copies of one latch share; outlives the latch while its operations run.
class latch_core {
public:
    /// Checks the arguments; no I/O. Throws `argument_error`.
    latch_core(std::shared_ptr<client_core> on, std::string path, std::int64_t initial);

    const std::shared_ptr<client_core> client;
    const std::string path;
    const std::string node;  ///< path at the server
    const std::int64_t initial;
    const std::vector<acl> acls;
    const std::vector<directory_level> parents;
};

/// Throws `argument_error` unless a latch can have this count.
void check_count(std::int64_t count, const char* what);

/// One operation on a latch: reads the node, does what the plan says.
class latch_operation final : public round_operation<std::int64_t> {
public:
    latch_operation(std::shared_ptr<const latch_core> on, latch_verb what, std::int64_t value,
                    sink_type sink);

private:
    asio::awaitable<void> round(std::shared_ptr<session> home) override;
    void let_go() override;
    asio::awaitable<get_reply> read(session& home);
    [[nodiscard]] latch_view view_of(const get_reply& seen, const session& home);
    asio::awaitable<void> missing(session& home);
    asio::awaitable<void> create(session& home);
    asio::awaitable<void> write(session& home, const latch_view& seen, const latch_record& next);
    void remember(const latch_view& seen);
    [[nodiscard]] error_code deadline_error() const override;

    const std::shared_ptr<const latch_core> on_;
    latch_request request_;
    node_reader reader_;
    budget_share share_;  // of the watch
    bool look_ = false;
    int missing_ = 0;
};

}  // namespace paddock::detail
