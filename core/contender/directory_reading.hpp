#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "core/contender/contender_settings.hpp"
#include "core/contender/joined_node.hpp"
#include "core/mailbox.hpp"

namespace paddock::detail {

/// One reading of a queue: the directory's children and, for recipes that want it, its record, sent at once in one
/// network wait. With `changed` it leaves watches for as long as this object lives, of what `scope` says.
class directory_reading {
public:
    directory_reading(session& home, const contender_settings& queue, std::function<void()> changed = {},
                      watch_scope scope = watch_scope::directory);

    /// The outcome; without an error `into` has what was read.
    asio::awaitable<reply> take(session& home, joined_node& into);

private:
    const bool reads_record_;
    const std::uint64_t epoch_;
    const mailbox<get_reply> record_;
    const mailbox<children_reply> children_;
    std::vector<watch_ticket> watches_;
};

}  // namespace paddock::detail
