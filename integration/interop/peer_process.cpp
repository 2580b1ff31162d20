#include "integration/interop/peer_process.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <utility>

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

constexpr const char* ready_id = "peer";  // what a peer says first goes under this id
constexpr auto start_limit = 60s;         // two JVMs at once on a busy machine, under a sanitizer

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

// Opened before the peer starts, so that it finds both other ends.
unique_fd open_fifo(const std::filesystem::path& path, int flags) {
    if (::mkfifo(path.c_str(), 0600) != 0) fail("mkfifo " + path.string());
    unique_fd opened(::open(path.c_str(), flags | O_CLOEXEC));
    if (!opened) fail("open " + path.string());
    return opened;
}

child_options start_of(const std::filesystem::path& files, const std::vector<std::string>& argv) {
    child_options child;
    child.orphan_dir = files;
    child.argv = {"/bin/sh", "-c", R"(exec "$@" <"$0/commands" >"$0/answers" 2>"$0/errors")", files.string()};
    child.argv.insert(child.argv.end(), argv.begin(), argv.end());
    return child;
}

}  // namespace

peer_process::peer_process(const std::vector<std::string>& argv)
    // Read and write: to open it does not wait for the peer. We are its only writers, so closing it ends the peer.
    : commands_(open_fifo(files_ / "commands", O_RDWR)),
      answers_(open_fifo(files_ / "answers", O_RDONLY | O_NONBLOCK)),
      process_(start_of(files_, argv)) {}

peer_process::~peer_process() {
    commands_ = unique_fd();
    if (process_.running()) (void)process_.wait(10s);
}

std::int64_t peer_process::session_id() {
    if (!session_id_) {
        std::istringstream words(answer(ready_id, start_limit));
        std::string ready;
        std::int64_t id = 0;
        words >> ready >> id;
        session_id_ = id;
    }
    return *session_id_;
}

void peer_process::send(const std::string& command) {
    const std::string line = command + "\n";
    if (::write(commands_.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
        fail("command to a peer");
    }
}

std::string peer_process::answer(const std::string& id, std::chrono::milliseconds within) {
    if (id != ready_id) (void)session_id();
    const auto deadline = std::chrono::steady_clock::now() + within;
    auto& waiting = told_[id];
    while (waiting.empty()) read_answers(deadline);
    std::string text = std::move(waiting.front());
    waiting.pop_front();
    return text;
}

std::string peer_process::ask(const std::string& command) {
    std::istringstream words(command);
    std::string name;
    std::string id;
    words >> name >> id;
    send(command);
    return answer(id);
}

bool peer_process::silent(const std::string& id) {
    while (wait_readable(answers_.get(), std::chrono::steady_clock::now())) read_answers({});
    return told_[id].empty();
}

void peer_process::read_answers(time_point deadline) {
    if (!wait_readable(answers_.get(), deadline)) throw peer_failure("a peer did not answer; " + errors());
    char bytes[4096];
    const ssize_t count = ::read(answers_.get(), bytes, sizeof bytes);
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) fail("answers of a peer");
    if (count == 0) throw peer_failure("a peer has ended; " + errors());
    partial_.append(bytes, static_cast<std::size_t>(count));
    for (auto end = partial_.find('\n'); end != std::string::npos; end = partial_.find('\n')) {
        take(partial_.substr(0, end));
        partial_.erase(0, end + 1);
    }
}

void peer_process::take(const std::string& line) {
    std::istringstream words(line);
    std::string word;
    std::string id;
    std::string rest;
    words >> word >> id;
    std::getline(words, rest);  // with the space in front
    told_[id].push_back(word + rest);
}

std::string peer_process::errors() const {
    std::ifstream in(files_ / "errors");
    return "it said: " + std::string(std::istreambuf_iterator<char>(in), {});
}

std::vector<std::string> curator_peer(const std::string& servers, std::chrono::milliseconds session_timeout) {
    return {"java",
            "-Xmx96m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            CURATOR_PEER_CLASS_PATH,
            "CuratorPeer",
            servers,
            std::to_string(session_timeout.count())};
}

std::vector<std::string> kazoo_peer(const std::string& servers, std::chrono::milliseconds session_timeout) {
    return {"/usr/bin/python3", KAZOO_PEER, servers, std::to_string(session_timeout.count())};
}

}  // namespace paddock::testing
