// A place in the queue of a lock that is kept though nobody here wants it.
#include <algorithm>
#include <optional>
#include <utility>

#include <paddock/multi_lock.hpp>
#include <paddock/transaction.hpp>

#include "tests/recipes/local_queue_fixture.hpp"

namespace paddock::testing {
namespace {

class Linger : public LocalQueue {
protected:
    static mutex_options lingering() {
        mutex_options options = shared();
        options.sharing.linger = 1s;
        return options;
    }
    attempt take() {
        const attempt made = attempts.emplace_back(std::make_shared<outcome<lease>>());
        here->async_acquire(recorded(made, world));
        return made;
    }
    /// Held and let go, with the watch for others in place.
    void let_linger() {
        const attempt first = take();
        EXPECT_TRUE(granted(first));
        let_go(first);
        world.advance(20ms);
        EXPECT_EQ(nodes(), 1u);
    }
    std::uint64_t requests(core_client& by) const {
        return writes(by) + ensemble.requests(request_kind::children, by.number()) +
               ensemble.requests(request_kind::get, by.number());
    }
    // A place ends with the last mutex and lease of it.
    void TearDown() override {
        here.reset();
        LocalQueue::TearDown();
    }
    std::optional<mutex> here{std::in_place, one.handle, "/locks/a", lingering()};
};

TEST_F(Linger, TheNextHereAsksNobody) {
    let_linger();
    const auto before = requests(one);
    fencing_token last;
    for (int i = 0; i < 5; ++i) {
        const attempt next = take();
        ASSERT_TRUE(granted(next));
        EXPECT_GT(next->result.fencing_token(), last);
        last = next->result.fencing_token();
        let_go(next);
    }
    EXPECT_EQ(requests(one), before);
    EXPECT_EQ(last.local(), 5u);
}

// The fast way would not say it.
TEST_F(Linger, WhoWantsItIsToldOfItsPosition) {
    std::vector<std::size_t> told;
    mutex_options options = lingering();
    options.on_position = [&](std::size_t ahead) { told.push_back(ahead); };
    here.emplace(one.handle, "/locks/a", options);
    let_linger();
    told.clear();
    const attempt second = take();
    ASSERT_TRUE(granted(second));
    EXPECT_EQ(second->result.fencing_token().local(), 1u);
    ASSERT_TRUE(run_until([&] { return !told.empty(); }));
    EXPECT_EQ(told, std::vector<std::size_t>{0});
}

TEST_F(Linger, NotBehindAWriteOnItsWay) {
    const attempt first = take();
    ASSERT_TRUE(granted(first));
    world.advance(20ms);
    const auto committed = std::make_shared<outcome<std::vector<transaction_result>>>();
    one.handle.async_commit(transaction(first->result).create("/effect"), 5s, recorded(committed, world));
    world.settle();
    let_go(first);
    const attempt second = take();
    ASSERT_TRUE(granted(second));
    EXPECT_TRUE(ensemble.node("/effect")) << "before the next turn";
    EXPECT_EQ(second->result.fencing_token().local(), 0u) << "a place of its own";
    ensemble.remove_by_operator("/effect");
}

TEST_F(Linger, EndsAfterItsTime) {
    let_linger();
    world.advance(900ms);
    EXPECT_EQ(nodes(), 1u);
    const attempt next = take();
    ASSERT_TRUE(granted(next));
    world.advance(2s);
    EXPECT_EQ(next->result.state(), lease_state::held);
    let_go(next);
    world.advance(900ms);
    EXPECT_EQ(nodes(), 1u) << "counted from the last release";
    world.advance(1200ms);
    EXPECT_EQ(nodes(), 0u);
}

TEST_F(Linger, AContenderElsewhereEndsItAtOnce) {
    let_linger();
    const auto begin = world.now();
    const attempt other = start(two);
    ASSERT_TRUE(granted(other));
    EXPECT_LT(world.now() - begin, 20ms);
    let_go(other);
}

TEST_F(Linger, AContenderElsewhereEndsItAtTheNextRelease) {
    let_linger();
    const attempt held_again = take();
    ASSERT_TRUE(granted(held_again));
    const attempt other = queue_up(two);
    EXPECT_FALSE(other->done());
    let_go(held_again);
    ASSERT_TRUE(granted(other));
}

TEST_F(Linger, DoesNotBeginBesideWhoeverWaits) {
    const attempt first = take();
    ASSERT_TRUE(granted(first));
    const attempt other = queue_up(two);
    const auto begin = world.now();
    let_go(first);
    ASSERT_TRUE(granted(other));
    EXPECT_LT(world.now() - begin, 20ms);
}

TEST_F(Linger, AForeignChildEndsIt) {
    let_linger();
    ensemble.create_by_operator("/locks/a/stays", "");
    world.advance(20ms);
    EXPECT_EQ(nodes(), 1u);
    EXPECT_EQ(ensemble.children("/locks/a").front(), "stays");
    ensemble.remove_by_operator("/locks/a/stays");
}

TEST_F(Linger, LossIsNoticedByTheNext) {
    let_linger();
    const auto before = one.session_id();
    ensemble.expire_session(before);
    ASSERT_TRUE(run_until([&] { return one.session_id() != before; }));
    const attempt next = take();
    ASSERT_TRUE(granted(next));
    EXPECT_EQ(next->result.fencing_token().local(), 0u);
    EXPECT_EQ(next->result.state(), lease_state::held);
}

TEST_F(Linger, ADeletedNodeIsNotTakenAgain) {
    let_linger();
    ensemble.remove_by_operator("/locks/a/" + ensemble.children("/locks/a").front());
    world.advance(20ms);
    const attempt next = take();
    ASSERT_TRUE(granted(next));
    EXPECT_EQ(next->result.fencing_token().local(), 0u);
}

TEST_F(Linger, InDoubtItIsNotTaken) {
    let_linger();
    ensemble.stall(true, one.number());
    ASSERT_TRUE(run_until([&] { return one.state() != session_state::connected; }));
    const attempt next = take();
    world.advance(10ms);
    EXPECT_FALSE(next->done());
    ensemble.stall(false, one.number());
    ASSERT_TRUE(granted(next));
}

TEST_F(Linger, EndsWithTheLastWhoUsesThePlace) {
    {
        mutex shortly(two.handle, "/locks/b", lingering());
        const attempt made = attempts.emplace_back(std::make_shared<outcome<lease>>());
        shortly.async_acquire(recorded(made, world));
        ASSERT_TRUE(granted(made));
        let_go(made);
        world.advance(20ms);
        EXPECT_EQ(nodes("/locks/b"), 1u);
    }
    ASSERT_TRUE(run_until([&] { return nodes("/locks/b") == 0; }, 100ms));
}

TEST_F(Linger, AMultiLockOfTheSameClientEndsIt) {
    let_linger();
    multi_lock both({mutex(one.handle, "/locks/a"), mutex(one.handle, "/locks/b")});
    const attempt made = attempts.emplace_back(std::make_shared<outcome<lease>>());
    both.async_acquire(recorded(made, world));
    ASSERT_TRUE(granted(made));
}

TEST_F(Linger, APastDeadlineIsPast) {
    let_linger();
    const attempt made = attempts.emplace_back(std::make_shared<outcome<lease>>());
    here->async_acquire_until(one.process.steady_now(), recorded(made, world));
    ASSERT_TRUE(run_until_done(made));
    EXPECT_TRUE(made->ec);
    const attempt in_time = attempts.emplace_back(std::make_shared<outcome<lease>>());
    here->async_acquire_until(one.process.steady_now() + 1ms, recorded(in_time, world));
    ASSERT_TRUE(granted(in_time));
}

TEST_F(Linger, ClosingTheClientEndsIt) {
    let_linger();
    one.close();
    ASSERT_TRUE(run_until([&] { return nodes() == 0; }));
}

}  // namespace
}  // namespace paddock::testing
