#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "integration/support/eventually.hpp"
#include "integration/support/fault_rule.hpp"
#include "integration/support/proxy_trace.hpp"

namespace paddock::testing {

class proxy_loop;

/// What happens to new connections while a proxy is blocked.
enum class block_mode {
    refuse,  ///< connection refused, as when no server runs
    stall,   ///< accepted, then silence, as with a frozen server; served from `unblock` on
};

/// A TCP proxy in front of one ZooKeeper server that strikes at chosen points of the protocol.
///
/// Runs on a thread of its own, from construction to destruction. Every function may be called from any
/// thread, and what it changes holds for each frame that arrives after it returned. Four-letter commands do
/// not pass.
class fault_proxy {
public:
    /// Numeric IPv4 addresses. The C client tells servers apart by address only, not by port: proxies of one
    /// client need different listen hosts.
    fault_proxy(const std::string& upstream_host, std::uint16_t upstream_port,
                const std::string& listen_host = "127.0.0.1");
    fault_proxy(const fault_proxy&) = delete;
    fault_proxy& operator=(const fault_proxy&) = delete;
    /// Closes every connection.
    ~fault_proxy();

    [[nodiscard]] const std::string& host() const noexcept;
    [[nodiscard]] std::uint16_t port() const noexcept;
    /// host:port, for a client's server list.
    [[nodiscard]] std::string address() const;
    /// Connections that are opened from now on go there.
    void set_upstream(const std::string& host, std::uint16_t port);

    /// Adds a rule. Of several rules that match a frame the one injected first strikes.
    std::shared_ptr<injected_fault> inject(const fault_rule& rule);
    void clear_faults();

    /// Closes all connections at once, delivering nothing more, and says how many. New ones are accepted.
    std::size_t cut_all();
    void block(block_mode mode = block_mode::refuse);
    void unblock();
    /// Nothing passes any more, on present and on new connections; none is closed, no end is noticed.
    void stall();
    void stall(direction towards);
    /// Ends every `stall`, `com` and `half`: what was withheld is delivered, late but complete.
    void resume();
    /// Each frame takes this much longer, in each direction; present and new connections.
    void set_lag(std::chrono::milliseconds lag);

    [[nodiscard]] std::size_t connections() const;
    [[nodiscard]] bool wait_connections(std::size_t count,
                                        std::chrono::milliseconds within = default_wait) const;
    [[nodiscard]] proxy_counters counters() const;
    /// Shorthand for `counters().requests[op]`.
    [[nodiscard]] std::size_t requests(opcode op) const;
    /// The frames since the last `clear_trace`, at most the newest 20,000.
    [[nodiscard]] std::vector<trace_entry> trace() const;
    void clear_trace();

private:
    std::unique_ptr<proxy_loop> loop_;
};

}  // namespace paddock::testing
