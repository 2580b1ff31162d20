#include <optional>

#include "integration/own_servers.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

zk_ensemble_options with_three_connections() {
    zk_ensemble_options options;
    options.server.config_lines = {"maxClientCnxns=3"};
    return options;
}

// A server that takes no more connections from this address (hazard E3).
class FullServerTest : public OwnServersTest {
protected:
    FullServerTest() : OwnServersTest(with_three_connections()) {}
};

TEST_F(FullServerTest, OneMoreIsRefusedUntilThereIsRoom) {
    client holder(options());
    client second(options());
    std::optional<client> third(options());
    for (client* one : {&holder, &second, &*third}) ASSERT_TRUE(one->wait_connected(10s));
    lease held = mutex(holder, path()).acquire();
    pending_lease next;
    mutex(second, path()).async_acquire(next.handler());
    mutex seen_by_third(*third, path());
    ASSERT_TRUE(eventually([&] { return seen_by_third.contenders().size() == 2; }));

    client late(options());
    EXPECT_FALSE(late.wait_connected(1s));
    error_code ec;
    EXPECT_FALSE(mutex(late, path()).try_acquire_for(1s, ec));
    EXPECT_EQ(ec, errc::servers_unreachable);
    EXPECT_EQ(late.state(), session_state::connecting);
    EXPECT_TRUE(held.check()) << "who is inside is not disturbed";
    pending_lease last;
    mutex(late, path()).async_acquire(last.handler());

    third.reset();
    EXPECT_TRUE(late.wait_connected(10s));
    EXPECT_EQ(held.release(), release_result::confirmed);
    ASSERT_TRUE(next.wait());
    next.held() = lease();
    ASSERT_TRUE(last.wait());
    EXPECT_EQ(last.error(), error_code());
    last.held() = lease();
    second.close();  // makes room for the question
    const auto refused = servers_.server(0).metric("zk_connection_rejected").value_or(-1);
    EXPECT_GE(refused, 1) << "it was the limit";
    EXPECT_LE(refused, 60) << "asked again and again";
}

}  // namespace
}  // namespace paddock::testing
