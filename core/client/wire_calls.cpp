// The C client reads each frame in two calls and a third that says that there is no more, and sends the length of a request
// before the rest, each in a packet of its own that wakes the server. Its calls lead here (scripts/cmake/led_client.cmake).
#include "core/client/wire_calls.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <map>
#include <utility>

namespace paddock::detail::wire_calls {
namespace {

/// One socket of the C client, which goes on in its own way: no call has an effect that the real one could not have had.
class wire {
public:
    explicit wire(int fd) : fd_(fd) {}

    [[nodiscard]] bool fetched() const noexcept { return taken_ < filled_; }

    ssize_t recv(void* into, std::size_t count, int flags) {
        if (!fetched()) {
            if (std::exchange(dry_, false)) return again();
            if (count >= buffer_.size()) return ::recv(fd_, into, count, flags);
            const ssize_t got = ::recv(fd_, buffer_.data(), buffer_.size(), flags);
            if (got <= 0) return got;
            taken_ = 0;
            filled_ = static_cast<std::size_t>(got);
            dry_ = filled_ < buffer_.size();
        }
        std::size_t part = std::min(count, filled_ - taken_);
        std::memcpy(into, buffer_.data() + taken_, part);
        taken_ += part;
        // Of a long frame all that has come is read: half of it would count as a server that stalls (rule 6).
        if (part < count && !std::exchange(dry_, false)) {
            const ssize_t more = ::recv(fd_, static_cast<char*>(into) + part, count - part, flags);
            if (more > 0) part += static_cast<std::size_t>(more);  // 0 or an error: the next call hears of it
        }
        return static_cast<ssize_t>(part);
    }
    void look_again() noexcept { dry_ = false; }

    // The length is said to be sent when it is not: the C client sends the rest right behind it, or tries that again.
    ssize_t send(const void* bytes, std::size_t count, int flags) {
        if (left_ == 0) {
            if (count != sizeof length_) return ::send(fd_, bytes, count, flags);
            std::memcpy(&length_, bytes, sizeof length_);
            held_ = sizeof length_;
            left_ = ntohl(length_);
            return sizeof length_;
        }
        const ssize_t sent =
            held_ > 0 ? send_behind_length(bytes, count, flags) : ::send(fd_, bytes, count, flags);
        if (sent > 0) left_ -= std::min(left_, static_cast<std::size_t>(sent));
        return sent;
    }

private:
    static ssize_t again() noexcept {
        errno = EAGAIN;
        return -1;
    }
    ssize_t send_behind_length(const void* bytes, std::size_t count, int flags) {
        char* const length = reinterpret_cast<char*>(&length_) + sizeof length_ - held_;
        std::array<iovec, 2> parts{iovec{length, held_}, iovec{const_cast<void*>(bytes), count}};
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        const ssize_t sent = ::sendmsg(fd_, &message, flags);
        if (sent < 0) return sent;
        const std::size_t of_length = std::min(held_, static_cast<std::size_t>(sent));
        held_ -= of_length;
        const ssize_t rest = sent - static_cast<ssize_t>(of_length);
        return rest == 0 ? again() : rest;
    }

    const int fd_;
    std::array<char, 4096> buffer_;  // many clients must not cost much; longer frames are read in place
    std::size_t taken_ = 0;
    std::size_t filled_ = 0;
    bool dry_ = false;  // the last fetch has left nothing
    std::uint32_t length_ = 0;
    std::size_t held_ = 0;  // bytes of the length that wait for the rest
    std::size_t left_ = 0;  // bytes of the request that the C client has not sent yet
};

// Only the reactor's thread has any (rule 1). A pointer, because others close descriptors until the process ends.
using table = std::map<int, wire>;
thread_local table* wires = nullptr;

wire* find(int fd) noexcept {
    if (wires == nullptr) return nullptr;
    const auto found = wires->find(fd);
    return found == wires->end() ? nullptr : &found->second;
}

void forget(int fd) noexcept {
    if (wires == nullptr) return;
    wires->erase(fd);
    if (wires->empty()) delete std::exchange(wires, nullptr);
}

}  // namespace

void adopt(int fd) {
    if (wires == nullptr) wires = new table;
    wires->try_emplace(fd, fd);  // one that is known is the same socket: its close would have been seen
}

bool fetched(int fd) noexcept {
    const wire* const known = find(fd);
    return known != nullptr && known->fetched();
}

void look_again(int fd) noexcept {
    if (wire* const known = find(fd)) known->look_again();
}

}  // namespace paddock::detail::wire_calls

namespace calls = paddock::detail::wire_calls;

ssize_t paddock_zk_send(int fd, const void* bytes, size_t count, int flags) {
    calls::wire* const known = calls::find(fd);
    return known != nullptr ? known->send(bytes, count, flags) : ::send(fd, bytes, count, flags);
}

ssize_t paddock_zk_recv(int fd, void* bytes, size_t count, int flags) {
    calls::wire* const known = calls::find(fd);
    return known != nullptr ? known->recv(bytes, count, flags) : ::recv(fd, bytes, count, flags);
}

int paddock_zk_close(int fd) {
    calls::forget(fd);
    return ::close(fd);
}
