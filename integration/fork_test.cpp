#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <iomanip>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "integration/lock_fixture.hpp"
#include "integration/support/fault_proxy.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

// Runs `body` in a forked child and returns its exit status, or none when it hung. The child has this thread only, and
// never comes back.
std::optional<int> in_child(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(20);  // ends a child that hangs
        ::_exit(body());
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return std::nullopt;
    return WEXITSTATUS(status);
}

class ForkTest : public LockTest {
protected:
    void TearDown() override {
        lock_.reset();
        held_ = lease();
        zk_.reset();
        LockTest::TearDown();
    }

    // Before the counts of the fixture are taken there is no client; the tests make it.
    void hold() {
        zk_ = std::make_unique<client>(options());
        lock_ = std::make_unique<mutex>(*zk_, path());
        held_ = lock_->acquire();
    }
    void expect_undisturbed() {
        EXPECT_EQ(held_.state(), lease_state::held);
        EXPECT_TRUE(held_.check());
        EXPECT_EQ(zk_->stats().sessions, 1U);
        EXPECT_EQ(zk_->stats().reconnects, 0U);
        EXPECT_EQ(nodes(path()).size(), 1U);
    }

    std::unique_ptr<client> zk_;
    std::unique_ptr<mutex> lock_;
    lease held_;
};

TEST_F(ForkTest, ChildThatDestroysItsCopiesDisturbsNobody) {
    hold();
    EXPECT_EQ(in_child([&] {
                  held_ = lease();
                  lock_.reset();
                  zk_->close();
                  zk_.reset();
                  return 0;
              }),
              0);
    expect_undisturbed();
}

TEST_F(ForkTest, ChildLeavesALingeringPlaceToItsParent) {
    zk_ = std::make_unique<client>(options());
    mutex_options lingering;
    lingering.sharing.linger = 1min;
    lock_ = std::make_unique<mutex>(*zk_, path(), lingering);
    lock_->acquire().release();
    held_ = lock_->acquire();
    ASSERT_EQ(held_.fencing_token().local(), 1U);
    EXPECT_EQ(in_child([&] {
                  held_ = lease();
                  error_code ec;
                  if (lock_->acquire(ec) || ec != errc::wrong_process) return 1;
                  lock_.reset();
                  zk_.reset();
                  return 0;
              }),
              0);
    expect_undisturbed();
    held_ = lease();
    held_ = lock_->acquire();
    EXPECT_EQ(held_.fencing_token().local(), 2U);
}

TEST_F(ForkTest, CopiesInTheChildAnswerThatTheyAreTheParents) {
    hold();
    EXPECT_EQ(in_child([&] {
                  error_code ec;
                  if (lock_->acquire(ec) || ec != errc::wrong_process) return 1;
                  if (lock_->try_acquire_for(1s, ec) || ec != errc::wrong_process) return 2;
                  if (!lock_->contenders(1s, ec).empty() || ec != errc::wrong_process) return 3;
                  if (held_.state() != lease_state::lost || held_.remaining() != 0ms) return 4;
                  if (held_.check(ec) || ec != errc::wrong_process) return 5;
                  transaction writes(held_);
                  writes.set("/x", "y");
                  if (!zk_->commit(writes, 1s, ec).empty() || ec != errc::wrong_process) return 6;
                  if (zk_->wait_connected(1s)) return 7;
                  try {
                      (void)held_.release();
                      return 8;
                  } catch (const boost::system::system_error& refused) {
                      if (refused.code() != errc::wrong_process) return 9;
                  }
                  if (zk_->stats().requests_sent != 0) return 10;
                  return 0;
              }),
              0);
    expect_undisturbed();
}

TEST_F(ForkTest, ChildMakesClientsOfItsOwn) {
    hold();
    EXPECT_EQ(in_child([&] {
                  client own(options());
                  mutex other(own, path("childs"));
                  const lease mine = other.try_acquire_for(10s);
                  if (!mine) return 1;
                  if (mine.session_id() == zk_->session_id()) return 2;
                  if (mutex(own, path()).try_acquire()) return 3;  // the parent holds it
                  if (threads_named("paddock-reactor") != 1) return 4;
                  return 0;
              }),
              0);
    EXPECT_TRUE(has_nodes(path("childs"), 0));
    EXPECT_TRUE(has_nodes(path(), 1));
    expect_undisturbed();
}

TEST_F(ForkTest, TerminatePolicyEndsTheProcessWithItsLease) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(20);
        client_options chosen = options();
        chosen.on_loss = loss_policy::terminate;
        client zk(chosen);
        const lease held = mutex(zk, path()).acquire();
        (void)expire(held.session_id());
        for (;;) ::pause();
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGABRT);
}

TEST_F(ForkTest, ForkWhileAcquiresAreUnderWay) {
    hold();
    std::jthread busy([&](std::stop_token stop) {
        mutex other(*zk_, path("busy"));
        while (!stop.stop_requested()) (void)other.acquire();
    });
    for (int i = 0; i < 30; ++i) {
        ASSERT_EQ(in_child([&] {
                      error_code ec;
                      (void)lock_->acquire(ec);
                      if (ec != errc::wrong_process) return 1;
                      if (i % 5 == 0) {
                          client own(options());
                          if (!mutex(own, path("childs")).try_acquire_for(10s)) return 2;
                      }
                      return 0;
                  }),
                  0)
            << i;
    }
    busy.request_stop();
    busy.join();
    expect_undisturbed();
}

// What an executed program finds open: its descriptors as `ls` shows them, then the connections of all processes.
std::string inherited_descriptors() {
    std::array<int, 2> pipe_ends{};
    if (::pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(pipe_ends[1], STDOUT_FILENO);
        ::execlp("sh", "sh", "-c", "ls -l /proc/self/fd; cat /proc/net/tcp", nullptr);
        ::_exit(127);
    }
    ::close(pipe_ends[1]);
    std::string shown;
    std::array<char, 4096> chunk{};
    for (ssize_t got = 0; (got = ::read(pipe_ends[0], chunk.data(), chunk.size())) > 0;) {
        shown.append(chunk.data(), static_cast<std::size_t>(got));
    }
    ::close(pipe_ends[0]);
    ::waitpid(child, nullptr, 0);
    return shown;
}

// Whether one of them is a connection to this port. The proxy's own sockets (from this port, or to the server) do not
// count: Asio marks what it accepts as close-on-exec a moment too late.
bool has_connection_to(std::uint16_t port, const std::string& shown) {
    std::ostringstream wanted;
    wanted << ':' << std::uppercase << std::hex << std::setw(4) << std::setfill('0') << port;
    std::istringstream lines(shown);
    std::set<std::string> inherited;
    for (std::string line; std::getline(lines, line);) {
        const auto socket = line.find("socket:[");
        if (socket != std::string::npos) inherited.insert(line.substr(socket + 8, line.size() - socket - 9));
        std::istringstream columns(line);
        const std::vector<std::string> column(std::istream_iterator<std::string>(columns), {});
        if (column.size() > 9 && column[2].ends_with(wanted.str()) && inherited.contains(column[9]))
            return true;
    }
    return false;
}

TEST_F(ForkTest, ExecutedProgramsInheritNoSockets) {
    fault_proxy proxy(servers_.server(0).host(), servers_.server(0).port(), "127.0.1.1");
    client zk(options(proxy.address()));
    const lease held = mutex(zk, path()).acquire();
    std::jthread cutter([&](std::stop_token stop) {
        while (!stop.stop_requested()) {
            (void)proxy.wait_connections(1, 2s);
            proxy.cut_all();
        }
    });
    for (int i = 0; i < 60; ++i) {
        const std::string open = inherited_descriptors();
        ASSERT_NE(open.find("total"), std::string::npos) << open;
        EXPECT_FALSE(has_connection_to(proxy.port(), open)) << open;
        EXPECT_EQ(open.find("anon_inode"), std::string::npos) << open;  // epoll, event, timer
    }
    cutter.request_stop();
    cutter.join();
    EXPECT_TRUE(eventually([&] { return held.state() == lease_state::held; }));
}

}  // namespace
}  // namespace paddock::testing
