// What is written in a leader's term: guarded transactions, and the value that it publishes.
#include "tests/recipes/leader_fixture.hpp"

namespace paddock::testing {
namespace {

using LeaderLatch = LeaderTest;

// What a leader does is guarded by its term.
TEST_F(LeaderLatch, GuardedWriteOfAnEarlierTermFails) {
    core_client& one = connected_client();
    ensemble.create_by_operator("/config");
    candidate& leading = add_leader(one);
    transaction early = leading.latch->guard();
    early.set("/config", "written");
    auto done = std::make_shared<outcome<std::vector<transaction_result>>>();
    one.handle.async_commit(early, 5s, recorded(done, world));
    ASSERT_TRUE(run_until([&] { return done->done(); }));
    EXPECT_FALSE(done->ec);
    step_down(leading);
    ASSERT_TRUE(run_until([&] { return leading.leads(); }));
    auto late = std::make_shared<outcome<std::vector<transaction_result>>>();
    one.handle.async_commit(early, 5s, recorded(late, world));
    ASSERT_TRUE(run_until([&] { return late->done(); }));
    EXPECT_EQ(late->ec, make_error_code(errc::lease_lost));
    close(leading);
    EXPECT_THROW((void)leading.latch->guard(), boost::system::system_error);
    ensemble.remove_by_operator("/config");
}

TEST_F(LeaderLatch, PublishedValueNamesItsTerm) {
    candidate& leading = add_leader(connected_client());
    EXPECT_FALSE(publish(leading, "10.0.0.1:80"));
    EXPECT_EQ(ensemble.data(directory),
              R"({"term":")" + leading.latch->term()->token.to_string() + R"(","value":"10.0.0.1:80"})");
    EXPECT_THROW(publish(leading, "\xff"), argument_error);
    EXPECT_THROW(publish(leading, std::string(1'000'000, 'x')), argument_error);
    candidate& waits = add_waiting(connected_client());
    EXPECT_EQ(publish(waits, "usurped"), make_error_code(errc::not_owner));
    EXPECT_NE(ensemble.data(directory).find("10.0.0.1:80"), std::string::npos);
}

// The write that was under way when the term ended must not undo what the next leader says.
TEST_F(LeaderLatch, ALateValueIsRefused) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    candidate& next = add_waiting(connected_client());
    const std::string node = node_of(leading);
    ensemble.before_next(request_kind::multi, [&] { ensemble.remove_by_operator(node); });
    EXPECT_EQ(publish(leading, "late"), make_error_code(errc::lease_lost));
    ASSERT_TRUE(run_until([&] { return next.leads(); }));
    EXPECT_EQ(ensemble.data(directory), "");
}

TEST_F(LeaderLatch, ALostReplyIsWrittenAgain) {
    candidate& leading = add_leader(connected_client());
    ensemble.fail_next(request_kind::multi, fault_position::after_commit);
    EXPECT_FALSE(publish(leading, "again"));
    EXPECT_NE(ensemble.data(directory).find("again"), std::string::npos);
    ensemble.fail_next(request_kind::multi, fault_position::before_commit);
    EXPECT_FALSE(publish(leading, "and again"));
    EXPECT_NE(ensemble.data(directory).find("and again"), std::string::npos);
}

}  // namespace
}  // namespace paddock::testing
