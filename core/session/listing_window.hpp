#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include <boost/asio/awaitable.hpp>

#include "core/mailbox.hpp"

namespace paddock::detail {

/// Bounds what a session has under way in listings. A contender reads the whole queue when it joins, so thousands of
/// joins at once would make a server send as many copies of it before any heartbeat's answer: by then the session
/// would count as lost, or the server would be out of memory. First come, first served.
class listing_window {
public:
    /// A listing under way; over when destroyed.
    using place = std::shared_ptr<void>;

    /// Completes when there is room, at once in most cases; or, with nothing, when `who` has been given up.
    asio::awaitable<place> enter(waiting_party& who);

    /// How long a listing was: the next will be about as long.
    void seen(std::size_t names) noexcept { state_->names_expected = names; }

private:
    struct turn {
        waiting_party* who;
        bool come = false;
    };
    struct state {
        std::size_t names_expected = 0;
        std::size_t under_way = 0;
        std::deque<turn*> queue;
        [[nodiscard]] std::size_t room() const noexcept;
        void admit();
    };
    std::shared_ptr<state> state_ = std::make_shared<state>();
};

}  // namespace paddock::detail
