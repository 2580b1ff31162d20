// The leader latch in virtual time. Names are those of the scenarios of Curator's TestLeaderLatch, where it has one.
#include <algorithm>

#include "tests/recipes/leader_fixture.hpp"

namespace paddock::testing {
namespace {

using LeaderLatch = LeaderTest;

TEST_F(LeaderLatch, NodeIsCurators) {
    core_client& one = connected_client();
    leader_options options;
    options.id = "participant-\xc3\xa9";
    candidate& leading = add_leader(one, options);
    const auto names = ensemble.children(directory);
    ASSERT_EQ(names.size(), 1u);
    EXPECT_EQ(names.front().size(), 3 + 36 + 1 + 6 + 10u);
    EXPECT_NE(names.front().find("-latch-0000000000"), std::string::npos) << names.front();
    EXPECT_EQ(node_of(leading), std::string(directory) + "/" + names.front());
    EXPECT_EQ(ensemble.data(node_of(leading)), options.id);
    const auto term = leading.latch->term();
    EXPECT_EQ(term->token.value(), ensemble.node(term->node)->czxid);
    EXPECT_FALSE(term->ended.stop_requested());
    EXPECT_EQ(leading.latch->state(), candidate_state::leading);
}

TEST_F(LeaderLatch, RelativePath) {
    core_client& one = add_client();
    EXPECT_THROW(leader_latch(one.handle, "election"), argument_error);
    EXPECT_THROW(leader_latch(one.handle, "/"), argument_error);
    EXPECT_THROW(leader_latch(one.handle, "/election/"), argument_error);
    leader_options options;
    for (const std::string& id : {std::string("a\0b", 3), std::string(1025, 'x'), std::string("\xff")}) {
        options.id = id;
        EXPECT_THROW(leader_latch(one.handle, directory, options), argument_error);
    }
    EXPECT_EQ(one.stats().requests_sent, 0u) << "a constructor has sent something";
}

TEST_F(LeaderLatch, BasicOrderOfLeadershipIsStartOrder) {
    for (int i = 0; i < 5; ++i) add_waiting(connected_client());
    fencing_token last;
    for (candidate& next : candidates) {
        ASSERT_TRUE(run_until([&] { return next.leads(); }));
        EXPECT_EQ(leaders(), 1u);
        EXPECT_GT(next.latch->term()->token, last);
        last = next.latch->term()->token;
        step_down(next, after_term::stop);
        EXPECT_EQ(next.latch->state(), candidate_state::idle);
    }
    EXPECT_EQ(nodes(), 0u);
}

// All in one client: every latch has a node of its own.
TEST_F(LeaderLatch, BasicAlt) {
    core_client& one = connected_client();
    for (int i = 0; i < 4; ++i) add_started(one);
    ASSERT_TRUE(run_until([&] { return nodes() == 4 && leaders() == 1; }));
    for (int i = 0; i < 4; ++i) {
        ASSERT_TRUE(run_until([&] { return leaders() == 1; }));
        const auto leading = std::ranges::find_if(candidates, &candidate::leads);
        close(*leading);
    }
    EXPECT_EQ(leaders(), 0u);
}

TEST_F(LeaderLatch, Waiting) {
    std::vector<std::shared_ptr<outcome<leader_term>>> waits;
    for (int i = 0; i < 10; ++i) waits.push_back(await(add_started(connected_client())));
    for (int led = 0; led < 10; ++led) {
        ASSERT_TRUE(run_until([&] { return leaders() == 1; }));
        step_down(*std::ranges::find_if(candidates, &candidate::leads), after_term::stop);
    }
    for (const auto& one : waits) {
        EXPECT_EQ(one->completions, 1);
        EXPECT_FALSE(one->ec);
        EXPECT_GT(one->result.token, fencing_token());
    }
}

TEST_F(LeaderLatch, AwaitEndsOnce) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    const auto at_once = await(leading);
    ASSERT_TRUE(run_until([&] { return at_once->done(); }, 100ms));
    EXPECT_EQ(at_once->result.token, leading.latch->term()->token);

    candidate& waits = add_waiting(one);
    const auto cancelled = await(waits);
    auto late = std::make_shared<outcome<leader_term>>();
    waits.latch->async_await_until(one.process.steady_now() + 1s, recorded(late, world));
    const auto closed = await(waits);
    world.advance(10ms);
    cancelled->abort();
    ASSERT_TRUE(run_until([&] { return cancelled->done(); }, 100ms));
    EXPECT_EQ(cancelled->ec, boost::asio::error::operation_aborted);
    ASSERT_TRUE(run_until([&] { return late->done(); }));
    EXPECT_EQ(late->ec, make_error_code(errc::timed_out));
    close(waits);
    ASSERT_TRUE(run_until([&] { return closed->done(); }, 100ms));
    EXPECT_EQ(closed->ec, boost::asio::error::operation_aborted);
    step_down(leading);
    world.advance(100ms);
    for (const auto& wait : {cancelled, late, closed}) EXPECT_EQ(wait->completions, 1);
}

TEST_F(LeaderLatch, AwaitWithoutServers) {
    core_client& one = add_client();
    ensemble.power(false);
    candidate& waits = add_started(one);
    auto late = std::make_shared<outcome<leader_term>>();
    waits.latch->async_await_until(one.process.steady_now() + 1s, recorded(late, world));
    ASSERT_TRUE(run_until([&] { return late->done(); }));
    EXPECT_EQ(late->ec, make_error_code(errc::servers_unreachable));
}

TEST_F(LeaderLatch, NoServerAtStart) {
    ensemble.power(false);
    candidate& early = add_started(add_client());
    world.advance(10s);
    EXPECT_EQ(leaders(), 0u);
    EXPECT_EQ(early.latch->state(), candidate_state::competing);
    ensemble.power(true);
    EXPECT_TRUE(run_until([&] { return early.leads(); }));
    EXPECT_EQ(early.terms(), 1u);
}

TEST_F(LeaderLatch, CorrectWatching) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    candidate& middle = add_waiting(connected_client());
    candidate& last = add_waiting(connected_client());
    close(middle);
    world.advance(1s);
    EXPECT_TRUE(leading.leads());
    EXPECT_FALSE(last.leads());
    step_down(leading, after_term::stop);
    EXPECT_TRUE(run_until([&] { return last.leads(); }));
}

TEST_F(LeaderLatch, UncreatedPathGetLeader) {
    candidate& idle = add(connected_client());
    auto found = std::make_shared<outcome<std::vector<leader_candidate>>>();
    idle.latch->async_participants(5s, recorded(found, world));
    ASSERT_TRUE(run_until([&] { return found->done(); }));
    EXPECT_FALSE(found->ec) << found->ec.message();
    EXPECT_TRUE(found->result.empty());
}

TEST_F(LeaderLatch, ParticipantsInQueueOrder) {
    leader_options options;
    for (const char* id : {"first", "", "third"}) {
        options.id = id;
        add_waiting(connected_client(), options);
    }
    ensemble.create_by_operator(std::string(directory) + "/config", "foreign");
    auto found = std::make_shared<outcome<std::vector<leader_candidate>>>();
    candidates.back().latch->async_participants(5s, recorded(found, world));
    ASSERT_TRUE(run_until([&] { return found->done(); }));
    ASSERT_EQ(found->result.size(), 3u);
    EXPECT_EQ(found->result[0].id, "first");
    EXPECT_EQ(found->result[1].id, "");
    EXPECT_EQ(found->result[2].id, "third");
    EXPECT_TRUE(found->result[0].leads);
    EXPECT_FALSE(found->result[1].leads || found->result[2].leads);
    EXPECT_EQ(found->result[0].token, candidates.front().latch->term()->token);
    EXPECT_EQ(found->result[0].session_id, candidates.front().by->session_id());
    ensemble.remove_by_operator(std::string(directory) + "/config");
}

}  // namespace
}  // namespace paddock::testing
