// What callers ask of latches, selectors and observers: publications that overtake each other, and calls that meet the
// end of the latch or of its client.
#include <functional>

#include <paddock/leader_observer.hpp>
#include <paddock/leader_selector.hpp>

#include "tests/recipes/leader_fixture.hpp"

namespace paddock::testing {
namespace {

class LeaderCalls : public LeaderTest {
protected:
    using answer = std::shared_ptr<std::optional<error_code>>;

    /// Keeps the code of any completion.
    static auto keep(const answer& made) {
        return [made](error_code ec, auto&&...) { *made = ec; };
    }
    static answer begin_publish(candidate& who, const std::string& value) {
        auto made = std::make_shared<std::optional<error_code>>();
        who.latch->async_publish(value, 5s, keep(made));
        return made;
    }
    /// What is written to the directory from now on.
    void record_writes() {
        ensemble.observe([this](const txn& agreed) {
            for (const tree_change& change : agreed.changes)
                if (change.path == directory && !change.after.data.empty())
                    written.push_back(change.after.data);
        });
    }
    void TearDown() override {
        ensemble.observe({});
        LeaderTest::TearDown();
    }
    std::vector<std::string> written;
};

// Its first try may have taken effect or not; a second one would undo what has been published since.
TEST_F(LeaderCalls, AnOvertakenValueIsNotWrittenAgain) {
    candidate& leading = add_leader(connected_client());
    record_writes();
    ensemble.fail_next(request_kind::multi, fault_position::before_commit);
    const answer first = begin_publish(leading, "first");
    ASSERT_TRUE(run_until([&] { return ensemble.planned() == 0; }));
    const answer second = begin_publish(leading, "second");
    ASSERT_TRUE(run_until([&] { return first->has_value() && second->has_value(); }));
    EXPECT_EQ(**first, make_error_code(errc::outcome_unknown));
    EXPECT_EQ(**second, error_code());
    ASSERT_EQ(written.size(), 1u) << "an overtaken value was written again";
    EXPECT_NE(written.front().find("second"), std::string::npos);
}

// The deadline passes while the servers work on it, or their answer is on its way.
TEST_F(LeaderCalls, AValueOnItsWayIsNotCalledUnsent) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    record_writes();
    ensemble.stall(true, one.number(), stalled_way::to_client);
    std::optional<error_code> told;
    leading.latch->async_publish("late", 500ms, [&](error_code ec) { told = ec; });
    ASSERT_TRUE(run_until([&] { return told.has_value(); }, 1s));
    EXPECT_EQ(*told, make_error_code(errc::outcome_unknown));
    EXPECT_EQ(written.size(), 1u);
    ensemble.stall(false, one.number(), stalled_way::to_client);
}

TEST_F(LeaderCalls, AValueThatWasNeverSentTakesALaterOneAlong) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    record_writes();
    ensemble.refuse_connections(true);
    ensemble.cut(one.number());
    ASSERT_TRUE(run_until([&] { return one.state() == session_state::suspended; }));
    const answer first = begin_publish(leading, "first");
    const answer second = begin_publish(leading, "second");
    world.advance(100ms);
    ensemble.refuse_connections(false);
    ASSERT_TRUE(run_until([&] { return first->has_value() && second->has_value(); }));
    EXPECT_EQ(**first, error_code());
    EXPECT_EQ(**second, error_code());
    EXPECT_FALSE(written.empty());
    for (const std::string& data : written) EXPECT_NE(data.find("second"), std::string::npos) << data;
}

TEST_F(LeaderCalls, CloseEndsWhoAwaits) {
    core_client& one = connected_client();
    add_leader(one);
    candidate& waits = add_waiting(one);
    candidate& idle = add(one);
    candidate& dropped = add(one);
    std::vector<std::shared_ptr<outcome<leader_term>>> pending;
    for (candidate* who : {&waits, &waits, &idle, &dropped}) pending.push_back(await(*who));
    world.advance(1s);
    for (const auto& one_wait : pending) ASSERT_FALSE(one_wait->done());
    close(waits);
    close(idle);
    dropped.latch.reset();
    for (const auto& ended : pending) {
        ASSERT_TRUE(run_until([&] { return ended->done(); }, 100ms))
            << "a closed latch keeps a caller waiting";
        EXPECT_EQ(ended->ec, boost::asio::error::operation_aborted);
        EXPECT_EQ(ended->completions, 1);
    }
}

TEST_F(LeaderCalls, LimitsMustBeAboveZero) {
    candidate& leading = add_leader(connected_client());
    world.settle();
    const auto before = leading.by->stats().requests_sent;
    std::vector<answer> answers;
    const auto next = [&] {
        answers.push_back(std::make_shared<std::optional<error_code>>());
        return keep(answers.back());
    };
    for (const auto limit : {0ms, -1ms}) {
        leading.latch->async_publish("x", limit, next());
        leading.latch->async_hand_over(limit, after_term::stop, next());
        leading.latch->async_participants(limit, next());
    }
    world.settle();
    for (const answer& made : answers) {
        ASSERT_TRUE(made->has_value());
        EXPECT_EQ(**made, make_error_code(errc::invalid_duration));
    }
    error_code ec;
    (void)leading.latch->await_for(0ns, ec);
    EXPECT_EQ(ec, make_error_code(errc::invalid_duration));
    EXPECT_THROW((void)leading.latch->await_for(0ns), boost::system::system_error);
    EXPECT_EQ(leading.by->stats().requests_sent, before);
    EXPECT_TRUE(leading.leads());
}

// Before the client's close has ended and behind it.
TEST_F(LeaderCalls, AClosedClientRefusesThem) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    leader_observer observer(one.handle, directory, [](const auto&) {});
    one.close();
    for (const bool ended : {false, true}) {
        std::vector<answer> answers;
        const auto next = [&] {
            answers.push_back(std::make_shared<std::optional<error_code>>());
            return keep(answers.back());
        };
        leading.latch->async_await(next());
        leading.latch->async_publish("late", 1s, next());
        leading.latch->async_hand_over(1s, after_term::stop, next());
        leading.latch->async_participants(1s, next());
        for (const answer& made : answers)
            EXPECT_FALSE(made->has_value()) << "inside the initiating function";
        ASSERT_TRUE(run_until([&] { return one.closed; }));
        world.settle();
        for (const answer& made : answers) {
            ASSERT_TRUE(made->has_value());
            EXPECT_EQ(**made, make_error_code(errc::client_closed));
        }
        if (!ended) one.core->entrance()->close();  // as `client::close` does at its end
    }
    error_code ec;
    observer.start(ec);
    EXPECT_EQ(ec, make_error_code(errc::client_closed));
    const answer resigned = std::make_shared<std::optional<error_code>>();
    leading.latch->async_resign(after_term::stop, keep(resigned));
    world.settle();
    EXPECT_EQ(*resigned, make_error_code(errc::client_closed));
}

// Nothing answers there, and nobody needs to: the client is gone.
TEST(LeadersOfADestroyedClient, SayThatItIsClosed) {
    auto gone = std::make_unique<client>(client_options{.servers = "127.0.0.1:1"});
    leader_latch latch(*gone, "/election/a");
    leader_selector selector(*gone, "/election/b", [](const leader_term&) {});
    leader_observer observer(*gone, "/election/a", [](const std::optional<leadership>&) {});
    latch.start();
    selector.start();
    observer.start();
    gone.reset();

    const std::vector<std::function<void(error_code&)>> calls = {
        [&](error_code& ec) { latch.start(ec); },
        [&](error_code& ec) { (void)latch.await(ec); },
        [&](error_code& ec) { (void)latch.await_for(1s, ec); },
        [&](error_code& ec) { (void)latch.resign(after_term::stop, ec); },
        [&](error_code& ec) { latch.publish("late", 1s, ec); },
        [&](error_code& ec) { (void)latch.hand_over(1s, after_term::stop, ec); },
        [&](error_code& ec) { (void)latch.participants(1s, ec); },
        [&](error_code& ec) { (void)latch.leader(1s, ec); },
        [&](error_code& ec) { selector.start(ec); },
        [&](error_code& ec) { (void)selector.participants(1s, ec); },
        [&](error_code& ec) { observer.start(ec); },
    };
    for (std::size_t i = 0; i < calls.size(); ++i) {
        error_code ec;
        calls[i](ec);
        EXPECT_EQ(ec, make_error_code(errc::client_closed)) << "call " << i;
    }
    EXPECT_THROW((void)latch.await(), boost::system::system_error);
    EXPECT_THROW(latch.publish("late"), boost::system::system_error);
    EXPECT_THROW(selector.start(), boost::system::system_error);
    EXPECT_THROW(observer.start(), boost::system::system_error);
    EXPECT_THROW((void)latch.guard(), boost::system::system_error);
    EXPECT_FALSE(latch.leads());
    EXPECT_EQ(latch.state(), candidate_state::idle);
    EXPECT_EQ(latch.failure(), make_error_code(errc::client_closed));
    latch.close();
    selector.interrupt();
    selector.close();
    observer.close();
}

}  // namespace
}  // namespace paddock::testing
