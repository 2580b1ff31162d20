// The calls that the C client makes in place of the system's.
#include "core/client/wire_calls.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace paddock::testing {
namespace {

namespace wire_calls = detail::wire_calls;

class WireCalls : public ::testing::Test {
protected:
    explicit WireCalls(int type = SOCK_STREAM) {
        EXPECT_EQ(::socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_.data()), 0);
        wire_calls::adopt(ours());
    }
    ~WireCalls() override {
        for (const int fd : ends_) paddock_zk_close(fd);
    }
    [[nodiscard]] int ours() const { return ends_[0]; }
    [[nodiscard]] int theirs() const { return ends_[1]; }

    static std::string frame(const std::string& body) {
        const std::uint32_t length = htonl(static_cast<std::uint32_t>(body.size()));
        return std::string(reinterpret_cast<const char*>(&length), sizeof length) + body;
    }
    ssize_t send(const std::string& bytes) const {
        return paddock_zk_send(ours(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    static std::string receive(int fd, std::size_t most) {
        std::string bytes(most, '\0');
        const ssize_t got = paddock_zk_recv(fd, bytes.data(), most, 0);
        bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        return bytes;
    }

    std::array<int, 2> ends_{};
};

class WirePackets : public WireCalls {
protected:
    WirePackets() : WireCalls(SOCK_SEQPACKET) {}
};

TEST_F(WirePackets, ALengthLeavesTogetherWithItsRequest) {
    const std::string whole = frame("a request");
    EXPECT_EQ(send(whole.substr(0, 4)), 4);
    EXPECT_EQ(receive(theirs(), 100), "") << "nothing yet";
    EXPECT_EQ(send(whole.substr(4)), 9);
    EXPECT_EQ(receive(theirs(), 100), whole);
}

// As the C client does it: a part that does not fit is sent again from where it stopped.
TEST_F(WireCalls, NoByteIsLostWhenThereIsNoRoom) {
    std::mt19937 random(1);
    std::string meant;
    std::string arrived;
    const int small = 4096;
    ASSERT_EQ(::setsockopt(ours(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small), 0);
    int refused = 0;
    for (int i = 0; i < 500; ++i) {
        const std::string whole = frame(std::string(1 + random() % 5000, static_cast<char>('a' + i % 26)));
        meant += whole;
        for (std::size_t at = 0; at < whole.size();) {
            const std::size_t end = at < 4 ? 4 : whole.size();
            const ssize_t sent = send(whole.substr(at, end - at));
            if (sent > 0) {
                at += static_cast<std::size_t>(sent);
                continue;
            }
            ASSERT_EQ(errno, EAGAIN);
            ++refused;
            arrived += receive(theirs(), 1 + random() % 3000);
        }
    }
    for (std::string more; !(more = receive(theirs(), 10'000)).empty();) arrived += more;
    EXPECT_GT(refused, 100);
    EXPECT_EQ(arrived, meant);
}

TEST_F(WireCalls, WhatIsReadIsWhatCame) {
    std::mt19937 random(2);
    std::string meant;
    std::string arrived;
    for (int i = 0; i < 2000; ++i) {
        const std::string piece(1 + random() % (i % 50 == 0 ? 20'000 : 300), static_cast<char>('a' + i % 26));
        const ssize_t sent = ::send(theirs(), piece.data(), piece.size(), MSG_NOSIGNAL);
        if (sent > 0) meant += piece.substr(0, static_cast<std::size_t>(sent));
        const std::size_t most = random() % 3 == 0 ? 4 : 1 + random() % 9000;
        while (random() % 4 != 0) {
            const std::string got = receive(ours(), most);
            if (got.empty()) {
                ASSERT_EQ(errno, EAGAIN);
                break;
            }
            arrived += got;
        }
    }
    // A read that finds nothing may say so without asking; the next one asks.
    for (int quiet = 0; quiet < 2;) {
        const std::string got = receive(ours(), 5000);
        quiet = got.empty() ? quiet + 1 : 0;
        arrived += got;
    }
    EXPECT_EQ(arrived, meant);
}

TEST_F(WireCalls, ALongFrameIsReadWhole) {
    const std::string body(10'000, 'x');
    ASSERT_EQ(::send(theirs(), frame(body).data(), 10'004, 0), 10'004);
    EXPECT_EQ(receive(ours(), 4), frame(body).substr(0, 4));
    EXPECT_EQ(receive(ours(), 10'000).size(), 10'000u);
}

TEST_F(WireCalls, LooksAgainWhenAskedTo) {
    ASSERT_EQ(::send(theirs(), "1234", 4, 0), 4);
    EXPECT_EQ(receive(ours(), 4), "1234");
    ASSERT_EQ(::send(theirs(), "5678", 4, 0), 4);
    wire_calls::look_again(ours());
    EXPECT_EQ(receive(ours(), 4), "5678");
}

TEST_F(WireCalls, SaysWhatIsFetchedAndNotRead) {
    ASSERT_EQ(::send(theirs(), "12345678", 8, 0), 8);
    EXPECT_FALSE(wire_calls::fetched(ours()));
    EXPECT_EQ(receive(ours(), 4), "1234");
    EXPECT_TRUE(wire_calls::fetched(ours()));
    EXPECT_EQ(receive(ours(), 4), "5678");
    EXPECT_FALSE(wire_calls::fetched(ours()));
    EXPECT_FALSE(wire_calls::fetched(theirs())) << "not adopted";
}

TEST_F(WireCalls, TheOtherSidesEndIsSeen) {
    ASSERT_EQ(::send(theirs(), "1234", 4, 0), 4);
    ::close(theirs());
    EXPECT_EQ(receive(ours(), 4), "1234");
    char byte = 0;
    EXPECT_LT(paddock_zk_recv(ours(), &byte, 1, 0), 0);
    EXPECT_EQ(paddock_zk_recv(ours(), &byte, 1, 0), 0);
}

// The next socket has the same number, and nothing of the former one.
TEST_F(WireCalls, AClosedSocketIsForgotten) {
    ASSERT_EQ(::send(theirs(), "old bytes", 9, 0), 9);
    EXPECT_EQ(receive(ours(), 4), "old ");
    EXPECT_EQ(send(frame("x").substr(0, 4)), 4);
    std::array<int, 2> fresh{};
    const int number = ours();
    paddock_zk_close(number);
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fresh.data()), 0);
    ASSERT_EQ(fresh[0], number);
    EXPECT_FALSE(wire_calls::fetched(number));
    EXPECT_EQ(receive(number, 4), "");
    ASSERT_EQ(paddock_zk_send(number, "1234", 4, 0), 4);
    EXPECT_EQ(receive(fresh[1], 10), "1234") << "an unknown socket's bytes go out as they are";
    ::close(fresh[1]);
}

}  // namespace
}  // namespace paddock::testing
