#include <sys/resource.h>

#include <thread>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "integration/support/fault_proxy.hpp"
#include "integration/support/shared_servers.hpp"
#include "integration/zk_handle_fixture.hpp"

namespace paddock::testing {
namespace {

using boost::asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Passes one connection at a time from [::1] on to a server; servers of the tests have IPv4 addresses only.
class ipv6_door {
public:
    explicit ipv6_door(const zk_server& server)
        : target_(boost::asio::ip::make_address(server.host()), server.port()) {
        accept();
        thread_ = std::thread([this] { context_.run(); });
    }
    ~ipv6_door() {
        context_.stop();
        thread_.join();
    }
    [[nodiscard]] std::string address() const {
        return "[::1]:" + std::to_string(acceptor_.local_endpoint().port());
    }

private:
    void accept() {
        acceptor_.async_accept([this](const boost::system::error_code& failure, tcp::socket client) {
            if (failure) return;
            auto server = std::make_shared<tcp::socket>(context_);
            server->connect(target_);
            auto shared_client = std::make_shared<tcp::socket>(std::move(client));
            pass(shared_client, server, std::make_shared<std::array<char, 4096>>());
            pass(server, shared_client, std::make_shared<std::array<char, 4096>>());
            accept();
        });
    }
    void pass(const std::shared_ptr<tcp::socket>& from, const std::shared_ptr<tcp::socket>& to,
              const std::shared_ptr<std::array<char, 4096>>& buffer) {
        from->async_read_some(
            boost::asio::buffer(*buffer), [this, from, to, buffer](auto failure, std::size_t size) {
                boost::system::error_code ended;
                if (!failure) boost::asio::write(*to, boost::asio::buffer(buffer->data(), size), ended);
                if (!failure && !ended) return pass(from, to, buffer);
                to->shutdown(tcp::socket::shutdown_both, ended);
            });
    }

    boost::asio::io_context context_;
    tcp::endpoint target_;
    tcp::acceptor acceptor_{context_, tcp::endpoint(boost::asio::ip::address_v6::loopback(), 0)};
    std::thread thread_;
};

TEST(ZkHandleAddress, MayBeIpv6) {
    ipv6_door door(shared_standalone().server(0));
    handle_under_test session(door.address());
    ASSERT_TRUE(session.events().wait(happened::connected));
    EXPECT_EQ(session.exists("/").ec, error_code());
    EXPECT_TRUE(session.close());
}

TEST(ZkHandleAddress, MayBeAName) {
    handle_under_test session("localhost:" + std::to_string(shared_standalone().server(0).port()));
    ASSERT_TRUE(session.events().wait(happened::connected));
    EXPECT_EQ(session.exists("/").ec, error_code());
}

TEST(ZkHandleAddress, MayBeUnknownWhileAnotherIsKnown) {
    zk_ensemble& zk = shared_standalone();
    fault_proxy proxy(zk.server(0).host(), zk.server(0).port());
    handle_under_test session("no-such-host.invalid:2181," + proxy.address());
    ASSERT_TRUE(session.events().wait(happened::connected));
    proxy.block();
    proxy.cut_all();
    ASSERT_TRUE(session.events().wait(happened::disconnected));
    proxy.unblock();
    ASSERT_TRUE(session.events().wait(happened::connected, 2));
    EXPECT_EQ(session.exists("/").ec, error_code());
}

TEST(ZkHandleAddress, ManySessionsSpreadOverTheServers) {
    zk_ensemble& zk = shared_standalone();
    fault_proxy first(zk.server(0).host(), zk.server(0).port(), "127.0.0.1");
    fault_proxy second(zk.server(0).host(), zk.server(0).port(), "127.0.0.2");
    std::vector<std::unique_ptr<handle_under_test>> sessions;
    for (int i = 0; i < 24; ++i) {
        sessions.push_back(std::make_unique<handle_under_test>(first.address() + "," + second.address()));
    }
    for (auto& session : sessions) ASSERT_TRUE(session->events().wait(happened::connected));
    EXPECT_GT(first.connections(), 2u);
    EXPECT_GT(second.connections(), 2u);
}

TEST(ZkHandleIdle, UsesPracticallyNoProcessorTime) {
    handle_under_test session(shared_standalone().connect_string(), seconds(2));
    ASSERT_TRUE(session.events().wait(happened::connected));
    const auto used = [] {
        rusage usage{};
        ::getrusage(RUSAGE_SELF, &usage);
        const auto time = [](const timeval& t) {
            return seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
        };
        return time(usage.ru_utime) + time(usage.ru_stime);
    };
    const auto before = used();
    EXPECT_FALSE(session.events().wait(happened::disconnected, 1, seconds(3)));  // it pings all the while
    EXPECT_LT(used() - before, milliseconds(30));
}

}  // namespace
}  // namespace paddock::testing
