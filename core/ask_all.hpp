#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "core/mailbox.hpp"
#include "core/znode_api.hpp"

namespace paddock::detail {

/// Sends the question of this number.
template <class Reply>
using asker = std::function<void(std::size_t, reply_to<Reply>)>;
/// Gets its answer, and says whether to ask on, behind the questions that are under way.
template <class Reply>
using taker = std::function<bool(std::size_t, Reply)>;

/// Asks `count` questions, only so many at once that neither side has too much under way. Answers come in order.
template <class Reply>
asio::awaitable<void> ask_all(asio::any_io_executor executor, std::size_t count, const asker<Reply>& send,
                              const taker<Reply>& take) {
    constexpr std::size_t at_once = 64;
    bool more = true;
    for (std::size_t first = 0; first < count && more; first += at_once) {
        const std::size_t end = std::min(count, first + at_once);
        std::vector<mailbox<Reply>> flight;
        for (std::size_t i = first; i < end; ++i) {
            flight.emplace_back(executor);
            send(i, flight.back().sink());
        }
        for (std::size_t i = first; i < end; ++i) {
            Reply answer = co_await flight[i - first].take();
            more = take(i, std::move(answer)) && more;
        }
    }
}

}  // namespace paddock::detail
