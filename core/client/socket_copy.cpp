#include "core/client/socket_copy.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace paddock::detail {
namespace {

ino_t inode_of(int fd) {
    struct ::stat status {};
    return ::fstat(fd, &status) == 0 ? status.st_ino : 0;
}

}  // namespace

bool socket_copy::same_as(int fd) const { return is_open() && inode_of(fd) == inode_; }

bool socket_copy::open(int fd) {
    inode_ = inode_of(fd);
    return use(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

bool socket_copy::renew() {
    const int copy = ::fcntl(descriptor_.native_handle(), F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return false;
    boost::system::error_code ignored;
    descriptor_.close(ignored);
    return use(copy);
}

bool socket_copy::use(int copy) {
    if (copy < 0) return false;
    boost::system::error_code failure;
    descriptor_.assign(copy, failure);
    if (failure) ::close(copy);
    return !failure;
}

void socket_copy::close() {
    if (!is_open()) return;
    past_ = counts();
    boost::system::error_code ignored;
    descriptor_.close(ignored);
    inode_ = 0;
}

void socket_copy::shut_down() {
    if (is_open()) ::shutdown(descriptor_.native_handle(), SHUT_RDWR);
}

wire_counts socket_copy::counts() const {
    wire_counts sum = past_;
    if (is_open()) {
        // The const overload of native_handle is missing in Asio.
        const wire_counts now =
            tcp_counts(const_cast<boost::asio::posix::stream_descriptor&>(descriptor_).native_handle());
        sum.bytes_sent += now.bytes_sent;
        sum.bytes_received += now.bytes_received;
    }
    return sum;
}

void set_close_on_exec(int fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); }

}  // namespace paddock::detail
