#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "integration/support/child_process.hpp"
#include "integration/support/eventually.hpp"
#include "integration/support/temp_dir.hpp"
#include "integration/support/timed_socket.hpp"

namespace paddock::testing {

/// A peer has ended, or did not answer in time; with what it wrote to standard error.
class peer_failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A client of another library, in a process of its own with a session of its own: obeys lines `<command> <id>
/// <arguments>` and answers `<word> <id> <rest>`. Commands of one id run one after another, those of different ids at
/// once. README.md has the commands.
///
/// It never outlives this process (`child_process`). Thread-compatible: one thread at a time may use an object.
class peer_process {
public:
    /// Returns at once; the peer is ready a second later.
    explicit peer_process(const std::vector<std::string>& argv);
    peer_process(const peer_process&) = delete;
    peer_process& operator=(const peer_process&) = delete;
    /// Ends the peer and its session; kills it when that takes too long.
    ~peer_process();

    /// Waits until it has a session, whose id this is.
    std::int64_t session_id();

    void send(const std::string& command);
    /// The next answer for `id`, without the id: "granted /lock/_c_...". The limit counts from when the peer was ready.
    /// Throws peer_failure.
    std::string answer(const std::string& id, std::chrono::milliseconds within = std::chrono::seconds(30));
    /// `send` and `answer`.
    std::string ask(const std::string& command);
    /// True while no answer for `id` has come that has not been taken yet.
    bool silent(const std::string& id);

    /// SIGKILL. Its session stays until the servers expire it.
    void kill() { process_.kill(); }

private:
    void read_answers(time_point deadline);
    void take(const std::string& line);
    [[nodiscard]] std::string errors() const;

    temp_dir dir_{"peer"};
    std::filesystem::path files_ = make_unique_directory(dir_.path(), "files");
    unique_fd commands_;
    unique_fd answers_;
    child_process process_;
    std::string partial_;
    std::map<std::string, std::deque<std::string>> told_;  // by id
    std::optional<std::int64_t> session_id_;
};

/// Apache Curator (peer/CuratorPeer.java).
[[nodiscard]] std::vector<std::string> curator_peer(const std::string& servers,
                                                    std::chrono::milliseconds session_timeout);
/// kazoo (peer/KazooPeer.py).
[[nodiscard]] std::vector<std::string> kazoo_peer(const std::string& servers,
                                                  std::chrono::milliseconds session_timeout);

}  // namespace paddock::testing
