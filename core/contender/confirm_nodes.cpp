#include "core/contender/confirm_nodes.hpp"

#include "core/backoff.hpp"
#include "core/contender/outcome.hpp"
#include "core/retry.hpp"

namespace paddock::detail {

asio::awaitable<error_code> confirm_nodes(operation_base& whom, session& home,
                                          const std::vector<std::string>& nodes, std::uint64_t& epoch,
                                          bool to_the_end) {
    std::vector<multi_op> ops(nodes.size());
    for (std::size_t i = 0; i < ops.size(); ++i) ops[i].path = nodes[i];
    backoff delays{std::chrono::milliseconds(10), std::chrono::seconds(2)};
    for (;;) {  // ends by an answer, with the session, or by giving up
        const bool connected = co_await home.wait_connected(whom, to_the_end);
        if (whom.given_up && !to_the_end) co_return round_end::abandoned;
        if (!connected) co_return round_end::session_over;
        const auto sent_on = home.clock()->epoch();
        const mailbox<multi_reply> checked(whom.world().executor());
        home.multi(ops, checked.sink());
        const multi_reply answer = co_await checked.take();
        if (is_code(answer.ec, server_errc::no_node)) co_return round_end::node_gone;
        if (!answer.ec && home.connected() && home.clock()->epoch() == sent_on) {
            epoch = sent_on;
            co_return error_code();
        }
        if (!answer.ec || !home.asks_for_pause(answer)) continue;
        if (!worth_retrying(answer)) co_return answer.ec;
        const auto delay = delays.next(whom.world().random_unit());
        co_await whom.pause(delay, to_the_end);
    }
}

}  // namespace paddock::detail
