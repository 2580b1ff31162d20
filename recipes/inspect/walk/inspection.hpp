#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <paddock/inspect.hpp>

#include "core/round_operation.hpp"
#include "recipes/inspect/judge/inspect_plan.hpp"

namespace paddock::detail {

/// What is to be read; paths at the server.
struct inspection_scope {
    std::string root;
    bool tree = false;  ///< with everything below; else the root alone
    std::size_t most_nodes = inspected_nodes_max;
};

/// Reads directories and says what they are: breadth first, a flight of bounded size each round. Reads only, so what a
/// lost connection has left unanswered is asked again, until the deadline. What was found by then is the result of every
/// failure.
class inspection final : public round_operation<std::vector<directory_report>> {
public:
    inspection(std::shared_ptr<client_core> core, inspection_scope scope, sink_type sink);
    void give_up(error_code ec) override;

private:
    /// One node of a flight.
    struct visit {
        std::string path;
        reply outcome;  ///< of the first read that failed
        stat node = {};
        std::vector<std::string> children = {};
        std::string data = {};
        directory_finding found = {};
        std::size_t taken = 1;  ///< it and its contenders, of what may be read
        bool cut = false;       ///< it has more
    };
    using flight = std::vector<visit>;

    asio::awaitable<void> round(std::shared_ptr<session> home) override;
    flight next_flight();
    asio::awaitable<void> look(session& home, flight& nodes);
    asio::awaitable<void> read(session& home, flight& nodes);
    asio::awaitable<void> judge(session& home, flight& nodes);
    asio::awaitable<void> list_curator(session& home, visit& node);
    asio::awaitable<void> describe(session& home, flight& nodes);
    bool settle(visit& node);
    void descend(const visit& node);
    [[nodiscard]] std::size_t room() const noexcept;

    const inspection_scope scope_;
    std::deque<std::string> pending_;
    std::vector<directory_report> found_;
    std::size_t taken_ = 0;  // nodes read
    bool cut_ = false;       // there is more than may be read
    error_code failure_;
};

}  // namespace paddock::detail
