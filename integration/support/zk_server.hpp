#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integration/support/child_process.hpp"
#include "integration/support/eventually.hpp"
#include "integration/support/port_reservation.hpp"

namespace paddock::testing {

struct server_options {
    /// Sessions last 2 to 20 ticks. A follower that hears nothing from its leader gives up after 5 ticks.
    std::chrono::milliseconds tick_time{500};
    /// For example "znode.container.checkIntervalMs=100".
    std::vector<std::string> system_properties = {};
    /// Added to zoo.cfg, for example "maxSessionTimeout=60000".
    std::vector<std::string> config_lines = {};
};

/// Where one server listens. The ports stay reserved while the server is down.
struct server_place {
    explicit server_place(const std::string& address)
        : host(address), client(address), quorum(address), election(address) {}

    std::string host;
    port_reservation client;
    port_reservation quorum;
    port_reservation election;
};

/// What a server says of itself.
struct server_status {
    std::string mode;  ///< "leader", "follower" or "standalone"
    std::int64_t zxid = 0;
};

/// One real ZooKeeper server, a JVM of its own. Its data survives `kill` and `stop`.
class zk_server {
public:
    /// Writes the configuration below `dir`; starts nothing. `places` has every server of the ensemble, this
    /// one is number `index`.
    zk_server(std::filesystem::path dir, std::size_t index, const std::vector<server_place>& places,
              const server_options& options);

    [[nodiscard]] const std::string& host() const noexcept { return host_; }
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] std::filesystem::path log_path() const { return dir_ / "server.log"; }
    [[nodiscard]] std::filesystem::path data_dir() const { return dir_ / "data"; }
    [[nodiscard]] std::optional<pid_t> pid() const;

    /// Returns at once; the server serves a second or two later. Does nothing when it runs.
    void start();
    void kill();    ///< SIGKILL
    void stop();    ///< SIGTERM; SIGKILL when that is not enough
    void freeze();  ///< SIGSTOP; the kernel still accepts connections for it
    void thaw();    ///< SIGCONT
    /// Forgets tree, log and sessions of a server that does not run.
    void wipe();
    [[nodiscard]] bool running();
    [[nodiscard]] bool frozen() const noexcept { return frozen_; }

    /// Empty when the server does not answer.
    [[nodiscard]] std::string four_letter(std::string_view word) const;
    /// None while it does not serve clients.
    [[nodiscard]] std::optional<server_status> status() const;
    /// A figure of the command `mntr`, for example "zk_ephemerals_count"; none while it does not serve.
    [[nodiscard]] std::optional<std::int64_t> metric(std::string_view name) const;
    /// Watches of both kinds that all clients of this server have; none while it does not serve.
    [[nodiscard]] std::optional<std::size_t> watch_count() const;
    /// The last lines of the log.
    [[nodiscard]] std::string log_tail() const;

private:
    void write_config(std::size_t index, const std::vector<server_place>& places,
                      const server_options& options);

    std::filesystem::path dir_;
    std::string host_;
    std::uint16_t port_;
    std::vector<std::string> system_properties_;
    std::optional<child_process> process_;
    bool frozen_ = false;
};

}  // namespace paddock::testing
