#include "core/client/fork_gate.hpp"

#include <pthread.h>

#include <mutex>

namespace paddock::detail {
namespace {

constinit std::mutex gate;  // usable before and after everything else that is static
thread_local int depth = 0;
void (*run_in_child)() = nullptr;

void lock_gate() {
    if (depth++ == 0) gate.lock();
}
void unlock_gate() {
    if (--depth == 0) gate.unlock();
}

void install_handlers() {
    static std::once_flag once;
    std::call_once(once, [] {
        ::pthread_atfork(&lock_gate, &unlock_gate, [] {
            unlock_gate();  // locked by the thread that forked, the only one of the child
            if (run_in_child != nullptr) run_in_child();
        });
    });
}

}  // namespace

fork_gate::fork_gate() {
    install_handlers();
    lock_gate();
}
fork_gate::~fork_gate() { unlock_gate(); }

void after_fork(void (*in_child)()) {
    install_handlers();
    run_in_child = in_child;
}

}  // namespace paddock::detail
