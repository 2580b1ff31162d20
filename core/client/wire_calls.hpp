#pragma once

#include <sys/types.h>

#include <cstddef>

namespace paddock::detail::wire_calls {

/// From now on the C client's reads and writes of this socket take fewer system calls, until it closes it: a read
/// fetches all that is there, and a request leaves in one piece instead of two. Only on the reactor's thread; to be
/// called while no request is half-sent.
void adopt(int fd);

/// The next read asks the system, whatever the last one has found.
void look_again(int fd) noexcept;

/// Whether something has been fetched that the C client has not read yet: no event will tell of it.
[[nodiscard]] bool fetched(int fd) noexcept;

}  // namespace paddock::detail::wire_calls

// What the C client calls in place of the system.
extern "C" {
ssize_t paddock_zk_send(int fd, const void* bytes, std::size_t count, int flags);
ssize_t paddock_zk_recv(int fd, void* bytes, std::size_t count, int flags);
int paddock_zk_close(int fd);
}
