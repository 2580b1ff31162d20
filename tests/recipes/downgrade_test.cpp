// A writer becomes a reader: at one zxid, whatever becomes of the reply.
#include <map>

#include <boost/asio/error.hpp>

#include <paddock/read_write_lock.hpp>

#include "tests/recipes/claim_fixture.hpp"
#include "tests/support/refusal.hpp"

namespace paddock::testing {
namespace {

class Downgrade : public ClaimTest {
protected:
    read_write_lock lock_of(core_client& by) { return read_write_lock(by.handle, "/locks/a"); }
    attempt downgrade(core_client& by, const attempt& writer) {
        attempt made = attempts.emplace_back(std::make_shared<outcome<lease>>());
        lock_of(by).async_downgrade(std::move(writer->result), token(made));
        return made;
    }
    /// The state of a queue at each zxid: a writer that enters while a reader holds would be seen here.
    void expect_one_write(const std::string& writer, const std::string& reader) {
        EXPECT_FALSE(ensemble.node(writer));
        ASSERT_TRUE(ensemble.node(reader));
        EXPECT_EQ(writer.substr(writer.size() - 10), reader.substr(reader.size() - 10)) << "the same place";
        EXPECT_NE(reader.find("-__READ__"), std::string::npos);
        EXPECT_EQ(ensemble.node(reader)->czxid, replaced_at_[writer]) << "not in the same write";
    }
    void SetUp() override {
        ensemble.observe([this](const txn& agreed) {
            for (const tree_change& change : agreed.changes)
                if (change.what == tree_change::kind::removed) replaced_at_[change.path] = agreed.zxid;
        });
    }

private:
    std::map<std::string, std::int64_t> replaced_at_;
};

TEST_F(Downgrade, KeepsPlaceAndTokenInOneNetworkWait) {
    core_client& one = connected_client();
    const attempt writer = hold_claim(lock_of(one).write());
    const std::string node = writer->result.node();
    const fencing_token token = writer->result.fencing_token();
    const auto begin = world.now();
    const attempt reader = downgrade(one, writer);
    ASSERT_TRUE(granted(reader));
    EXPECT_EQ(reader->at - begin, 2ms);
    expect_one_write(node, reader->result.node());
    EXPECT_EQ(reader->result.fencing_token(), token);
    EXPECT_EQ(reader->result.state(), lease_state::held);
    world.advance(10s);
    EXPECT_EQ(reader->result.state(), lease_state::held);
    EXPECT_EQ(one.stats().leases, 1u);
    EXPECT_EQ(one.stats().leases_lost, 0u);
    EXPECT_EQ(ensemble.watches(one.number()), 1u);
}

TEST_F(Downgrade, ReadersEnterAndTheWriterBehindThemDoesNot) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt writer = hold_claim(lock_of(one).write());
    const attempt read = queue_up(lock_of(two).read());
    const attempt write = queue_up(lock_of(two).write());
    const attempt behind = queue_up(lock_of(two).read());
    const attempt reader = downgrade(one, writer);
    ASSERT_TRUE(granted(reader));
    ASSERT_TRUE(granted(read));
    world.advance(100ms);
    EXPECT_FALSE(write->done());
    EXPECT_FALSE(behind->done());
    let_go(read);
    world.advance(100ms);
    EXPECT_FALSE(write->done()) << "the downgraded reader holds";
    let_go(reader);
    ASSERT_TRUE(granted(write));
    let_go(write);
    EXPECT_TRUE(granted(behind));
}

// The next writer watched the writer's node, which goes in the downgrade.
TEST_F(Downgrade, QueuedWriterDoesNotEnter) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt writer = hold_claim(lock_of(one).write());
    const attempt next = queue_up(lock_of(two).write());
    const attempt reader = downgrade(one, writer);
    ASSERT_TRUE(granted(reader));
    world.advance(100ms);
    EXPECT_FALSE(next->done());
    let_go(reader);
    EXPECT_TRUE(granted(next));
}

TEST_F(Downgrade, LostReplyAtEveryPosition) {
    for (const auto where :
         {fault_position::before_send, fault_position::before_commit, fault_position::forwarded,
          fault_position::after_commit, fault_position::on_reply}) {
        core_client& one = connected_client();
        core_client& two = connected_client();
        const attempt writer = hold_claim(lock_of(one).write());
        const std::string node = writer->result.node();
        const fencing_token token = writer->result.fencing_token();
        const attempt next = queue_up(lock_of(two).write());
        request_filter filter;
        filter.who = one.number();
        ensemble.fail_next(request_kind::multi, where, filter);
        const attempt reader = downgrade(one, writer);
        ASSERT_TRUE(granted(reader)) << static_cast<int>(where);
        expect_one_write(node, reader->result.node());
        EXPECT_EQ(reader->result.fencing_token(), token);
        EXPECT_EQ(reader->result.state(), lease_state::held);
        world.advance(200ms);
        EXPECT_FALSE(next->done());
        EXPECT_EQ(nodes(), 2u);
        let_go(reader);
        ASSERT_TRUE(granted(next));
        let_go(next);
        ASSERT_TRUE(run_until([this] { return nodes() == 0; }));
    }
}

TEST_F(Downgrade, ThrottledIsSentAgain) {
    core_client& one = connected_client();
    const attempt writer = hold_claim(lock_of(one).write());
    ensemble.answer_next(request_kind::multi, server_errc::throttled);
    const attempt reader = downgrade(one, writer);
    EXPECT_TRUE(granted(reader));
}

TEST_F(Downgrade, SessionLostDuringIt) {
    core_client& one = connected_client();
    const attempt writer = hold_claim(lock_of(one).write());
    const std::int64_t session = one.session_id();
    ensemble.before_next(request_kind::multi, [&] { ensemble.expire_session(session); });
    const attempt reader = downgrade(one, writer);
    ASSERT_TRUE(run_until_done(reader));
    EXPECT_EQ(reader->ec, make_error_code(errc::lease_lost));
    EXPECT_FALSE(reader->result);
    EXPECT_TRUE(run_until([this] { return nodes() == 0; }));
}

// The answer has come, but before its caller can be told the process is stopped for longer than the session lives: the
// first thing to be seen afterwards is the loss (hazard C1).
TEST_F(Downgrade, StoppedBetweenTheAnswerAndTheGrant) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt writer = hold_claim(lock_of(one).write());
    const auto begin = world.now();
    const attempt reader = downgrade(one, writer);
    const auto answered = [&] {
        const exchange last = ensemble.exchanges(one.number()).back();
        return last.kind == request_kind::multi && last.sent >= begin && last.answered > last.sent;
    };
    while (!answered()) ASSERT_TRUE(world.step());
    ASSERT_FALSE(reader->done());
    one.process.freeze();
    const attempt next = start(lock_of(two).write());
    ASSERT_TRUE(granted(next)) << "its session has expired";
    one.process.thaw();
    ASSERT_TRUE(run_until_done(reader));
    EXPECT_EQ(reader->ec, make_error_code(errc::lease_lost));
    EXPECT_FALSE(reader->result);
    EXPECT_EQ(next->result.state(), lease_state::held);
}

TEST_F(Downgrade, NoServerForATimeout) {
    core_client& one = connected_client();
    const attempt writer = hold_claim(lock_of(one).write());
    const auto begin = world.now();
    ensemble.refuse_connections(true);
    ensemble.cut(one.number());
    const attempt reader = downgrade(one, writer);
    ASSERT_TRUE(run_until_done(reader));
    EXPECT_EQ(reader->ec, make_error_code(errc::lease_lost));
    EXPECT_LE(reader->at - begin, 3s + 10ms);
}

TEST_F(Downgrade, WritersNodeDeletedBefore) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt writer = hold_claim(lock_of(one).write());
    const std::string node = writer->result.node();
    const attempt next = queue_up(lock_of(two).write());
    ensemble.before_next(request_kind::multi, [&] { ensemble.remove_by_operator(node); });
    const attempt reader = downgrade(one, writer);
    ASSERT_TRUE(run_until_done(reader));
    EXPECT_EQ(reader->ec, make_error_code(errc::lease_lost));
    ASSERT_TRUE(granted(next));
    EXPECT_TRUE(run_until([this] { return nodes() == 1; })) << "no reader beside the next writer";
}

// Robbed after a reply that was lost: nobody may be told that it holds.
TEST_F(Downgrade, ReadersNodeDeletedBeforeItIsFound) {
    core_client& one = connected_client();
    const attempt writer = hold_claim(lock_of(one).write());
    ensemble.fail_next(request_kind::multi, fault_position::after_commit);
    const attempt reader = downgrade(one, writer);
    ensemble.before_next(request_kind::multi, [&] {
        for (const std::string& name : ensemble.children("/locks/a"))
            ensemble.remove_by_operator("/locks/a/" + name);
    });
    ASSERT_TRUE(run_until_done(reader));
    EXPECT_EQ(reader->ec, make_error_code(errc::lease_lost));
    EXPECT_EQ(nodes(), 0u);
}

TEST_F(Downgrade, RefusedByTheServersReleases) {
    core_client& one = connected_client();
    const attempt writer = hold_claim(lock_of(one).write());
    ensemble.answer_next(request_kind::multi, server_errc::no_auth);
    const attempt reader = downgrade(one, writer);
    ASSERT_TRUE(run_until_done(reader));
    EXPECT_EQ(reader->ec, make_error_code(server_errc::no_auth));
    EXPECT_TRUE(run_until([this] { return nodes() == 0; }));
}

TEST_F(Downgrade, CancelledLeavesNothing) {
    for (const auto where : {fault_position::before_commit, fault_position::after_commit}) {
        core_client& one = connected_client();
        const attempt writer = hold_claim(lock_of(one).write());
        ensemble.fail_next(request_kind::multi, where);
        const attempt reader = downgrade(one, writer);
        const auto begin = world.now();
        reader->abort();
        ASSERT_TRUE(run_until_done(reader));
        EXPECT_EQ(reader->ec, boost::asio::error::operation_aborted);
        EXPECT_LE(reader->at - begin, 1ms);
        EXPECT_TRUE(run_until([this] { return nodes() == 0; })) << static_cast<int>(where);
    }
}

TEST_F(Downgrade, LostLeaseIsRefused) {
    core_client& one = connected_client();
    const attempt writer = hold_claim(lock_of(one).write());
    ensemble.remove_by_operator(writer->result.node());
    ASSERT_TRUE(run_until([&] { return writer->result.state() == lease_state::lost; }));
    const auto writes = ensemble.requests(request_kind::multi);
    const attempt reader = downgrade(one, writer);
    ASSERT_TRUE(run_until_done(reader));
    EXPECT_EQ(reader->ec, make_error_code(errc::lease_lost));
    EXPECT_EQ(ensemble.requests(request_kind::multi), writes);
}

// Curator's testThatDowngradingRespectsThreads: only what the writer itself holds can be downgraded.
TEST_F(Downgrade, OnlyAWriteLeaseOfThisLock) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt reader = hold_claim(lock_of(one).read());
    read_write_lock elsewhere(one.handle, "/locks/b");
    const attempt other = hold_claim(elsewhere.write());
    const attempt locked = hold(one, "/locks/c");
    read_write_lock lock = lock_of(one);
    const auto refused = [&](const attempt& what) {
        const std::string node = what->result.node();
        error_code ec;
        return refuses([&] { (void)lock.downgrade(std::move(what->result), ec); }, errc::invalid_argument,
                       {node, "write lease of '/locks/a'"});
    };
    EXPECT_TRUE(refused(reader));
    EXPECT_TRUE(refused(other));
    EXPECT_TRUE(refused(locked));
    const attempt foreign = hold_claim(lock_of(two).write());
    EXPECT_TRUE(refused(foreign)) << "of another client";
    error_code ec;
    EXPECT_THROW((void)lock.downgrade(lease(), ec), boost::system::system_error);
    EXPECT_TRUE(run_until([this] { return nodes() == 0; })) << "what is given is released";
}

TEST_F(Downgrade, ClosedClient) {
    core_client& one = connected_client();
    const attempt writer = hold_claim(lock_of(one).write());
    ensemble.stall(true, one.number());
    const attempt reader = downgrade(one, writer);
    world.advance(5ms);
    ensemble.stall(false, one.number());
    one.close();
    ASSERT_TRUE(run_until_done(reader));
    EXPECT_TRUE(reader->granted() || reader->ec == make_error_code(errc::client_closed));
    EXPECT_TRUE(run_until([this] { return nodes() == 0; }));
}

}  // namespace
}  // namespace paddock::testing
