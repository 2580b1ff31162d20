// Writes guarded by a lease: all or nothing, and only while its node exists.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/error.hpp>

#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

class Transactions : public CoreTest {
protected:
    using committing = std::shared_ptr<outcome<std::vector<transaction_result>>>;

    committing start(core_client& by, const transaction& writes, std::chrono::milliseconds timeout = 2s) {
        auto made = std::make_shared<outcome<std::vector<transaction_result>>>();
        by.handle.async_commit(
            writes, timeout, boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world)));
        return made;
    }
    committing commit(core_client& by, const transaction& writes) {
        committing made = start(by, writes);
        EXPECT_TRUE(run_until([&] { return made->done(); }));
        EXPECT_EQ(made->completions, 1);
        return made;
    }
};

TEST_F(Transactions, CommitAppliesAllInOneNetworkWait) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    ensemble.create_by_operator("/config", "old");
    ensemble.create_by_operator("/gone");
    world.advance(10ms);
    transaction writes(got->result);
    writes.set("/config", "new")
        .create("/log-", "entry", create_mode::sequential)
        .remove("/gone")
        .check("/config");
    EXPECT_EQ(writes.size(), 4u);
    const auto begin = world.now();
    const committing done = commit(one, writes);
    ASSERT_FALSE(done->ec) << done->ec.message();
    EXPECT_EQ(done->at - begin, 2ms);
    ASSERT_EQ(done->result.size(), 4u);
    EXPECT_EQ(done->result[0].node.version, 1);
    EXPECT_EQ(done->result[1].path, "/log-0000000003");
    EXPECT_EQ(ensemble.data("/config"), "new");
    EXPECT_EQ(ensemble.data(done->result[1].path), "entry");
    EXPECT_FALSE(ensemble.node("/gone"));
}

TEST_F(Transactions, GuardFailsWhenTheNodeIsGone) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    world.advance(10ms);
    transaction writes(got->result);
    writes.create("/effect");
    ensemble.before_next(request_kind::multi, [&] { ensemble.remove_by_operator(got->result.node()); });
    EXPECT_EQ(commit(one, writes)->ec, make_error_code(errc::lease_lost));
    EXPECT_FALSE(ensemble.node("/effect"));
    EXPECT_EQ(commit(one, writes)->ec, make_error_code(errc::lease_lost));
}

TEST_F(Transactions, GuardFailsOnTheNextSession) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    transaction writes(got->result);
    writes.create("/effect");
    const auto multis = ensemble.requests(request_kind::multi);
    ensemble.expire_session(one.session_id());
    ASSERT_TRUE(run_until([&] { return got->result.state() == lease_state::lost; }));
    EXPECT_EQ(commit(one, writes)->ec, make_error_code(errc::lease_lost));
    EXPECT_EQ(ensemble.requests(request_kind::multi), multis) << "nothing was sent";
}

struct rollback {
    const char* name;
    std::function<void(transaction&)> add;
    server_errc code;
};

TEST_F(Transactions, FirstFailureIsToldAndAllIsRolledBack) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    ensemble.create_by_operator("/config", "old");
    const rollback cases[] = {
        {"exists", [](transaction& tx) { tx.create("/config"); }, server_errc::node_exists},
        {"version", [](transaction& tx) { tx.set("/config", "x", 7); }, server_errc::bad_version},
        {"check", [](transaction& tx) { tx.check("/none"); }, server_errc::no_node},
        {"remove", [](transaction& tx) { tx.remove("/none"); }, server_errc::no_node},
        {"children", [](transaction& tx) { tx.remove("/locks"); }, server_errc::not_empty},
        {"parent", [](transaction& tx) { tx.create("/none/a"); }, server_errc::no_node},
    };
    for (const rollback& one_case : cases) {
        transaction writes(got->result);
        writes.set("/config", "changed");
        one_case.add(writes);
        const committing done = commit(one, writes);
        EXPECT_EQ(done->ec, make_error_code(one_case.code)) << one_case.name << ": " << done->ec.message();
        EXPECT_TRUE(done->result.empty());
        EXPECT_EQ(ensemble.data("/config"), "old") << one_case.name;
    }
    EXPECT_EQ(got->result.state(), lease_state::held);
}

TEST_F(Transactions, LostReplyIsAnUnknownOutcome) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    world.advance(10ms);
    for (const auto where :
         {fault_position::before_send, fault_position::before_commit, fault_position::after_commit}) {
        transaction writes(got->result);
        writes.create("/effect");
        ensemble.fail_next(request_kind::multi, where);
        EXPECT_EQ(commit(one, writes)->ec, make_error_code(errc::outcome_unknown));
        EXPECT_EQ(ensemble.node("/effect").has_value(), where == fault_position::after_commit);
        ASSERT_TRUE(run_until([&] { return got->result.state() == lease_state::held; }));
    }
}

TEST_F(Transactions, WaitsForTheConnectionUntilItsDeadline) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    ensemble.refuse_connections(true);
    ensemble.cut(one.number());
    transaction writes(got->result);
    writes.create("/effect");
    const auto begin = world.now();
    const committing late = start(one, writes, 500ms);
    ASSERT_TRUE(run_until([&] { return late->done(); }));
    EXPECT_EQ(late->ec, make_error_code(errc::servers_unreachable));
    EXPECT_EQ(late->at - begin, 500ms);
    const committing healed = start(one, writes, 2s);
    world.advance(200ms);
    EXPECT_FALSE(healed->done());
    ensemble.refuse_connections(false);
    ASSERT_TRUE(run_until([&] { return healed->done(); }));
    EXPECT_FALSE(healed->ec) << healed->ec.message();
}

// No later session can make it good, so nobody waits for one.
TEST_F(Transactions, EndsWithItsLease) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    ensemble.refuse_connections(true);
    ensemble.cut(one.number());
    transaction writes(got->result);
    writes.create("/effect");
    const committing early = start(one, writes, 60s);
    ASSERT_TRUE(run_until([&] { return got->result.state() == lease_state::lost; }));
    world.advance(10ms);
    ASSERT_TRUE(early->done());
    EXPECT_EQ(early->ec, make_error_code(errc::lease_lost));
    const committing late = start(one, writes, 60s);
    world.settle();
    ASSERT_TRUE(late->done());
    EXPECT_EQ(late->ec, make_error_code(errc::lease_lost));
    ensemble.refuse_connections(false);
}

TEST_F(Transactions, CloseAfterSendingIsUnknown) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    world.advance(10ms);
    transaction writes(got->result);
    writes.create("/effect");
    const committing sent = start(one, writes, 5s);
    world.settle();
    one.close();
    ASSERT_TRUE(run_until([&] { return sent->done(); }));
    EXPECT_EQ(sent->ec, make_error_code(errc::outcome_unknown));
    EXPECT_TRUE(run_until([this] { return ensemble.node("/effect").has_value(); }, 100ms));
    ensemble.remove_by_operator("/effect");
}

TEST_F(Transactions, DeadlineOrCancelAfterSendingIsUnknown) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    world.advance(10ms);
    ensemble.stall(true, one.number());
    transaction writes(got->result);
    writes.create("/effect");
    const committing late = start(one, writes, 100ms);
    const committing cancelled = start(one, writes, 2s);
    world.advance(100ms);
    ASSERT_TRUE(late->done());
    EXPECT_EQ(late->ec, make_error_code(errc::outcome_unknown));
    cancelled->abort();
    world.settle();
    ASSERT_TRUE(cancelled->done());
    EXPECT_EQ(cancelled->ec, make_error_code(boost::asio::error::operation_aborted));
    ensemble.stall(false, one.number());
    EXPECT_TRUE(run_until([this] { return ensemble.node("/effect").has_value(); }, 100ms));
}

TEST_F(Transactions, NameSpaceIsPutInFrontAndTakenOff) {
    client_options options = three_seconds();
    options.name_space = "/team";
    core_client& one = connected_client(options);
    const attempt got = hold(one);
    transaction writes(got->result);
    writes.create("/made", "x").create("/seq-", "y", create_mode::sequential);
    const committing done = commit(one, writes);
    ASSERT_FALSE(done->ec) << done->ec.message();
    EXPECT_EQ(done->result[0].path, "/made");
    EXPECT_EQ(done->result[1].path.substr(0, 5), "/seq-");
    EXPECT_EQ(ensemble.data("/team/made"), "x");
    EXPECT_EQ(ensemble.data("/team" + done->result[1].path), "y");
    transaction remove(got->result);
    remove.remove(done->result[1].path);
    EXPECT_FALSE(commit(one, remove)->ec);
}

TEST_F(Transactions, LeaseOfAnotherClientIsRefused) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt got = hold(one);
    transaction writes(got->result);
    writes.create("/effect");
    EXPECT_EQ(commit(two, writes)->ec, make_error_code(errc::invalid_argument));
    EXPECT_EQ(ensemble.requests(request_kind::multi, two.number()), 0u);
}

TEST_F(Transactions, ArgumentsAreCheckedWhenAdded) {
    EXPECT_THROW(transaction{lease()}, boost::system::system_error);
    core_client& one = connected_client();
    const attempt got = hold(one);
    transaction writes(got->result);
    EXPECT_THROW(writes.create("no/slash"), argument_error);
    EXPECT_THROW(writes.create("/c", "", create_mode::container), argument_error);
    EXPECT_THROW(writes.set("/c", "", -2), argument_error);
    EXPECT_THROW(writes.remove("/" + std::string(1, '\0')), argument_error);
    EXPECT_THROW(writes.set("/c", std::string(1'000'000, 'x')), argument_error);
    EXPECT_EQ(writes.size(), 0u);
    for (int i = 0; i < 9; ++i) writes.set("/c", std::string(100'000, 'x'));
    EXPECT_THROW(writes.set("/c", std::string(100'000, 'x')), argument_error);
    EXPECT_EQ(writes.size(), 9u);
}

}  // namespace
}  // namespace paddock::testing
