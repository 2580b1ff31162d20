
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "integration/lock_fixture.hpp"
#include "integration/support/fault_proxy.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using tcp = boost::asio::ip::tcp;

class AddressTest : public LockTest {};

// A way from [::1] to a server that listens on IPv4 only.
class ipv6_door {
public:
    ipv6_door(const std::string& host, std::uint16_t port)
        : server_(boost::asio::ip::make_address(host), port),
          acceptor_(context_, tcp::endpoint(tcp::v6(), 0)) {
        accept();
        thread_ = std::jthread([this] { context_.run(); });
    }
    ~ipv6_door() { context_.stop(); }
    std::string address() const { return "[::1]:" + std::to_string(acceptor_.local_endpoint().port()); }
    int accepted() const { return accepted_; }

private:
    using link = std::shared_ptr<tcp::socket>;
    void accept() {
        acceptor_.async_accept([this](boost::system::error_code ec, tcp::socket client) {
            if (ec) return;
            ++accepted_;
            const auto near = std::make_shared<tcp::socket>(std::move(client));
            const auto far = std::make_shared<tcp::socket>(context_);
            far->connect(server_, ec);
            pass(near, far, std::make_shared<std::array<char, 4096>>());
            pass(far, near, std::make_shared<std::array<char, 4096>>());
            accept();
        });
    }
    void pass(link from, link to, std::shared_ptr<std::array<char, 4096>> bytes) {
        from->async_read_some(boost::asio::buffer(*bytes),
                              [=, this](boost::system::error_code ec, std::size_t got) {
                                  if (!ec) boost::asio::write(*to, boost::asio::buffer(*bytes, got), ec);
                                  if (!ec) return pass(from, to, bytes);
                                  boost::system::error_code ignored;
                                  to->shutdown(tcp::socket::shutdown_both, ignored);
                              });
    }

    boost::asio::io_context context_{1};
    tcp::endpoint server_;
    tcp::acceptor acceptor_;
    std::atomic<int> accepted_ = 0;
    std::jthread thread_;
};

TEST_F(AddressTest, Ipv6) {
    ipv6_door door(servers_.server(0).host(), servers_.server(0).port());
    client zk(options(door.address()));
    EXPECT_TRUE(mutex(zk, path()).try_acquire_for(10s));
    EXPECT_EQ(door.accepted(), 1);
}

TEST_F(AddressTest, NamesAreResolved) {
    client zk(options("localhost:" + std::to_string(servers_.server(0).port())));
    EXPECT_TRUE(mutex(zk, path()).try_acquire_for(10s));
}

TEST_F(AddressTest, UnknownNamesInTheListDoNoHarm) {
    client zk(options("no-such-host.invalid:2181," + servers_.connect_string()));
    const auto begin = steady_clock::now();
    EXPECT_TRUE(mutex(zk, path()).try_acquire_for(20s));
    RecordProperty("acquired_after_ms", static_cast<int>((steady_clock::now() - begin) / 1ms));
}

TEST_F(AddressTest, DeadServersInTheListDoNoHarm) {
    fault_proxy silent(servers_.server(0).host(), servers_.server(0).port(), "127.0.1.2");
    silent.block(block_mode::stall);
    // Whichever comes first in the client's order: refused, silent, or the real one.
    for (int i = 0; i < 4; ++i) {
        client_options chosen = options("127.0.0.9:1," + silent.address() + "," + servers_.connect_string());
        chosen.connect_timeout = 200ms;
        client zk(chosen);
        const auto begin = steady_clock::now();
        EXPECT_TRUE(mutex(zk, path()).try_acquire_for(10s));
        EXPECT_LT(steady_clock::now() - begin, 3s);
    }
}

TEST_F(AddressTest, SessionTimeoutIsNegotiated) {
    for (const auto& [asked, given] :
         {std::pair{500ms, 1000ms}, std::pair{3000ms, 3000ms}, std::pair{3'600'000ms, 10'000ms}}) {
        client_options chosen = options();
        chosen.session_timeout = asked;
        client zk(chosen);
        EXPECT_EQ(zk.session_timeout(), 0ms);
        ASSERT_TRUE(zk.wait_connected(10s));
        EXPECT_EQ(zk.session_timeout(), given);
        const lease held = mutex(zk, path()).acquire();
        EXPECT_LE(held.remaining(), given);
        EXPECT_GT(held.remaining(), given / 4);
        EXPECT_EQ(held.session_id(), zk.session_id());
    }
}

TEST_F(AddressTest, StatesAreReportedInOrder) {
    fault_proxy proxy(servers_.server(0).host(), servers_.server(0).port(), "127.0.1.1");
    std::mutex guard;
    std::vector<session_event> seen;
    client zk(options(proxy.address()));
    const auto watching = zk.on_state_change([&](const session_event& now) {
        const std::lock_guard lock(guard);
        seen.push_back(now);
    });
    const auto states = [&] {
        const std::lock_guard lock(guard);
        std::vector<session_state> found;
        for (const auto& one : seen) found.push_back(one.state);
        return found;
    };
    const auto ends_with = [&](std::vector<session_state> wanted) {
        return eventually([&] {
            const auto now = states();
            return now.size() >= wanted.size() && std::equal(wanted.rbegin(), wanted.rend(), now.rbegin());
        });
    };
    ASSERT_TRUE(zk.wait_connected(10s));
    const std::int64_t session = zk.session_id();
    proxy.cut_all();
    EXPECT_TRUE(ends_with({session_state::suspended, session_state::connected}));
    EXPECT_EQ(zk.session_id(), session);
    EXPECT_EQ(zk.stats().reconnects, 1U);
    ASSERT_TRUE(expire(session));
    EXPECT_TRUE(ends_with({session_state::lost, session_state::connecting, session_state::connected}));
    EXPECT_NE(zk.session_id(), session);
    EXPECT_EQ(zk.stats().sessions, 2U);
    zk.close();
    EXPECT_EQ(states().back(), session_state::closed);
    EXPECT_EQ(zk.session_id(), 0);
}

}  // namespace
}  // namespace paddock::testing
