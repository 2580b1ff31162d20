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

TEST_F(LeaderLatch, ProperCloseWithoutConnectionEstablished) {
    ensemble.power(false);
    candidate& never = add_started(add_client());
    world.advance(1s);
    const auto begun = world.now();
    close(never);
    EXPECT_LT(world.now() - begun, 100ms);
    EXPECT_TRUE(never.told.empty());
}

TEST_F(LeaderLatch, ClosedForGood) {
    candidate& leading = add_leader(connected_client());
    close(leading);
    EXPECT_EQ(nodes(), 0u) << "closed before the node was gone";
    leading.latch->start();
    world.advance(1s);
    EXPECT_EQ(nodes(), 0u);
    close(leading);
    const auto late = await(leading);
    ASSERT_TRUE(run_until([&] { return late->done(); }, 100ms));
    EXPECT_EQ(late->ec, boost::asio::error::operation_aborted);
}

TEST_F(LeaderLatch, ClosedWhileItWaitsMeansThatItsNodeIsGone) {
    add_leader(connected_client());
    close(add_waiting(connected_client()));
    EXPECT_EQ(nodes(), 1u) << "closed before its node was gone";
}

TEST_F(LeaderLatch, CloseOutlastsALostDelete) {
    add_leader(connected_client());
    candidate& waits = add_waiting(connected_client());
    ensemble.fail_next(request_kind::remove, fault_position::before_commit);
    bool closed = false;
    waits.latch->async_close(close_mode::silent, [&](error_code) { closed = true; });
    ASSERT_TRUE(run_until([&] { return ensemble.planned() == 0; }));
    EXPECT_FALSE(closed);
    ASSERT_TRUE(run_until([&] { return closed; }));
    EXPECT_EQ(nodes(), 1u) << "closed before its node was gone";
}

// Without servers the session's end is the node's.
TEST_F(LeaderLatch, CloseEndsWithTheSession) {
    add_leader(connected_client());
    core_client& two = connected_client();
    candidate& waits = add_waiting(two);
    ensemble.stall(true, two.number());
    ensemble.refuse_connections(true);
    const auto begun = world.now();
    close(waits);
    EXPECT_GT(world.now() - begun, 1s) << "closed though its node may be there";
    EXPECT_LT(world.now() - begun, 4s) << "waits beyond its session";
}

TEST_F(LeaderLatch, CloseDoesNotWaitForRights) {
    add_leader(connected_client());
    candidate& waits = add_waiting(connected_client());
    ensemble.deny([](request_kind kind, const std::string&) { return kind == request_kind::remove; });
    const auto begun = world.now();
    close(waits);
    EXPECT_LT(world.now() - begun, 100ms);
    ensemble.deny({});
}

TEST_F(LeaderLatch, StartedAgainWhileItsNodeIsBeingDeleted) {
    add_leader(connected_client());
    candidate& waits = add_waiting(connected_client());
    const auto before = ensemble.children(directory);
    std::size_t most = 0;
    ensemble.fail_next(request_kind::remove, fault_position::before_commit);
    (void)resign(waits, after_term::stop);
    waits.latch->start();
    ASSERT_TRUE(run_until([&] {
        most = std::max(most, nodes());
        return nodes() == 2 && ensemble.children(directory) != before;
    }));
    EXPECT_EQ(most, 2u) << "two campaigns at once";
}

TEST_F(LeaderLatch, StartedTwiceIsOneCandidate) {
    candidate& one = add_started(connected_client());
    one.latch->start();
    ASSERT_TRUE(run_until([&] { return one.leads(); }));
    one.latch->start();
    world.advance(1s);
    EXPECT_EQ(nodes(), 1u);
    EXPECT_EQ(one.told.size(), 1u);
}

TEST_F(LeaderLatch, ResignedAndStartedAgain) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    candidate& next = add_waiting(one);
    const leader_term first = *leading.latch->term();
    step_down(leading);
    EXPECT_TRUE(first.ended.stop_requested());
    ASSERT_TRUE(run_until([&] { return next.leads() && nodes() == 2; }));
    EXPECT_EQ(leading.latch->state(), candidate_state::competing) << "it competes again by itself";
    step_down(leading, after_term::stop);
    ASSERT_TRUE(run_until([&] { return nodes() == 1; }));
    EXPECT_EQ(leading.latch->state(), candidate_state::idle);
    step_down(next, after_term::stop);
    world.advance(1s);
    EXPECT_EQ(leaders(), 0u);
    leading.latch->start();
    ASSERT_TRUE(run_until([&] { return leading.leads(); }));
    EXPECT_GT(leading.latch->term()->token, first.token);
    EXPECT_EQ(leading.terms(), 2u);
}

TEST_F(LeaderLatch, StoppedWhileItsNodeIsBeingDeleted) {
    candidate& one = add_leader(connected_client());
    const auto leaving = resign(one, after_term::stop);
    one.latch->start();  // changes its mind: one candidacy, never two
    ASSERT_TRUE(run_until([&] { return leaving->done() && one.leads(); }));
    EXPECT_EQ(leaving->result, release_result::confirmed);
    EXPECT_EQ(nodes(), 1u);
    EXPECT_EQ(one.terms(), 2u);
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

TEST_F(LeaderLatch, CallbackSanity) {
    candidate& leading = add_leader(connected_client());
    candidate& next = add_waiting(connected_client());
    world.advance(10ms);
    ASSERT_EQ(leading.told.size(), 1u);
    EXPECT_EQ(leading.told.front()->token, leading.latch->term()->token);
    EXPECT_TRUE(next.told.empty());
    step_down(leading, after_term::stop);
    ASSERT_TRUE(run_until([&] { return next.told.size() == 1; }));
    EXPECT_EQ(leading.told.size(), 2u);
    EXPECT_FALSE(leading.told.back().has_value());
    EXPECT_GT(next.told.front()->token, leading.told.front()->token);
}

// Whoever is told finds the latch in that state already, or in a later one.
TEST_F(LeaderLatch, StateChangesBeforeItIsTold) {
    core_client& one = connected_client();
    std::vector<bool> leads;
    std::optional<leader_latch> latch;
    leader_options options;
    options.on_change = [&](const std::optional<leader_term>&) { leads.push_back(latch->leads()); };
    latch.emplace(one.handle, directory, options);
    latch->start();
    ASSERT_TRUE(run_until([&] { return leads.size() == 1; }));
    ensemble.remove_by_operator(latch->term()->node);
    ASSERT_TRUE(run_until([&] { return leads.size() == 3; }));
    EXPECT_EQ(leads, (std::vector<bool>{true, false, true}));
    latch.reset();
}

TEST_F(LeaderLatch, CallbackNotifyLeader) {
    candidate& leading = add_leader(connected_client());
    const leader_term term = *leading.latch->term();
    close(leading, close_mode::notify);
    ASSERT_EQ(leading.told.size(), 2u) << "not told when the close completed";
    EXPECT_TRUE(term.ended.stop_requested());
}

TEST_F(LeaderLatch, CallbackDontNotify) {
    candidate& leading = add_leader(connected_client());
    const leader_term term = *leading.latch->term();
    ASSERT_TRUE(run_until([&] { return leading.told.size() == 1; }));
    close(leading);
    world.advance(1s);
    EXPECT_EQ(leading.told.size(), 1u);
    EXPECT_TRUE(term.ended.stop_requested()) << "the term's own signal is no handler of the latch";
}

// The grant and the close at one moment: neither told after the close, nor a node left (CURATOR-18).
TEST_F(LeaderLatch, CreateDeleteRace) {
    core_client& one = connected_client();
    add_leader(one).latch.reset();  // the directory exists
    ASSERT_TRUE(run_until([&] { return nodes() == 0; }));
    for (const auto after : {0us, 500us, 1000us, 1500us, 2000us, 2500us}) {
        candidate& hasty = add_started(one);
        world.advance(after);
        close(hasty);
        const auto told = hasty.told.size();
        ASSERT_TRUE(run_until([&] { return nodes() == 0; }));
        world.advance(100ms);
        EXPECT_EQ(hasty.told.size(), told);
        EXPECT_FALSE(hasty.leads());
    }
}

TEST_F(LeaderLatch, DestroyedInItsOwnHandler) {
    core_client& one = connected_client();
    std::optional<leader_latch> latch;
    int calls = 0;
    leader_options options;
    options.on_change = [&](const std::optional<leader_term>&) {
        ++calls;
        latch.reset();
    };
    latch.emplace(one.handle, directory, options);
    latch->start();
    ASSERT_TRUE(run_until([&] { return calls > 0 && nodes() == 0; }));
    world.advance(1s);
    EXPECT_EQ(calls, 1);
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
