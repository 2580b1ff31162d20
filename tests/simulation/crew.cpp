#include "tests/simulation/crew.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <iostream>
#include <new>
#include <system_error>
#include <type_traits>
#include <vector>

namespace paddock::testing {
namespace {

static_assert(std::is_trivially_copyable_v<tally> && sizeof(tally) <= 4096,
              "one write to a pipe is one tally");

struct worker {
    pid_t pid;
    int from;
    tally last;
    bool over = false;
};

using counter = std::atomic<std::uint64_t>;
static_assert(counter::is_always_lock_free, "processes share it");

/// In memory that children share.
struct shared_counter {
    shared_counter() {
        void* const page =
            ::mmap(nullptr, sizeof(counter), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
        value = new (page) counter(0);
    }
    shared_counter(const shared_counter&) = delete;
    shared_counter& operator=(const shared_counter&) = delete;
    ~shared_counter() { ::munmap(value, sizeof(counter)); }
    counter* value;
};

worker start(const shared_counter& numbers, const crew::part& work) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    std::cout.flush();
    const pid_t pid = ::fork();
    if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid > 0) {
        ::close(ends[1]);
        return {pid, ends[0], {}};
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(ends[0]);
    const bool fine = work([&] { return numbers.value->fetch_add(1); },
                           [&](const tally& sum) { (void)!::write(ends[1], &sum, sizeof sum); });
    std::cout.flush();
    ::_exit(fine ? 0 : 1);
}

// True iff it has ended well.
bool reap(worker& one) {
    int status = 0;
    while (::waitpid(one.pid, &status, 0) < 0 && errno == EINTR) {
    }
    ::close(one.from);
    one.over = true;
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
        std::cout << "a worker was ended by signal " << WTERMSIG(status) << '\n';
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

tally& tally::operator+=(const tally& other) {
    seeds += other.seeds;
    steps += other.steps;
    faults += other.faults;
    grants += other.grants;
    virtual_seconds += other.virtual_seconds;
    hazards += other.hazards;
    return *this;
}

bool crew::run(std::size_t workers, const part& work, const std::function<void(const tally&)>& show) {
    const shared_counter numbers;
    std::vector<worker> all;
    for (std::size_t i = 0; i < workers; ++i) all.push_back(start(numbers, work));
    bool fine = true;
    for (std::size_t left = workers; left > 0 && fine;) {
        std::vector<pollfd> watched;
        for (const worker& one : all) watched.push_back({one.over ? -1 : one.from, POLLIN, 0});
        if (::poll(watched.data(), watched.size(), -1) < 0) continue;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (watched[i].revents == 0) continue;
            if (::read(all[i].from, &all[i].last, sizeof(tally)) == sizeof(tally)) continue;
            fine = reap(all[i]) && fine;
            --left;
        }
        tally sum;
        for (const worker& one : all) sum += one.last;
        show(sum);
    }
    for (worker& one : all) {
        if (one.over) continue;
        ::kill(one.pid, SIGKILL);
        (void)reap(one);
    }
    return fine;
}

}  // namespace paddock::testing
