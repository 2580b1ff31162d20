#include <sys/resource.h>

#include "integration/lock_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

// A server that cannot write its log any more (hazard E11).
class FullDiskTest : public LockTest {
protected:
    FullDiskTest() : LockTest(shared_ensemble()) {}

    /// From now on the server can write nothing behind the first byte of any file.
    void fill_disk(std::size_t which) {
        const rlimit none{1, 1};
        ASSERT_EQ(::prlimit(servers_.server(which).pid().value(), RLIMIT_FSIZE, &none, nullptr), 0);
    }
};

TEST_F(FullDiskTest, AcquiresGoOnWhenTheLeadersDiskIsFull) {
    client zk(options());
    client other(options());
    mutex lock(zk, path());
    lease held = lock.acquire();
    fencing_token last = held.fencing_token();
    pending_lease waiting;
    mutex(other, path()).async_acquire(waiting.handler());
    ASSERT_TRUE(has_nodes(path(), 2));
    const auto leader = servers_.wait_leader();
    ASSERT_TRUE(leader);
    fill_disk(*leader);

    held = lease();
    ASSERT_TRUE(waiting.wait(server_wait));
    ASSERT_EQ(waiting.error(), error_code());
    EXPECT_GT(waiting.held().fencing_token(), last);
    last = waiting.held().fencing_token();
    waiting.held() = lease();
    for (int i = 0; i < 5; ++i) {
        const lease next = lock.try_acquire_for(server_wait);
        ASSERT_TRUE(next);
        EXPECT_GT(next.fencing_token(), last);
        last = next.fencing_token();
    }
    EXPECT_NE(servers_.wait_leader(), leader) << "its disk was not full";
    servers_.kill(*leader);  // the fixture starts it again, with room
}

}  // namespace
}  // namespace paddock::testing
