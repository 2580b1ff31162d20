#include "core/fork_count.hpp"

#include <pthread.h>

#include <atomic>

namespace paddock::detail {
namespace {

constinit std::atomic<unsigned> forks = 0;

}  // namespace

unsigned fork_count() noexcept {
    static const int installed =
        ::pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); });
    static_cast<void>(installed);
    return forks.load(std::memory_order_relaxed);
}

}  // namespace paddock::detail
