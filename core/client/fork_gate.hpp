#pragma once

namespace paddock::detail {

/// While one exists, no fork() of this process begins, but through the calling thread itself. Held where a child
/// must not inherit something half-done: a socket that is not yet close-on-exec, the log's lock. May be nested.
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
