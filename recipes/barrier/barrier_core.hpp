#pragma once

#include <memory>
#include <string>
#include <vector>

#include <paddock/barrier.hpp>

#include "core/client_core.hpp"
#include "core/directory_level.hpp"
#include "core/node_reader.hpp"
#include "core/round_operation.hpp"

namespace paddock::detail {

/// What all copies of one barrier share; outlives the barrier while its operations run.
class barrier_core {
public:
    /// Checks the arguments; no I/O. Throws `argument_error`.
    barrier_core(std::shared_ptr<client_core> on, std::string path);

    const std::shared_ptr<client_core> client;
    const std::string path;
    const std::string node;  ///< path at the server
    const std::vector<acl> acls;
    const std::vector<directory_level> parents;
};

/// One operation on a barrier. Each is idempotent, so it is repeated until it is answered.
class barrier_operation final : public round_operation<bool> {
public:
    barrier_operation(std::shared_ptr<const barrier_core> on, barrier_verb what, sink_type sink);

private:
    asio::awaitable<void> round(std::shared_ptr<session> home) override;
    void let_go() override;
    asio::awaitable<reply> ask(session& home);
    asio::awaitable<void> make_parents(session& home);

    const std::shared_ptr<const barrier_core> on_;
    const barrier_verb what_;
    node_reader reader_;
    budget_share share_;  // of the watch
    int missing_ = 0;
};

}  // namespace paddock::detail
