#include "core/fork_count.hpp"

#include <pthread.h>

#include <atomic>

namespace paddock::detail {
namespace {

constinit std::atomic<unsigned> forks = 0;

// When the library is loaded: nothing that a fork could leave locked.
[[maybe_unused]] const int installed =
    ::pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); });

}  // namespace

unsigned fork_count() noexcept { return forks.load(std::memory_order_relaxed); }

}  // namespace paddock::detail
