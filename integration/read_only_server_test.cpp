#include "integration/own_servers.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

zk_ensemble_options with_read_only_mode() {
    zk_ensemble_options options;
    options.size = 3;
    options.server.system_properties = {"readonlymode.enabled=true"};
    return options;
}

// A server that has lost its quorum may go on serving reads to clients that ask for it (hazard E5). Ours never do: to them
// it is a server that cannot be reached, and its old tree grants nothing.
class ReadOnlyServerTest : public OwnServersTest {
protected:
    ReadOnlyServerTest() : OwnServersTest(with_read_only_mode()) {}

    std::string mode() { return servers_.four_letter(0, "isro"); }
};

TEST_F(ReadOnlyServerTest, IsNoQuorum) {
    client zk(options());
    client other(options());
    mutex lock(zk, path());
    lease held = lock.acquire();
    const fencing_token token = held.fencing_token();
    pending_lease waiting;
    mutex(other, path()).async_acquire(waiting.handler());
    ASSERT_TRUE(has_nodes(path(), 2));

    servers_.kill(1);
    servers_.kill(2);
    ASSERT_TRUE(eventually([this] { return mode() == "ro"; }, server_wait));
    EXPECT_TRUE(eventually([&] { return held.state() == lease_state::lost; }));
    EXPECT_EQ(held.reason(), loss_reason::no_contact);
    client fresh(options(servers_.connect_string_of(0)));
    EXPECT_FALSE(fresh.wait_connected(1s));
    for (client* by : {&zk, &fresh}) {
        error_code ec;
        EXPECT_FALSE(mutex(*by, path("free")).try_acquire_for(1s, ec));
        EXPECT_EQ(ec, errc::servers_unreachable);
    }
    EXPECT_FALSE(waiting.done()) << "granted by a server that knows nothing";
    EXPECT_EQ(mode(), "ro") << "all the time";

    servers_.start();
    ASSERT_TRUE(waiting.wait(server_wait));
    ASSERT_EQ(waiting.error(), error_code());
    EXPECT_GT(waiting.held().fencing_token(), token);
    waiting.held() = lease();
    EXPECT_TRUE(lock.try_acquire_for(30s));
    EXPECT_TRUE(fresh.wait_connected(30s));
}

}  // namespace
}  // namespace paddock::testing
