#include <sys/socket.h>

#include <netinet/in.h>

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "integration/support/fault_proxy.hpp"
#include "integration/support/shared_servers.hpp"
#include "integration/zk_handle_fixture.hpp"

namespace paddock::testing {
namespace {

using detail::fate;
using std::chrono::milliseconds;
using std::chrono::seconds;
using clock = std::chrono::steady_clock;

/// Cuts, from within this process, all its connections to this port: what fails first then is a send, which
/// the library takes for a reason to close without a word.
std::size_t shut_down_connections_to(std::uint16_t port) {
    std::size_t count = 0;
    for (int fd = 0; fd < 1024; ++fd) {
        sockaddr_in peer{};
        socklen_t length = sizeof peer;
        if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) != 0 ||
            peer.sin_family != AF_INET) {
            continue;
        }
        if (ntohs(peer.sin_port) == port && ::shutdown(fd, SHUT_RDWR) == 0) ++count;
    }
    return count;
}

/// Keeps requests under way and notes how each ends. All on the reactor thread, but `stop` and the counters.
class pipeline {
public:
    pipeline(handle_under_test& session, std::size_t depth) : session_(session), depth_(depth) {
        session_.on_reactor([this] { fill(); });
    }
    void stop() { stopping_ = true; }
    [[nodiscard]] bool idle() const { return stopping_ && issued_ == completed_; }

    std::atomic<std::size_t> issued_ = 0;
    std::atomic<std::size_t> completed_ = 0;
    std::atomic<std::size_t> answered_ = 0;
    std::atomic<std::size_t> unknown_ = 0;
    std::atomic<std::size_t> disordered_ = 0;

private:
    void fill() {
        while (!stopping_ && issued_ - completed_ < depth_) issue();
    }
    void issue() {
        const std::size_t number = issued_++;
        auto done = [this, number](const detail::reply& answer) { finish(number, answer); };
        if (number % 3 == 0) {
            session_.handle_->set("/chaos", std::string(100, 'c'), -1, done);
        } else if (number % 3 == 1) {
            session_.handle_->get("/chaos", number % 2 == 0, done);
        } else {
            session_.handle_->sync("/chaos", done);
        }
    }
    void finish(std::size_t number, const detail::reply& answer) {
        if (number != completed_++) ++disordered_;
        if (answer.what == fate::answered) ++answered_;
        if (answer.what == fate::unknown) ++unknown_;
        fill();
    }

    handle_under_test& session_;
    std::size_t depth_;
    std::atomic<bool> stopping_ = false;
};

class ZkHandleLoss : public ::testing::Test {
protected:
    zk_ensemble& zk = shared_standalone();
    fault_proxy proxy{zk.server(0).host(), zk.server(0).port()};
    handle_under_test session{proxy.address()};

    void SetUp() override {
        ASSERT_TRUE(session.events().wait(happened::connected));
        session.create("/chaos");
    }

    void expect_everything_completes_while(const std::function<void()>& cut) {
        pipeline load(session, 50);
        const auto end = clock::now() + seconds(3);
        std::size_t cuts = 0;
        for (; clock::now() < end; ++cuts) {
            const auto enough = load.answered_ + 200;  // work between the cuts
            ASSERT_TRUE(eventually([&] { return load.answered_ >= enough; }));
            const std::size_t connects = session.events().count(happened::connected);
            cut();
            ASSERT_TRUE(session.events().wait(happened::connected, connects + 1));
        }
        load.stop();
        EXPECT_TRUE(eventually([&] { return load.idle(); }));
        EXPECT_EQ(load.issued_, load.completed_);
        EXPECT_EQ(load.disordered_, 0u);
        EXPECT_GT(load.answered_, cuts);
        EXPECT_GT(load.unknown_, 0u);
        EXPECT_GE(cuts, 10u);
        EXPECT_EQ(session.events().count(happened::ended), 0u);
        EXPECT_TRUE(eventually([&] { return session.exists("/chaos").what == fate::answered; }));
        const std::size_t losses = session.events().count(happened::disconnected);
        EXPECT_GE(losses, cuts);  // one may have struck the next connection too
        EXPECT_EQ(session.events().count(happened::connected), losses + 1);
    }
};

TEST_F(ZkHandleLoss, CompletesEachRequestOnceWhileTheServerSideCuts) {
    expect_everything_completes_while([&] { proxy.cut_all(); });
}

TEST_F(ZkHandleLoss, CompletesEachRequestOnceWhileSendsFail) {
    expect_everything_completes_while([&] { shut_down_connections_to(proxy.port()); });
}

TEST_F(ZkHandleLoss, SeesTheSilentCloseOfAFailedSend) {
    std::vector<std::pair<int, fate>> ends;
    std::promise<void> all;
    session.on_reactor([&] {
        EXPECT_GE(shut_down_connections_to(proxy.port()), 1u);
        for (int i = 0; i < 3; ++i) {
            session.handle_->exists("/chaos", [&ends, &all, i](const detail::reply& answer) {
                ends.emplace_back(i, answer.what);
                if (ends.size() == 3) all.set_value();
            });
        }
    });
    ASSERT_EQ(all.get_future().wait_for(default_wait), std::future_status::ready);
    const std::vector<std::pair<int, fate>> expected = {
        {0, fate::unknown}, {1, fate::not_sent}, {2, fate::not_sent}};
    EXPECT_EQ(ends, expected);
    ASSERT_TRUE(session.events().wait(happened::connected, 2));
    EXPECT_EQ(session.events().count(happened::disconnected), 1u);
    EXPECT_EQ(session.exists("/chaos").ec, error_code());
}

// What is left of a half-sent request would make nonsense on the next connection.
TEST_F(ZkHandleLoss, ForgetsAHalfSentRequest) {
    proxy.stall();
    constexpr int requests = 60;
    std::atomic<int> unknown = 0;
    session.on_reactor([&] {
        const std::string data(200'000, 'h');
        for (int i = 0; i < requests; ++i) {
            session.handle_->set("/chaos", data, -1, [&](const detail::reply& answer) {
                if (answer.what == fate::unknown) ++unknown;
            });
        }
        shut_down_connections_to(proxy.port());
        session.handle_->sync("/chaos", [&](const detail::reply& answer) {
            if (answer.what == fate::unknown) ++unknown;
        });
    });
    proxy.resume();
    EXPECT_TRUE(eventually([&] { return unknown == requests + 1; }));
    ASSERT_TRUE(session.events().wait(happened::connected, 2));
    EXPECT_EQ(session.set("/chaos", "short").ec, error_code());
    EXPECT_EQ(session.get("/chaos").data, "short");
    EXPECT_EQ(session.events().count(happened::connected), 2u);
}

TEST_F(ZkHandleLoss, NoticesAFrozenServer) {
    for (const bool busy : {false, true}) {
        zk.start();
        handle_under_test direct(zk.connect_string(), seconds(3));
        ASSERT_TRUE(direct.events().wait(happened::connected));
        direct.exists("/");
        const auto before = clock::now();
        zk.freeze(0);
        std::future<detail::stat_reply> pending;
        if (busy) {
            pending = direct.ask<detail::stat_reply>([](auto& api, auto done) { api.exists("/", done); });
        }
        ASSERT_TRUE(direct.events().wait(happened::disconnected));
        const auto waited = clock::now() - before;
        EXPECT_LT(waited, seconds(2) + milliseconds(300)) << busy;
        EXPECT_GT(waited, milliseconds(500)) << busy;
        if (busy) {
            EXPECT_EQ(pending.get().what, fate::unknown);
        }
    }
    zk.thaw(0);
}

// The library judges the silence before it has read; what has arrived meanwhile would be lost.
TEST_F(ZkHandleLoss, AStallOfTheReactorCostsNothing) {
    handle_under_test brisk(zk.connect_string(), seconds(1));
    ASSERT_TRUE(brisk.events().wait(happened::connected));
    auto answer = brisk.ask<detail::stat_reply>([](auto& api, auto done) {
        api.exists("/chaos", done);
        std::this_thread::sleep_for(milliseconds(800));  // the stall, longer than two thirds of the timeout
    });
    EXPECT_EQ(answer.get().what, fate::answered);
    EXPECT_EQ(brisk.exists("/chaos").what, fate::answered);
    EXPECT_EQ(brisk.events().count(happened::disconnected), 0u);
}

TEST_F(ZkHandleLoss, TriesTheNextServerWhenOneIsSilent) {
    fault_proxy silent(zk.server(0).host(), zk.server(0).port(), "127.0.0.2");
    silent.block(block_mode::stall);
    for (int i = 0; i < 6; ++i) {  // in either order
        const detail::session_parameters parameters = {.servers = silent.address() + "," + proxy.address(),
                                                       .timeout = seconds(4),
                                                       .connect_timeout = milliseconds(100),
                                                       .auth = {}};
        handle_under_test other(parameters);
        EXPECT_TRUE(other.events().wait(happened::connected, 1, seconds(2)));
    }
}

// The library alone would never come to the second of two servers when the first is down.
TEST_F(ZkHandleLoss, ComesBackThroughTheOnlyServerLeft) {
    fault_proxy left(zk.server(0).host(), zk.server(0).port(), "127.0.0.2");
    fault_proxy down(zk.server(0).host(), zk.server(0).port(), "127.0.0.3");
    for (int i = 0; i < 6; ++i) {  // in either order
        down.unblock();
        handle_under_test other(down.address() + "," + left.address());
        ASSERT_TRUE(other.events().wait(happened::connected));
        down.block();
        for (int cut = 0; cut < 4; ++cut) {
            const std::size_t before = other.events().count(happened::connected);
            if (down.cut_all() == 0) {
                EXPECT_EQ(left.cut_all(), 1u);
            }
            EXPECT_TRUE(other.events().wait(happened::connected, before + 1, seconds(2)));
        }
    }
}

TEST_F(ZkHandleLoss, GivesEachHandshakeItsOwnTime) {
    const session_note first = session.events().last(happened::connected);
    proxy.block(block_mode::stall);
    proxy.cut_all();
    ASSERT_TRUE(session.events().wait(happened::disconnected));
    const auto stalled = session.world().now();
    proxy.unblock();
    ASSERT_TRUE(session.events().wait(happened::connected, 2));
    const session_note second = session.events().last(happened::connected);
    EXPECT_EQ(second.session_id, first.session_id);
    EXPECT_GT(second.handshake_sent, first.handshake_sent);
    EXPECT_LT(second.handshake_sent, session.world().now());
    EXPECT_GT(second.handshake_sent, stalled - seconds(2));
}

}  // namespace
}  // namespace paddock::testing
