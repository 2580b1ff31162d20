// The read-write lock when nothing goes wrong: who holds together, in which order, what it costs.
#include <algorithm>
#include <optional>

#include <paddock/read_write_lock.hpp>

#include "core/holder_record.hpp"
#include "tests/recipes/claim_fixture.hpp"

namespace paddock::testing {
namespace {

class ReadWriteLock : public ClaimTest {
protected:
    read_write_lock lock_of(core_client& by) { return read_write_lock(by.handle, "/locks/a"); }
};

TEST_F(ReadWriteLock, ReadersHoldTogether) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt first = hold_claim(lock_of(one).read());
    const attempt second = hold_claim(lock_of(two).read());
    const attempt third = hold_claim(lock_of(one).read());
    EXPECT_EQ(nodes(), 3u);
    for (const attempt& one_of : {first, second, third}) EXPECT_EQ(one_of->result.state(), lease_state::held);
    EXPECT_NE(first->result.node().find("-__READ__0000000000"), std::string::npos);
}

TEST_F(ReadWriteLock, WriterIsAlone) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt writer = hold_claim(lock_of(one).write());
    EXPECT_NE(writer->result.node().find("-__WRIT__0000000000"), std::string::npos);
    EXPECT_EQ(writer->result.fencing_token().value(), ensemble.node(writer->result.node())->czxid);
    const attempt reader = queue_up(lock_of(two).read());
    const attempt other = queue_up(lock_of(two).write());
    EXPECT_FALSE(reader->done());
    EXPECT_FALSE(other->done());
    let_go(writer);
    ASSERT_TRUE(granted(reader));
    world.advance(50ms);
    EXPECT_FALSE(other->done());
    let_go(reader);
    ASSERT_TRUE(granted(other));
}

TEST_F(ReadWriteLock, WriterWaitsForEveryReader) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    std::vector<attempt> readers;
    for (int i = 0; i < 3; ++i) readers.push_back(hold_claim(lock_of(one).read()));
    const attempt writer = queue_up(lock_of(two).write());
    for (const std::size_t next : {2u, 0u, 1u}) {
        EXPECT_FALSE(writer->done());
        let_go(readers[next]);
        world.advance(50ms);
    }
    EXPECT_TRUE(granted(writer));
}

// Nobody starves: who comes after a waiting writer waits for it, however many readers hold.
TEST_F(ReadWriteLock, ReadersDoNotOvertakeAWaitingWriter) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt first = hold_claim(lock_of(one).read());
    const attempt writer = queue_up(lock_of(two).write());
    const attempt late = queue_up(lock_of(one).read());
    EXPECT_FALSE(late->done());
    let_go(first);
    ASSERT_TRUE(granted(writer));
    world.advance(50ms);
    EXPECT_FALSE(late->done());
    let_go(writer);
    EXPECT_TRUE(granted(late));
}

TEST_F(ReadWriteLock, WriterThatGivesUpLetsTheReadersBehindItIn) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt first = hold_claim(lock_of(one).read());
    const attempt writer = queue_up(lock_of(two).write());
    const attempt late = queue_up(lock_of(one).read());
    writer->abort();
    EXPECT_TRUE(granted(late));
    EXPECT_EQ(first->result.state(), lease_state::held);
}

TEST_F(ReadWriteLock, DepartingWriterWakesTheReadersRightBehindIt) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    core_client& three = connected_client();
    const attempt writer = hold_claim(lock_of(one).write());
    std::vector<attempt> readers;
    for (int i = 0; i < 4; ++i) readers.push_back(queue_up(lock_of(two).read()));
    const attempt next = queue_up(lock_of(three).write());
    const attempt behind = queue_up(lock_of(three).read());
    const auto asked = ensemble.requests(request_kind::children, three.number());
    let_go(writer);
    for (const attempt& reader : readers) EXPECT_TRUE(granted(reader));
    world.advance(50ms);
    EXPECT_FALSE(next->done());
    EXPECT_FALSE(behind->done());
    EXPECT_EQ(ensemble.requests(request_kind::children, three.number()), asked) << "others were woken";
}

TEST_F(ReadWriteLock, UncontendedAcquireIsOneNetworkWait) {
    core_client& one = connected_client();
    const attempt reader = hold_claim(lock_of(one).read());
    const auto begin = world.now();
    const attempt another = start(lock_of(one).read());
    ASSERT_TRUE(granted(another));
    EXPECT_EQ(another->at - begin, 2ms);
}

TEST_F(ReadWriteLock, TriesDoNotQueue) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt reader = hold_claim(lock_of(one).read());
    const attempt refused = start_try(lock_of(two).write());
    ASSERT_TRUE(run_until_done(refused));
    EXPECT_EQ(refused->ec, make_error_code(errc::timed_out));
    const attempt beside = start_try(lock_of(two).read());
    EXPECT_TRUE(granted(beside));
    ASSERT_TRUE(run_until([&] { return nodes() == 2; }));
    const attempt late = start_within(two, 100ms, lock_of(two).write());
    ASSERT_TRUE(run_until_done(late));
    EXPECT_EQ(late->ec, make_error_code(errc::timed_out));
    EXPECT_TRUE(run_until([&] { return nodes() == 2; }));
}

// Curator's testGetParticipantNodes.
TEST_F(ReadWriteLock, AllContendersAreListed) {
    core_client& one = connected_client();
    std::vector<attempt> all;
    for (int i = 0; i < 20; ++i) all.push_back(hold_claim(lock_of(one).read()));
    for (int i = 0; i < 8; ++i) all.push_back(queue_up(lock_of(one).write()));
    std::optional<std::vector<contender_info>> listed;
    read_write_lock lock = lock_of(one);
    lock.read().async_contenders(1s, [&](error_code ec, std::vector<contender_info> seen) {
        EXPECT_FALSE(ec) << ec.message();
        listed = std::move(seen);
    });
    ASSERT_TRUE(run_until([&] { return listed.has_value(); }));
    EXPECT_EQ(std::ranges::count(*listed, "read", &contender_info::kind), 20);
    EXPECT_EQ(std::ranges::count(*listed, "write", &contender_info::kind), 8);
    EXPECT_EQ(std::ranges::count(*listed, true, &contender_info::holds), 20);
}

// Curator's testSetNodeData: what a reader and a writer say of themselves is in their nodes.
TEST_F(ReadWriteLock, testSetNodeData) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    read_write_lock audited(one.handle, "/locks/a", {.purpose = "audit"});
    read_write_lock repaired(two.handle, "/locks/a", {.purpose = "repair"});
    const attempt reader = hold_claim(audited.read());
    const attempt writer = queue_up(repaired.write());
    const auto told_by = [&](const core_client& whom) {
        return detail::read_record(ensemble.data(ensemble.ephemerals(whom.session_id()).at(0)));
    };
    ASSERT_TRUE(told_by(one) && told_by(two));
    EXPECT_EQ(told_by(one)->purpose, "audit");
    EXPECT_EQ(told_by(two)->purpose, "repair");
    EXPECT_EQ(told_by(two)->application, "test");

    std::optional<std::vector<contender_info>> listed;
    audited.read().async_contenders(1s, [&](error_code, std::vector<contender_info> seen) { listed = seen; });
    ASSERT_TRUE(run_until([&] { return listed.has_value(); }));
    ASSERT_EQ(listed->size(), 2u);
    EXPECT_EQ(listed->at(0).kind, "read");
    EXPECT_EQ(listed->at(0).record, told_by(one));
    EXPECT_EQ(listed->at(1).kind, "write");
    EXPECT_EQ(listed->at(1).record, told_by(two));
}

// Curator's testThatUpgradingIsDisallowed: there it waits for itself until it times out.
TEST_F(ReadWriteLock, UpgradeIsRefusedAtOnce) {
    core_client& one = connected_client();
    const attempt reader = hold_claim(lock_of(one).read());
    const auto asked = ensemble.arrivals();
    error_code ec;
    read_write_lock::upgrade(reader->result, ec);
    EXPECT_EQ(ec, make_error_code(errc::would_deadlock));
    try {
        read_write_lock::upgrade(reader->result);
    } catch (const boost::system::system_error& refused) {
        ec = refused.code();
    }
    EXPECT_EQ(ec, make_error_code(errc::would_deadlock));
    EXPECT_EQ(ensemble.arrivals(), asked);
    EXPECT_EQ(reader->result.state(), lease_state::held);
}

TEST_F(ReadWriteLock, RobbedReaderLosesOnlyItself) {
    core_client& one = connected_client();
    const attempt first = hold_claim(lock_of(one).read());
    const attempt second = hold_claim(lock_of(one).read());
    ensemble.remove_by_operator(first->result.node());
    ASSERT_TRUE(run_until([&] { return first->result.state() == lease_state::lost; }, 1s));
    EXPECT_EQ(first->result.reason(), loss_reason::node_deleted);
    EXPECT_EQ(second->result.state(), lease_state::held);
}

// Curator's testContention, as far as one thread goes: three clients, readers and writers in any order.
TEST_F(ReadWriteLock, TokensOfWritersRise) {
    std::vector<core_client*> by = {&connected_client(), &connected_client(), &connected_client()};
    std::vector<std::pair<attempt, bool>> all;
    for (std::size_t i = 0; i < 12; ++i) {
        read_write_lock lock = lock_of(*by[i % 3]);
        const bool writes = i % 4 == 0;
        all.emplace_back(queue_up(writes ? claim(lock.write()) : claim(lock.read())), writes);
    }
    fencing_token last;
    std::size_t turn = 0;
    for (const auto& [one, writes] : all) {
        ASSERT_TRUE(granted(one)) << turn;
        std::size_t holding = 0;
        for (const auto& [other, unused] : all) holding += other->granted() && other->result ? 1 : 0;
        if (writes) {
            EXPECT_EQ(holding, 1u) << turn;
            EXPECT_GT(one->result.fencing_token(), last);
            last = one->result.fencing_token();
        }
        let_go(one);
        world.advance(50ms);
        ++turn;
    }
}

}  // namespace
}  // namespace paddock::testing
