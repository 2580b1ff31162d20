#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <paddock/client.hpp>

#include "tools/paddock/command_line.hpp"
#include "tools/paddock/kill_plan.hpp"
#include "tools/paddock/process_state.hpp"

namespace paddock::tool {

/// A client under which a command is to run: handlers are called by `io`, and signals are for the calling thread.
client connect_for(const command_settings& settings, boost::asio::io_context& io);

/// What the servers' session timeout allows; says so when that is less than was asked for.
kill_limits limits_of(const command_settings& settings, const client& connected);

/// The signals that this process hears for itself or its command, but for those that were ignored when it was started
/// (as under nohup): they stay ignored.
void add_signals(boost::asio::signal_set& signals, const process_state& original);

}  // namespace paddock::tool
