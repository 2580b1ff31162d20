#include "core/contender/granted_nodes.hpp"

#include <utility>

#include "core/ask_all.hpp"
#include "core/path.hpp"
#include "core/retry.hpp"

namespace paddock::detail {

asio::awaitable<reply> find_granted(session& home, const contender_settings& queue,
                                    const std::vector<std::string>& names,
                                    std::vector<std::string>& granted) {
    reply outcome;
    const asker<stat_reply> send = [&](std::size_t i, reply_to<stat_reply> done) {
        home.exists(join_path(queue.directory, names[i]), std::move(done));
    };
    const taker<stat_reply> take = [&](std::size_t i, const stat_reply& seen) {
        const bool gone = is_code(seen.ec, server_errc::no_node);
        if (seen.ec && !gone && !outcome.ec) outcome = seen;
        if (!seen.ec && seen.node.version > 0) granted.push_back(names[i]);
        return !outcome.ec;
    };
    co_await ask_all<stat_reply>(home.world().executor(), names.size(), send, take);
    co_return outcome;
}

}  // namespace paddock::detail
