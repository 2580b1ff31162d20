#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "integration/interop/churn_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class ReadWriteInteropTest : public CuratorTest {
protected:
    /// So many watches on the servers: who was woken has looked again, and waits again.
    [[nodiscard]] bool has_watches(std::size_t count) {
        return eventually([&] { return servers_.watch_count() == count; });
    }
};

TEST_F(ReadWriteInteropTest, ReadersBehindAWriterEnterTogetherAndTheNextWriterAfterThem) {
    client zk(options());
    read_write_lock rw(zk, path());
    lease first = rw.write().acquire();
    java().send("acquire r read " + path());
    ASSERT_TRUE(has_nodes(path(), 2));
    pending_lease reader;
    rw.read().async_acquire(reader.handler());
    ASSERT_TRUE(has_nodes(path(), 3));
    other_java().send("acquire w write " + path());
    ASSERT_TRUE(has_nodes(path(), 4));
    pending_lease late;
    rw.read().async_acquire(late.handler());
    ASSERT_TRUE(has_nodes(path(), 5));
    const std::vector<std::string> queue = nodes(path());
    EXPECT_TRUE(java().silent("r") && other_java().silent("w") && !reader.done() && !late.done());

    EXPECT_EQ(first.release(), release_result::confirmed);
    EXPECT_EQ(java().answer("r"), granted(queue[1]));
    ASSERT_TRUE(reader.wait());
    EXPECT_EQ(reader.held().node(), path() + "/" + queue[2]);
    EXPECT_EQ(java().ask("release r"), "released");
    EXPECT_TRUE(other_java().silent("w") && !late.done());

    EXPECT_EQ(reader.held().release(), release_result::confirmed);
    EXPECT_EQ(other_java().answer("w"), granted(queue[3]));
    EXPECT_FALSE(late.done());
    EXPECT_EQ(other_java().ask("release w"), "released");
    ASSERT_TRUE(late.wait());
    EXPECT_EQ(late.held().node(), path() + "/" + queue[4]);
}

TEST_F(ReadWriteInteropTest, OurWriterWaitsForReadersOfBothSides) {
    client zk(options());
    read_write_lock rw(zk, path());
    expect_grant(java().ask("acquire r read " + path()), 0);
    lease beside = rw.read().acquire();
    EXPECT_FALSE(rw.write().try_acquire());
    EXPECT_FALSE(rw.write().try_acquire_for(200ms));
    pending_lease writer;
    rw.write().async_acquire(writer.handler());
    ASSERT_TRUE(has_nodes(path(), 3));
    EXPECT_EQ(other_java().ask("acquire late read " + path() + " 200"), "timeout");
    EXPECT_FALSE(rw.read().try_acquire());

    const std::vector<contender_info> queue = rw.write().contenders();
    ASSERT_EQ(queue.size(), 3U);
    EXPECT_EQ(queue[0].kind, "read");
    EXPECT_EQ(queue[0].session_id, java().session_id());
    EXPECT_TRUE(queue[0].holds && queue[1].holds && !queue[2].holds);
    EXPECT_EQ(queue[2].kind, "write");

    EXPECT_EQ(beside.release(), release_result::confirmed);
    EXPECT_FALSE(writer.done());
    EXPECT_EQ(java().ask("release r"), "released");
    ASSERT_TRUE(writer.wait());
    EXPECT_EQ(java().ask("acquire r read " + path() + " 200"), "timeout");
    EXPECT_EQ(java().ask("acquire w write " + path() + " 200"), "timeout");
}

TEST_F(ReadWriteInteropTest, CuratorsWriterKeepsOursOut) {
    client zk(options());
    read_write_lock rw(zk, path());
    expect_grant(java().ask("acquire w write " + path()), 0);
    EXPECT_FALSE(rw.read().try_acquire());
    EXPECT_FALSE(rw.read().try_acquire_for(200ms));
    EXPECT_FALSE(rw.write().try_acquire());
    EXPECT_EQ(java().ask("release w"), "released");
    EXPECT_TRUE(rw.write().try_acquire());
}

TEST_F(ReadWriteInteropTest, OurDowngradedReaderKeepsCuratorsQueuedWriterOut) {
    client zk(options());
    read_write_lock rw(zk, path());
    const std::size_t before_ours = servers_.watch_count();
    lease writer = rw.write().acquire();
    const std::size_t watches = before_ours + 1;
    ASSERT_TRUE(has_watches(watches));
    java().send("acquire w write " + path());
    ASSERT_TRUE(has_watches(watches + 1));
    const std::vector<std::string> before = nodes(path());
    ASSERT_EQ(before.size(), 2U);

    lease reader = rw.downgrade(std::move(writer));
    EXPECT_THAT(reader.node(), HasSubstr("-__READ__"));
    EXPECT_THAT(reader.node(), EndsWith(before[0].substr(before[0].size() - 10)));
    ASSERT_TRUE(has_watches(watches + 1));
    EXPECT_TRUE(java().silent("w"));
    EXPECT_EQ(nodes(path()).at(1), before[1]);
    EXPECT_EQ(reader.release(), release_result::confirmed);
    EXPECT_EQ(java().answer("w"), granted(before[1]));
    EXPECT_EQ(java().ask("release w"), "released");
}

TEST_F(ReadWriteInteropTest, OurDowngradedReaderLetsCuratorsQueuedReaderIn) {
    client zk(options());
    read_write_lock rw(zk, path());
    const std::size_t before_ours = servers_.watch_count();
    lease writer = rw.write().acquire();
    const std::size_t watches = before_ours + 1;
    ASSERT_TRUE(has_watches(watches));
    java().send("acquire r read " + path());
    ASSERT_TRUE(has_watches(watches + 1));
    other_java().send("acquire w write " + path());
    ASSERT_TRUE(has_watches(watches + 2));

    lease reader = rw.downgrade(std::move(writer));
    expect_grant(java().answer("r"), 1);
    EXPECT_TRUE(other_java().silent("w"));
    EXPECT_EQ(java().ask("release r"), "released");
    ASSERT_TRUE(has_watches(watches + 1));  // it has found our reader before it
    EXPECT_TRUE(other_java().silent("w"));
    EXPECT_EQ(reader.release(), release_result::confirmed);
    expect_grant(other_java().answer("w"), 0);
    EXPECT_EQ(other_java().ask("release w"), "released");
}

TEST_F(ReadWriteInteropTest, CuratorsDowngradedReaderLetsOurQueuedReaderIn) {
    client zk(options());
    read_write_lock rw(zk, path());
    expect_grant(java().ask("acquire w write " + path()), 0);
    pending_lease reader;
    rw.read().async_acquire(reader.handler());
    ASSERT_TRUE(has_nodes(path(), 2));
    EXPECT_FALSE(reader.done());
    EXPECT_THAT(java().ask("downgrade w"), HasSubstr("-__READ__"));
    ASSERT_TRUE(reader.wait());
    EXPECT_EQ(reader.held().release(), release_result::confirmed);
    EXPECT_FALSE(rw.write().try_acquire());
    EXPECT_EQ(java().ask("release w"), "released");
}

// CURATOR-621, as among Curators alone (peer_test.cpp): the downgraded reader of 5.4 stands behind our writer.
TEST_F(ReadWriteInteropTest, CuratorLetsOurQueuedWriterInBesideItsDowngradedReader) {
    client zk(options());
    read_write_lock rw(zk, path());
    expect_grant(java().ask("acquire w write " + path()), 0);
    pending_lease writer;
    rw.write().async_acquire(writer.handler());
    ASSERT_TRUE(has_nodes(path(), 2));
    EXPECT_THAT(java().ask("downgrade w"), EndsWith("-__READ__0000000002"));
    ASSERT_TRUE(writer.wait());
    EXPECT_EQ(nodes(path()).size(), 2U);
    EXPECT_EQ(writer.held().release(), release_result::confirmed);
    EXPECT_EQ(java().ask("release w"), "released");
}

TEST_F(ReadWriteInteropTest, KilledCuratorWriterIsSucceededByReadersOfBothSides) {
    peer_process victim(curator(4s));
    client zk(options());
    read_write_lock rw(zk, path());
    expect_grant(victim.ask("acquire w write " + path()), 0);
    pending_lease reader;
    rw.read().async_acquire(reader.handler());
    ASSERT_TRUE(has_nodes(path(), 2));
    java().send("acquire r read " + path());
    ASSERT_TRUE(has_nodes(path(), 3));
    EXPECT_FALSE(reader.done());
    victim.kill();
    ASSERT_TRUE(reader.wait(30s));
    expect_grant(java().answer("r"), 1);
    EXPECT_EQ(java().ask("release r"), "released");
}

TEST_F(ReadWriteInteropTest, CuratorsWriterSucceedsOurExpiredReader) {
    client zk(options());
    read_write_lock rw(zk, path());
    lease reader = rw.read().acquire();
    java().send("acquire w write " + path());
    ASSERT_TRUE(has_nodes(path(), 2));
    EXPECT_TRUE(java().silent("w"));
    ASSERT_TRUE(expire(zk.session_id()));
    expect_grant(java().answer("w"), 0);
    EXPECT_TRUE(eventually([&] { return reader.state() == lease_state::lost; }));
    EXPECT_EQ(java().ask("release w"), "released");
}

class ReadWriteChurnInteropTest : public ChurnTest {
protected:
    [[nodiscard]] std::jthread start_ours(client& zk, const std::string& who, const std::string& claim) {
        const read_write_lock rw(zk, path());
        return start(who, claim, [side = claim == "read" ? rw.read() : rw.write()]() mutable {
            return side.try_acquire_for(long_wait);
        });
    }
    /// Writes, and goes on as a reader. The section ends before the downgrade, which lets readers in.
    [[nodiscard]] std::jthread start_downgrader(client& zk, const std::string& who) {
        return std::jthread(
            [this, who, rw = read_write_lock(zk, path())](const std::stop_token& enough) mutable {
                while (!enough.stop_requested()) {
                    lease writer = rw.write().try_acquire_for(long_wait);
                    ASSERT_TRUE(writer) << who << " was not granted the lock";
                    visit(who, "write");
                    error_code ec;
                    const lease reader = rw.downgrade(std::move(writer), ec);
                    ASSERT_TRUE(reader) << who << ": " << ec.message();
                    visit(who, "read");
                }
            });
    }

private:
    void visit(const std::string& who, const std::string& claim) {
        guard_.enter(who, claim);
        pace(1ms);
        guard_.leave(who);
    }
};

TEST_F(ReadWriteChurnInteropTest, WritersAreAloneAmongReadersOfBothSides) {
    constexpr int rounds = 20;
    peer_process java1(curator());
    peer_process java2(curator());
    client zk1(steady());
    client zk2(steady());
    for (peer_process* const java : {&java1, &java2}) {
        const std::string name = java == &java1 ? "java1." : "java2.";
        start(*java, name + "1", "read", rounds);
        start(*java, name + "2", "read", rounds);
        start(*java, name + "3", "write", rounds);
    }
    {
        const std::jthread reader = start_ours(zk1, "ours1.1", "read");
        const std::jthread writer = start_ours(zk1, "ours1.2", "write");
        const std::jthread other_reader = start_ours(zk2, "ours2.1", "read");
        const std::jthread downgrader = start_downgrader(zk2, "ours2.2");
        for (const std::string thread : {"1", "2", "3"}) {
            EXPECT_EQ(java1.answer("java1." + thread, long_wait), "contended 20");
            EXPECT_EQ(java2.answer("java2." + thread, long_wait), "contended 20");
        }
    }
    const guard_verdict verdict = judge(guard_.events());
    EXPECT_THAT(verdict.overlaps, IsEmpty());
    EXPECT_EQ(sections("java1"), 3 * rounds);
    EXPECT_EQ(sections("java2"), 3 * rounds);
    for (const std::string who : {"ours1.1", "ours1.2", "ours2.1", "ours2.2"}) {
        EXPECT_GE(verdict.sections.at(who), rounds / 2) << who;  // the queue is fair
    }
    EXPECT_GE(verdict.hand_overs, 50);
}

}  // namespace
}  // namespace paddock::testing
