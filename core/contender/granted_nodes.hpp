#pragma once

#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "core/contender/contender_settings.hpp"
#include "core/mailbox.hpp"
#include "core/session/session.hpp"

namespace paddock::detail {

/// Which of these contenders' grants have been written (`grant_rule::by_write`), as the connected server sees it. One
/// exists each; no watch is left. The outcome; without an error `granted` is complete.
asio::awaitable<reply> find_granted(session& home, const contender_settings& queue,
                                    const std::vector<std::string>& names, std::vector<std::string>& granted);

}  // namespace paddock::detail
