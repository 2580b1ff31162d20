// Starts a server, freezes it, reports its pid and its data directory in the directory given, and waits to be killed.
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "integration/support/zk_ensemble.hpp"

int main(int argc, char** argv) {
    using namespace paddock::testing;
    if (argc != 2) return 64;
    zk_ensemble zk;
    zk.start();
    zk.freeze(0);
    const pid_t server = zk.server(0).pid().value();
    if (::fork() == 0) {  // outlives us with copies of our descriptors, which must not keep the server alive
        const unique_fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, server, 0)));
        (void)wait_readable(pidfd.get(), std::chrono::steady_clock::now() + server_wait);
        ::_exit(0);
    }
    const std::filesystem::path to(argv[1]);
    std::ofstream(to / "unfinished") << server << ' ' << zk.server(0).data_dir().string();
    std::filesystem::rename(to / "unfinished", to / "report");
    for (;;) ::pause();
}
