#pragma once

namespace paddock::detail {

/// How many forks lie between this process and the one that first asked: no system call, so that every entry point can
/// ask whether it runs in a child (hazard D10). Children of a raw clone() or vfork(), which may not use a library
/// anyhow, are not counted.
unsigned fork_count() noexcept;

}  // namespace paddock::detail
