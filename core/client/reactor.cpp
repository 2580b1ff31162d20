#include "core/client/reactor.hpp"

#include <pthread.h>
#include <sys/random.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <random>
#include <system_error>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/assert.hpp>

#include "core/client/boot_timer.hpp"
#include "core/client/fork_gate.hpp"
#include "core/client/gated_executor.hpp"
#include "core/client/zk_handle.hpp"
#include "core/client/zk_log.hpp"
#include "core/signals_blocked.hpp"

namespace paddock::detail {
namespace {

// What is one per process. A forked child gets a new one; the old stays reachable for leak checkers.
struct process_state {
    std::mutex mutex;
    std::condition_variable ended;
    std::weak_ptr<reactor> current;
    bool running = false;  // a reactor's thread exists: a second must not (rule 1)
    process_state* inherited = nullptr;
};
process_state* state = new process_state;

void forget_reactor() {
    auto* fresh = new process_state;
    fresh->inherited = state;
    state = fresh;
}

template <class T>
T random_bits() {
    T bits{};
    for (std::size_t filled = 0; filled < sizeof bits;) {
        const ssize_t got = ::getrandom(reinterpret_cast<char*>(&bits) + filled, sizeof bits - filled, 0);
        if (got > 0) {
            filled += static_cast<std::size_t>(got);
        } else if (errno != EINTR) {
            throw std::system_error(errno, std::system_category(), "getrandom");
        }
    }
    return bits;
}

}  // namespace

struct reactor::machine {
    boost::asio::io_context context{1};
    lane own;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
    const boost::asio::any_io_executor executor = gated_executor(context.get_executor(), own);
    std::mt19937_64 jitter{random_bits<std::uint64_t>()};
    using number = std::array<std::uint8_t, 16>;
    std::array<number, 32> random;  // from the system, so many at a time
    std::size_t random_left = 0;
    std::thread thread;
    pid_t process = ::getpid();
};

std::shared_ptr<reactor> reactor::shared() {
    static std::once_flag once;
    std::call_once(once, [] { after_fork(&forget_reactor); });
    std::unique_lock lock(state->mutex);
    // Between the last reference and the thread's end no reactor can be had, nor made.
    while (true) {
        if (auto existing = state->current.lock()) return existing;
        if (!state->running) break;
        state->ended.wait(lock);
    }
    std::shared_ptr<reactor> fresh(new reactor);
    state->current = fresh;
    state->running = true;
    return fresh;
}

reactor::reactor() {
    auto made = std::make_unique<machine>();  // ours, unless the thread starts
    start_zk_log();
    const signals_blocked quiet;
    made->thread = std::thread([machine = made.get()] {
        ::pthread_setname_np(::pthread_self(), "paddock-reactor");
        machine->context.run();
    });
    machine_ = made.release();
}

reactor::~reactor() {
    if (machine_->process != ::getpid()) return;  // hazard D10: no thread to join, no mutex to trust
    BOOST_ASSERT(!on_thread());
    machine_->work.reset();
    machine_->thread.join();
    delete machine_;
    const std::lock_guard lock(state->mutex);
    state->running = false;
    state->ended.notify_all();
}

boost::asio::any_io_executor reactor::executor() { return machine_->executor; }

boot_time reactor::now() const noexcept { return system_boot_clock::now(); }

scheduled_call reactor::call_at(boot_time when, std::function<void()> action) {
    return call_on(machine_->executor, when, std::move(action));
}

std::array<std::uint8_t, 16> reactor::random_128() {
    if (machine_->random_left == 0) {
        machine_->random = random_bits<decltype(machine_->random)>();
        machine_->random_left = machine_->random.size();
    }
    return machine_->random[--machine_->random_left];
}

double reactor::random_unit() { return std::uniform_real_distribution<double>()(machine_->jitter); }

std::unique_ptr<znode_api> reactor::open(const session_parameters& parameters, session_listener& listener) {
    BOOST_ASSERT(on_thread());
    return std::make_unique<zk_handle>(*this, parameters, listener);
}

bool reactor::on_thread() const noexcept { return machine_->thread.get_id() == std::this_thread::get_id(); }

}  // namespace paddock::detail
