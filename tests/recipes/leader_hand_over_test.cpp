// A leader hands over to the next in the queue, which warms up first.
#include "core/limits.hpp"
#include "tests/recipes/leader_fixture.hpp"

namespace paddock::testing {
namespace {

class HandOver : public LeaderTest {
protected:
    /// A latch that wants to be told that it is the heir; its answer is the test's to give.
    struct heir {
        candidate* who = nullptr;
        std::vector<std::function<void()>> asked;
    };
    heir& add_heir(core_client& by, const std::string& id = "heir") {
        heir& made = heirs.emplace_back();
        leader_options options;
        options.id = id;
        options.on_heir = [&made](std::function<void()> ready) { made.asked.push_back(std::move(ready)); };
        made.who = &add_waiting(by, options);
        return made;
    }
    auto hand_over(candidate& from, std::chrono::milliseconds limit,
                   after_term then = after_term::compete_again) {
        auto made = std::make_shared<outcome<hand_over_result>>();
        from.latch->async_hand_over(
            limit, then, boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world)));
        return made;
    }
    /// Cancelled when the heir has been asked.
    auto begin_and_cancel(candidate& from, const heir& next) {
        const auto giving = hand_over(from, 60s);
        EXPECT_TRUE(run_until([&] { return next.asked.size() == 1; }));
        giving->abort();
        EXPECT_TRUE(run_until([&] { return giving->done(); }, 100ms));
        return giving;
    }
    std::list<heir> heirs;
};

TEST_F(HandOver, WaitsUntilTheHeirIsReady) {
    candidate& leading = add_leader(connected_client());
    heir& next = add_heir(connected_client());
    const auto giving = hand_over(leading, 60s);
    ASSERT_TRUE(run_until([&] { return next.asked.size() == 1; }));
    world.advance(10s);
    EXPECT_FALSE(giving->done());
    EXPECT_TRUE(leading.leads());
    next.asked.front()();
    next.asked.front()();  // twice is once
    ASSERT_TRUE(run_until([&] { return giving->done(); }));
    EXPECT_EQ(giving->result, hand_over_result::ready);
    ASSERT_TRUE(run_until([&] { return next.who->leads() && nodes() == 2; })) << "it queues again";
    EXPECT_EQ(ensemble.data(node_of(*next.who)), "heir");
    EXPECT_EQ(ensemble.node(node_of(*next.who))->version, 1);
    EXPECT_EQ(next.asked.size(), 1u);
}

TEST_F(HandOver, ThePublishedValueSurvivesTheAnnouncement) {
    candidate& leading = add_leader(connected_client());
    heir& next = add_heir(connected_client());
    EXPECT_FALSE(publish(leading, "address"));
    const auto giving = hand_over(leading, 60s);
    ASSERT_TRUE(run_until([&] { return next.asked.size() == 1; }));
    EXPECT_NE(ensemble.data(directory).find("\"value\":\"address\""), std::string::npos);
    EXPECT_FALSE(publish(leading, "moved"));
    EXPECT_NE(ensemble.data(directory).find("\"heir\":"), std::string::npos);
    next.asked.front()();
    ASSERT_TRUE(run_until([&] { return giving->done(); }));
}

TEST_F(HandOver, ResignsWhenTheLimitHasPassed) {
    candidate& leading = add_leader(connected_client());
    candidate& plain = add_waiting(connected_client());  // as Curator's: it does not know of heirs
    const auto begun = world.now();
    const auto giving = hand_over(leading, 2s, after_term::stop);
    ASSERT_TRUE(run_until([&] { return giving->done(); }));
    EXPECT_GE(world.now() - begun, 2s);
    EXPECT_EQ(giving->result, hand_over_result::unprepared);
    EXPECT_TRUE(run_until([&] { return plain.leads(); }));
    EXPECT_EQ(leading.latch->state(), candidate_state::idle);
}

TEST_F(HandOver, ResignsWhenTheHeirIsGone) {
    candidate& leading = add_leader(connected_client());
    heir& next = add_heir(connected_client());
    candidate& third = add_waiting(connected_client());
    const auto giving = hand_over(leading, 60s);
    ASSERT_TRUE(run_until([&] { return next.asked.size() == 1; }));
    close(*next.who);
    ASSERT_TRUE(run_until([&] { return giving->done(); }));
    EXPECT_EQ(giving->result, hand_over_result::heir_gone);
    EXPECT_TRUE(run_until([&] { return third.leads(); }));
    next.asked.front()();  // too late: its node is gone
    world.advance(1s);
    EXPECT_EQ(nodes(), 2u);
}

TEST_F(HandOver, KeepsTheTermWhenNobodyWaits) {
    candidate& leading = add_leader(connected_client());
    const auto giving = hand_over(leading, 60s);
    ASSERT_TRUE(run_until([&] { return giving->done(); }));
    EXPECT_FALSE(giving->ec);
    EXPECT_EQ(giving->result, hand_over_result::nobody);
    EXPECT_TRUE(leading.leads());
    EXPECT_EQ(leading.told.size(), 1u);
}

TEST_F(HandOver, IsTheLeadersAlone) {
    add_leader(connected_client());
    candidate& waits = add_waiting(connected_client());
    const auto giving = hand_over(waits, 60s);
    ASSERT_TRUE(run_until([&] { return giving->done(); }));
    EXPECT_EQ(giving->ec, make_error_code(errc::not_owner));
}

TEST_F(HandOver, ACancelledOneKeepsTheTerm) {
    candidate& leading = add_leader(connected_client());
    heir& next = add_heir(connected_client());
    const auto giving = begin_and_cancel(leading, next);
    EXPECT_EQ(giving->ec, boost::asio::error::operation_aborted);
    next.asked.front()();
    world.advance(1s);
    EXPECT_TRUE(leading.leads());
    EXPECT_EQ(leading.told.size(), 1u);
    // The next attempt finds it ready at once.
    const auto again = hand_over(leading, 60s);
    ASSERT_TRUE(run_until([&] { return again->done(); }));
    EXPECT_EQ(again->result, hand_over_result::ready);
}

// The term ends by itself while the heir warms up.
TEST_F(HandOver, EndsWithTheTerm) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    heir& next = add_heir(connected_client());
    const auto giving = hand_over(leading, 60s);
    ASSERT_TRUE(run_until([&] { return next.asked.size() == 1; }));
    ensemble.expire_session(one.session_id());
    ASSERT_TRUE(run_until([&] { return giving->done(); }, 30s));
    EXPECT_EQ(giving->ec, make_error_code(errc::lease_lost));
    EXPECT_TRUE(run_until([&] { return next.who->leads(); }));
    next.asked.front()();  // leads already
    world.advance(1s);
    EXPECT_TRUE(next.who->leads());
}

TEST_F(HandOver, SurvivesLostConnections) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    candidate& leading = add_leader(one);
    heir& next = add_heir(two);
    const auto giving = hand_over(leading, 60s);
    ASSERT_TRUE(run_until([&] { return next.asked.size() == 1; }));
    ensemble.cut(one.number());
    ensemble.cut(two.number());
    ensemble.fail_next(request_kind::set, fault_position::after_commit);
    next.asked.front()();
    ASSERT_TRUE(run_until([&] { return giving->done(); }));
    EXPECT_EQ(giving->result, hand_over_result::ready);
    EXPECT_TRUE(run_until([&] { return next.who->leads(); }));
}

// Whoever else ends the term has ended the hand-over too: it must not act on the next term.
TEST_F(HandOver, EndsWhenTheLeaderResigns) {
    candidate& leading = add_leader(connected_client());
    heir& next = add_heir(connected_client());
    const auto giving = hand_over(leading, 60s, after_term::stop);
    ASSERT_TRUE(run_until([&] { return next.asked.size() == 1; }));
    leading.latch->async_resign(after_term::compete_again, [](error_code, release_result) {});
    ASSERT_TRUE(run_until([&] { return giving->done(); }, 1s));
    EXPECT_EQ(giving->ec, make_error_code(errc::lease_lost));
    ASSERT_TRUE(run_until([&] { return next.who->leads(); }));
    world.advance(70s);
    EXPECT_EQ(nodes(), 2u) << "it has been taken out of the queue";
}

TEST_F(HandOver, EndsWithTheClose) {
    candidate& leading = add_leader(connected_client());
    heir& next = add_heir(connected_client());
    const auto giving = hand_over(leading, 60s);
    ASSERT_TRUE(run_until([&] { return next.asked.size() == 1; }));
    close(leading);
    ASSERT_TRUE(run_until([&] { return giving->done(); }, 1s));
    EXPECT_EQ(giving->ec, boost::asio::error::operation_aborted);
}

TEST_F(HandOver, EndsWhenTheLeadersNodeIsDeleted) {
    candidate& leading = add_leader(connected_client());
    heir& next = add_heir(connected_client());
    const auto giving = hand_over(leading, 60s);
    ASSERT_TRUE(run_until([&] { return next.asked.size() == 1; }));
    ASSERT_FALSE(ensemble.remove_by_operator(node_of(leading)));
    ASSERT_TRUE(run_until([&] { return giving->done(); }, 1s));
    EXPECT_EQ(giving->ec, make_error_code(errc::lease_lost));
}

TEST_F(HandOver, KeepsItsLimitWithoutServers) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    heir& next = add_heir(connected_client());
    const auto giving = hand_over(leading, 1s);
    ASSERT_TRUE(run_until([&] { return next.asked.size() == 1; }));
    ensemble.refuse_connections(true);
    ensemble.cut(one.number());
    ASSERT_TRUE(run_until([&] { return giving->done(); }, 1500ms));
    EXPECT_EQ(giving->ec, make_error_code(errc::servers_unreachable));
}

TEST_F(HandOver, AnHeirThatItGaveUpOnIsNotNamedAgain) {
    candidate& leading = add_leader(connected_client());
    heir& next = add_heir(connected_client());
    begin_and_cancel(leading, next);
    EXPECT_FALSE(publish(leading, "address"));
    EXPECT_EQ(ensemble.data(directory).find("\"heir\":"), std::string::npos);
}

// Each may come to watch its own node, the one before, and the directory (hazard B6).
TEST_F(HandOver, WhatAnHeirWatchesIsOfTheSessionsBudget) {
    core_client& one = connected_client();
    const std::string path = "/election/" + std::string(3'900, 'x');
    leader_options options;
    options.on_heir = [](const std::function<void()>&) {};
    std::list<leader_latch> latches;
    for (int i = 0; i < 150; ++i) latches.emplace_back(one.handle, path, options).start();
    world.advance(1s);
    const std::size_t node = path.size() + 1 + ensemble.children(path).front().size();
    EXPECT_EQ(ensemble.children(path).size(), detail::watch_bytes_max / (2 * (node + 4) + path.size() + 4));
    latches.clear();
    EXPECT_TRUE(run_until([&] { return ensemble.children(path).empty(); }, 5s));
}

}  // namespace
}  // namespace paddock::testing
