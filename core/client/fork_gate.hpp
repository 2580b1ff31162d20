#pragma once

namespace paddock::detail {

/// While one exists, no fork() of this process begins, but through the calling thread itself. The reactor
/// thread has one whenever it does anything (see `gated_executor`). May be nested.
class fork_gate {
public:
    fork_gate();
    fork_gate(const fork_gate&) = delete;
    fork_gate& operator=(const fork_gate&) = delete;
    ~fork_gate();
};

/// Calls `in_child` in each child made by fork() from now on. Once per process.
void after_fork(void (*in_child)());

}  // namespace paddock::detail
