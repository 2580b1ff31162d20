#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integration/support/raw_client.hpp"
#include "integration/support/temp_dir.hpp"
#include "integration/support/zk_server.hpp"

namespace paddock::testing {

/// What becomes of the servers' logs when the ensemble ends.
enum class log_policy {
    remove,
    keep_on_failure,  ///< copied out and named on stderr when a check of the test has failed
    keep,
};

struct zk_ensemble_options {
    std::size_t size = 1;  ///< 1, or an odd number of servers
    server_options server = {};
    log_policy logs = log_policy::keep_on_failure;
};

/// A JVM needs a second or two to serve, many times that when the machine is busy.
inline constexpr std::chrono::milliseconds server_wait{60'000};

/// Real ZooKeeper servers on 127.0.0.1, 127.0.0.2, ... with data in a temporary directory.
///
/// Servers are numbered from 0; server i listens on 127.0.0.(i + 1). They die with this process, however it
/// ends. Thread-compatible.
class zk_ensemble {
public:
    /// Reserves the ports and writes the configuration; `start` starts the servers.
    explicit zk_ensemble(const zk_ensemble_options& options = {});
    zk_ensemble(const zk_ensemble&) = delete;
    zk_ensemble& operator=(const zk_ensemble&) = delete;
    /// Kills the servers and removes their data.
    ~zk_ensemble();

    /// Starts what does not run, thaws what is frozen, and returns once every server serves. Throws
    /// std::runtime_error with the end of a log when one does not.
    void start();
    void start(std::size_t i) { server(i).start(); }
    void kill(std::size_t i) { server(i).kill(); }
    void stop(std::size_t i) { server(i).stop(); }
    void freeze(std::size_t i) { server(i).freeze(); }
    void thaw(std::size_t i) { server(i).thaw(); }
    void kill_all();

    [[nodiscard]] std::size_t size() const noexcept { return servers_.size(); }
    [[nodiscard]] zk_server& server(std::size_t i) { return servers_.at(i); }
    /// All servers, as a client wants them: "127.0.0.1:p,127.0.0.2:q".
    [[nodiscard]] std::string connect_string() const;
    [[nodiscard]] std::string connect_string_of(std::size_t i) const;

    /// The server that leads (or stands alone) and says so now. Of two that say so, as after a thaw, the one
    /// with the newer zxid.
    [[nodiscard]] std::optional<std::size_t> leader();
    [[nodiscard]] std::optional<std::size_t> wait_leader(std::chrono::milliseconds within = server_wait);
    /// True while server i accepts clients, as leader, follower or alone.
    [[nodiscard]] bool serving(std::size_t i);
    [[nodiscard]] bool wait_serving(std::size_t i, std::chrono::milliseconds within = server_wait);
    [[nodiscard]] bool wait_all_serving(std::chrono::milliseconds within = server_wait);

    [[nodiscard]] std::string four_letter(std::size_t i, std::string_view word) {
        return server(i).four_letter(word);
    }
    [[nodiscard]] std::optional<std::size_t> watch_count(std::size_t i) { return server(i).watch_count(); }
    /// Of all servers that run and are not frozen.
    [[nodiscard]] std::size_t watch_count();

    /// A client that is independent of the library under test.
    [[nodiscard]] raw_client connect(std::size_t i = 0, const session_identity& identity = {});
    /// Ends somebody's session (see the free function), through the first server that serves.
    [[nodiscard]] bool close_session(const session_identity& identity,
                                     std::chrono::milliseconds within = default_wait);

private:
    [[nodiscard]] bool answers(std::size_t i);
    void keep_logs() const;

    log_policy logs_;
    temp_dir dir_;
    std::vector<server_place> places_;
    std::vector<zk_server> servers_;
};

}  // namespace paddock::testing
