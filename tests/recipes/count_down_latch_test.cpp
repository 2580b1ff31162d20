// The count-down latch in virtual time: each count once, whatever becomes of replies, connections and sessions.
#include <paddock/count_down_latch.hpp>

#include "recipes/count_down_latch/record/latch_record.hpp"
#include "tests/recipes/call_fixture.hpp"

namespace paddock::testing {
namespace {

constexpr const char* place = "/latches/a";

class LatchTest : public CallTest {
protected:
    using CallTest::CallTest;

    static count_down_latch latch(core_client& by, std::int64_t initial) {
        return count_down_latch(by.handle, place, initial);
    }
    call count_down(core_client& by, std::int64_t initial = 3) {
        return begin([&](auto handler) { latch(by, initial).async_count_down(handler); });
    }
    call reset(core_client& by, std::int64_t count, std::int64_t initial = 3) {
        return begin([&](auto handler) { latch(by, initial).async_try_reset(count, handler); });
    }
    call wait(core_client& by, std::int64_t initial = 3) {
        return begin_void([&](auto handler) { latch(by, initial).async_wait(handler); });
    }
    std::int64_t count(core_client& by, std::int64_t initial = 3) {
        const auto made = std::make_shared<outcome<std::int64_t>>();
        latch(by, initial).async_count(recorded(made, world));
        EXPECT_TRUE(run_until([&] { return made->done(); }));
        EXPECT_FALSE(made->ec) << made->ec.message();
        return made->result;
    }
    bool counted(const call& which, std::chrono::nanoseconds limit = 20s) {
        EXPECT_TRUE(succeeds(which, limit));
        return which->result;
    }
    std::int64_t left() const {
        const auto record = detail::read_latch(ensemble.data(place));
        return record ? record->count : -1;
    }
};

TEST_F(LatchTest, WaitersGoOnAtZero) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const call waiting = wait(two);
    for (int i = 2; i >= 0; --i) {
        world.advance(1s);
        EXPECT_FALSE(waiting->done());
        EXPECT_TRUE(counted(count_down(one)));
        EXPECT_EQ(left(), i);
    }
    EXPECT_TRUE(counted(waiting));
    EXPECT_TRUE(counted(wait(one)));
    EXPECT_FALSE(counted(count_down(one))) << "at zero nothing is counted";
    EXPECT_EQ(count(two), 0);
}

TEST_F(LatchTest, CountIsTheDeclaredOneBeforeFirstUse) {
    core_client& one = connected_client();
    EXPECT_EQ(count(one, 7), 7);
    EXPECT_TRUE(ensemble.paths().empty());
}

TEST_F(LatchTest, CostsAReadAndAWrite) {
    core_client& one = connected_client();
    ASSERT_TRUE(counted(count_down(one)));
    const auto begin = world.now();
    const auto reads = ensemble.requests(request_kind::get);
    const auto writes = ensemble.requests(request_kind::set);
    const call second = count_down(one);
    ASSERT_TRUE(counted(second));
    EXPECT_EQ(second->at - begin, 4ms);
    EXPECT_EQ(ensemble.requests(request_kind::get), reads + 1);
    EXPECT_EQ(ensemble.requests(request_kind::set), writes + 1);
}

TEST_F(LatchTest, ProgramsThatDisagreeAreTold) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    ASSERT_TRUE(counted(count_down(one, 3)));
    for (const call& which : {count_down(two, 4), wait(two, 4), reset(two, 1, 4)})
        ASSERT_TRUE(ends_with(which, errc::conflict));
    EXPECT_EQ(left(), 2);
    ensemble.set_by_operator(place, "something else");
    EXPECT_TRUE(ends_with(count_down(one, 3), errc::conflict));
}

TEST_F(LatchTest, ManyAtOnceAreAllCounted) {
    std::vector<core_client*> by;
    for (int i = 0; i < 3; ++i) by.push_back(&connected_client());
    std::vector<call> all;
    for (std::size_t i = 0; i < 12; ++i) all.push_back(count_down(*by[i % 3], 20));
    for (const call& each : all) EXPECT_TRUE(counted(each, 60s));
    EXPECT_EQ(left(), 8);
}

// Hazard A1: wherever the connection breaks, it is counted once.
TEST_F(LatchTest, LostRepliesAreCountedOnce) {
    core_client& one = connected_client();
    ASSERT_TRUE(counted(count_down(one, 20)));
    std::int64_t expected = 19;
    for (const auto where : {fault_position::before_send, fault_position::before_commit,
                             fault_position::after_commit, fault_position::on_reply}) {
        ensemble.fail_next(request_kind::set, where);
        EXPECT_TRUE(counted(count_down(one, 20)));
        EXPECT_EQ(left(), --expected);
    }
}

// The same, and the session is lost before the reply could be made up for.
TEST_F(LatchTest, LostSessionsAreCountedOnce) {
    core_client& one = connected_client();
    ASSERT_TRUE(counted(count_down(one, 20)));
    std::int64_t expected = 19;
    for (const auto where : {fault_position::before_commit, fault_position::after_commit}) {
        ensemble.fail_next(request_kind::set, where);
        const auto old = one.session_id();
        const call which = count_down(one, 20);
        ASSERT_TRUE(run_until([&] { return one.state() == session_state::suspended; }));
        ensemble.refuse_connections(true);
        ASSERT_TRUE(run_until([&] { return one.state() == session_state::lost; }));
        ensemble.refuse_connections(false);
        EXPECT_TRUE(counted(which));
        EXPECT_NE(one.session_id(), old);
        EXPECT_EQ(left(), --expected);
    }
}

// What was lost takes effect after all, when its client has already asked again.
TEST_F(LatchTest, LateWriteIsNotCountedTwice) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    ASSERT_TRUE(counted(count_down(one, 20)));
    ensemble.fail_next(request_kind::set, fault_position::after_commit, {one.number(), 0, place});
    const call which = count_down(one, 20);
    ASSERT_TRUE(run_until([&] { return one.state() == session_state::suspended; }));
    EXPECT_TRUE(counted(count_down(two, 20)));
    EXPECT_TRUE(counted(which));
    EXPECT_EQ(left(), 17);
}

TEST_F(LatchTest, TooManyOthersLeaveItUnknown) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    ASSERT_TRUE(counted(count_down(one, 200)));
    ensemble.fail_next(request_kind::set, fault_position::after_commit, {one.number(), 0, place});
    ensemble.refuse_connections(true);
    const call which = count_down(one, 200);
    ASSERT_TRUE(run_until([&] { return one.state() == session_state::suspended; }));
    for (std::size_t i = 0; i <= detail::changes_kept; ++i) ASSERT_TRUE(counted(count_down(two, 200)));
    ensemble.refuse_connections(false);
    EXPECT_TRUE(ends_with(which, errc::outcome_unknown));
}

// The rights were taken away while its reply was lost.
TEST_F(LatchTest, RefusalAfterSendingIsUnknown) {
    core_client& one = connected_client();
    ASSERT_TRUE(counted(count_down(one)));
    bool denied = false;
    ensemble.deny([&](request_kind kind, const std::string& path) {
        return denied && kind == request_kind::get && path == place;
    });
    ensemble.fail_next(request_kind::set, fault_position::after_commit);
    const call which = count_down(one);
    ASSERT_TRUE(run_until([&] { return one.state() == session_state::suspended; }));
    denied = true;
    EXPECT_TRUE(ends_with(which, errc::outcome_unknown));
    denied = false;
    EXPECT_EQ(left(), 1);
}

TEST_F(LatchTest, DeadlineAfterSendingIsUnknown) {
    core_client& one = connected_client();
    ASSERT_TRUE(counted(count_down(one)));
    ensemble.fail_next(request_kind::set, fault_position::after_commit);
    ensemble.refuse_connections(true);
    const auto deadline = one.process.steady_now() + 500ms;
    const call which = begin([&](auto handler) { latch(one, 3).async_count_down_until(deadline, handler); });
    EXPECT_TRUE(ends_with(which, errc::outcome_unknown));
    ensemble.refuse_connections(false);
}

TEST_F(LatchTest, ResetsAtZeroOnly) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    EXPECT_FALSE(counted(reset(one, 2))) << "it would be made with the declared count";
    ASSERT_TRUE(counted(count_down(one, 3)));
    EXPECT_FALSE(counted(reset(one, 2)));
    ASSERT_TRUE(counted(count_down(one, 3)));
    const call waiting = wait(two);
    world.advance(100ms);
    ensemble.stall(true, two.number());
    ASSERT_TRUE(counted(count_down(one, 3)));
    ensemble.fail_next(request_kind::set, fault_position::after_commit);
    EXPECT_TRUE(counted(reset(one, 2)));
    EXPECT_EQ(left(), 2);
    EXPECT_EQ(detail::read_latch(ensemble.data(place))->round, 1) << "reset once";
    ensemble.stall(false, two.number());
    EXPECT_TRUE(counted(waiting)) << "the zero between two looks is not missed";
}

TEST_F(LatchTest, WaitGoesOnInANewSession) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const call waiting = wait(one, 1);
    world.advance(100ms);
    ensemble.expire_session(one.session_id());
    world.advance(2s);
    EXPECT_FALSE(waiting->done());
    EXPECT_TRUE(counted(count_down(two, 1)));
    EXPECT_TRUE(counted(waiting));
}

TEST_F(LatchTest, DeletedLatchBeginsAgain) {
    core_client& one = connected_client();
    const call waiting = wait(one, 2);
    world.advance(100ms);
    ASSERT_TRUE(counted(count_down(one, 2)));
    ensemble.remove_by_operator(place);
    world.advance(100ms);
    EXPECT_EQ(left(), 2);
    ASSERT_TRUE(counted(count_down(one, 2)));
    ASSERT_TRUE(counted(count_down(one, 2)));
    EXPECT_TRUE(counted(waiting));
}

TEST_F(LatchTest, GivenUpItLeavesNothing) {
    core_client& one = connected_client();
    expect_wait_ends_clean(one, [&] { return wait(one); });
}

TEST_F(LatchTest, BadArgumentsAreRefused) {
    core_client& one = connected_client();
    EXPECT_TRUE(refuses([&] { count_down_latch(one.handle, "/", 1); }, errc::invalid_path, {"'/'"}));
    for (const std::int64_t n : {std::int64_t(0), std::int64_t(-1), std::int64_t(1) << 31}) {
        EXPECT_TRUE(refuses([&] { count_down_latch(one.handle, place, n); }, errc::invalid_argument,
                            {std::to_string(n), "2147483647"}));
        EXPECT_TRUE(ends_with(reset(one, n), errc::invalid_argument));
    }
}

// A server that is behind shows a count from before.
class LatchOnThreeServers : public LatchTest {
protected:
    LatchOnThreeServers() : LatchTest(on_three_servers()) {}
};

TEST_F(LatchOnThreeServers, OldZeroIsNotBelieved) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    ASSERT_TRUE(counted(count_down(one, 1)));
    world.advance(1s);
    ensemble.lag(500ms);
    ASSERT_TRUE(counted(reset(one, 5, 1)));
    EXPECT_EQ(count(two, 1), 5);
    core_client& three = connected_client();
    EXPECT_TRUE(counted(count_down(three, 1)));
    EXPECT_EQ(left(), 4);
}

// In doubt, and the next session's server is behind: a write on what it shows would fail, and hide the first.
TEST_F(LatchOnThreeServers, DoubtOutlivesAnOldView) {
    core_client& one = connected_client();
    ASSERT_TRUE(counted(count_down(one, 9)));
    ensemble.fail_next(request_kind::set, fault_position::after_commit);
    const call which = count_down(one, 9);
    ASSERT_TRUE(run_until([&] { return one.state() == session_state::suspended; }));
    ensemble.lag(800ms);
    ensemble.expire_session(one.session_id());
    EXPECT_TRUE(counted(which));
    world.advance(2s);
    EXPECT_EQ(left(), 7);
}

}  // namespace
}  // namespace paddock::testing
