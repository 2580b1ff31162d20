#pragma once

#include <paddock/barrier.hpp>

#include "core/znode_api.hpp"

namespace paddock::detail {

/// What an operation on a barrier does after a server's answer to its one request.
enum class barrier_step {
    closed,  ///< done: the barrier is closed
    open,    ///< done: the barrier is open
    wait,    ///< the node is there, and is watched
    again,   ///< the answer says nothing: ask again
    refuse,  ///< its code is final
};

/// Pure. Only a server's word that the node is missing opens a barrier (hazards B7, F9).
barrier_step plan_barrier(barrier_verb what, const reply& answer);

}  // namespace paddock::detail
