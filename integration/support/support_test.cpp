#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "integration/support/child_process.hpp"
#include "integration/support/eventually.hpp"
#include "integration/support/port_reservation.hpp"
#include "integration/support/process_stats.hpp"
#include "integration/support/temp_dir.hpp"
#include "integration/support/timed_socket.hpp"

namespace paddock::testing {
namespace {

using std::chrono::milliseconds;

// A child that only ends when it is told to.
child_options idle_child() { return {.argv = {"tail", "-f", "/dev/null"}}; }

struct process_entry {
    char state = '-';  // no such process
    pid_t parent = -1;
};

process_entry look_up(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    std::getline(stat, line);
    process_entry found;
    const auto name_end = line.rfind(')');
    if (name_end != std::string::npos)
        std::istringstream(line.substr(name_end + 1)) >> found.state >> found.parent;
    return found;
}

char state_of(pid_t pid) { return look_up(pid).state; }

std::string content_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

TEST(Eventually, StopsAsSoonAsThePredicateHolds) {
    int calls = 0;
    EXPECT_TRUE(eventually([&] { return ++calls == 3; }));
    EXPECT_EQ(calls, 3);
}

TEST(Eventually, AsksAtLeastOnceAndGivesUp) {
    int calls = 0;
    EXPECT_TRUE(eventually([&] { return ++calls > 0; }, milliseconds(0)));
    EXPECT_FALSE(eventually([] { return false; }, milliseconds(5)));
}

TEST(ProcessStats, SeesThreadsComeAndGo) {
    const std::size_t before = thread_count();
    std::mutex mutex;
    std::condition_variable changed;
    bool end = false;
    std::thread extra([&] {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return end; });
    });
    EXPECT_EQ(thread_count(), before + 1);
    {
        const std::lock_guard lock(mutex);
        end = true;
    }
    changed.notify_one();
    extra.join();
    EXPECT_EQ(thread_count(), before);
    // Now and then the kernel lists a joined thread a moment longer.
    for (int i = 0; i < 3000; ++i) {
        std::thread([] {}).join();
        ASSERT_EQ(thread_count(), before);
    }
}

TEST(ProcessStats, SeesFilesOpenAndClose) {
    const std::size_t before = open_fd_count();
    {
        const port_reservation socket("127.0.0.1");
        EXPECT_EQ(open_fd_count(), before + 1);
    }
    EXPECT_EQ(open_fd_count(), before);
}

TEST(TempDir, IsRemovedWithItsContent) {
    std::filesystem::path path;
    {
        const temp_dir dir("support-test");
        path = dir.path();
        std::filesystem::create_directories(path / "a" / "b");
        std::ofstream(path / "a" / "file") << "x";
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(PortReservation, RefusesConnectsAndLetsAListenerIn) {
    const port_reservation reserved("127.0.0.1");
    const auto deadline = std::chrono::steady_clock::now() + default_wait;
    EXPECT_THROW(timed_socket("127.0.0.1", reserved.port(), deadline), connection_lost);

    const auto address_with = [&](unique_fd& fd, int reuse) {
        fd = unique_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(reserved.port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    };
    unique_fd stranger;
    EXPECT_NE(address_with(stranger, 0), 0);
    for (int round = 0; round < 2; ++round) {
        unique_fd listener;
        ASSERT_EQ(address_with(listener, 1), 0);
        ASSERT_EQ(::listen(listener.get(), 1), 0);
        EXPECT_NO_THROW(timed_socket("127.0.0.1", reserved.port(), deadline));
    }
}

TEST(ChildProcess, ReportsOutputEnvironmentAndExitStatus) {
    const temp_dir dir("child");
    child_process child({.argv = {"sh", "-c", "echo to-stdout $MARK; echo to-stderr >&2; exit 7"},
                         .environment = {"MARK=set"},
                         .output = dir.path() / "out"});
    const auto status = child.wait();
    ASSERT_TRUE(status);
    EXPECT_EQ(WEXITSTATUS(*status), 7);
    EXPECT_FALSE(child.running());
    EXPECT_EQ(content_of(dir.path() / "out"), "to-stdout set\nto-stderr\n");
}

TEST(ChildProcess, ProgramThatIsMissingExitsWith127) {
    child_process child({.argv = {"paddock-no-such-program"}});
    const auto status = child.wait();
    ASSERT_TRUE(status);
    EXPECT_EQ(WEXITSTATUS(*status), 127);
}

TEST(ChildProcess, InheritsNoDescriptorOfOurs) {
    const temp_dir dir("child");
    const unique_fd inheritable(::dup(STDOUT_FILENO));
    child_process child({.argv = {"ls", "/proc/self/fd"}, .output = dir.path() / "out"});
    ASSERT_TRUE(child.wait());
    EXPECT_EQ(content_of(dir.path() / "out"), "0\n1\n2\n3\n");  // 3 is the directory that ls reads
}

TEST(ChildProcess, FreezesAndThaws) {
    child_process child(idle_child());
    ASSERT_TRUE(child.running());
    child.freeze();
    EXPECT_EQ(state_of(child.pid()), 'T');
    child.freeze();  // again, without harm
    child.thaw();
    EXPECT_TRUE(eventually([&] { return state_of(child.pid()) != 'T'; }));
    EXPECT_TRUE(child.running());
}

TEST(ChildProcess, KillAndTerminateEndAFrozenChild) {
    child_process killed(idle_child());
    killed.freeze();
    killed.kill();
    EXPECT_EQ(killed.wait(), std::optional<int>(SIGKILL));
    child_process terminated(idle_child());
    terminated.freeze();
    EXPECT_TRUE(terminated.terminate());
    EXPECT_EQ(terminated.wait(), std::optional<int>(SIGTERM));
    terminated.signal(SIGTERM);  // of no effect, without harm
    EXPECT_FALSE(terminated.running());
}

TEST(ChildProcess, WaitHasALimit) {
    child_process child(idle_child());
    EXPECT_EQ(child.wait(milliseconds(1)), std::nullopt);
}

TEST(ChildProcess, LeavesNoDescriptorAndNoProcess) {
    const std::size_t before = open_fd_count();
    pid_t pid = -1;
    pid_t supervisor = -1;
    {
        child_process child(idle_child());
        pid = child.pid();
        supervisor = look_up(pid).parent;
        EXPECT_EQ(look_up(supervisor).parent, ::getpid());
    }
    EXPECT_EQ(state_of(pid), '-');
    EXPECT_EQ(state_of(supervisor), '-');
    EXPECT_EQ(open_fd_count(), before);
}

TEST(ChildProcess, DiesWithItsSupervisor) {
    child_process child(idle_child());
    child.freeze();
    const pid_t supervisor = look_up(child.pid()).parent;
    ASSERT_EQ(look_up(supervisor).parent, ::getpid());
    ::kill(supervisor, SIGKILL);
    EXPECT_EQ(child.wait(), std::optional<int>(SIGKILL));
    EXPECT_TRUE(eventually([&] { return state_of(child.pid()) == '-'; }));
}

}  // namespace
}  // namespace paddock::testing
