#include "core/contender/granted_nodes.hpp"

#include <algorithm>

#include "core/path.hpp"
#include "core/retry.hpp"

namespace paddock::detail {
namespace {

constexpr std::size_t looks_in_flight = 64;

}  // namespace

asio::awaitable<reply> find_granted(session& home, const contender_settings& queue,
                                    const std::vector<std::string>& names,
                                    std::vector<std::string>& granted) {
    for (std::size_t first = 0; first < names.size(); first += looks_in_flight) {
        const std::size_t end = std::min(names.size(), first + looks_in_flight);
        std::vector<mailbox<stat_reply>> flight;
        for (std::size_t i = first; i < end; ++i) {
            flight.emplace_back(home.world().executor());
            home.exists(join_path(queue.directory, names[i]), flight.back().sink());
        }
        for (std::size_t i = first; i < end; ++i) {
            const stat_reply seen = co_await flight[i - first].take();
            if (is_code(seen.ec, server_errc::no_node)) continue;
            if (seen.ec) co_return seen;
            if (seen.node.version > 0) granted.push_back(names[i]);
        }
    }
    co_return reply();
}

}  // namespace paddock::detail
