// Nodes of the queue come and go under a waiter: predecessors that quit, the own node deleted, reads refused.
#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

using QueueChanges = CoreTest;

TEST_F(QueueChanges, PredecessorGoneBetweenListAndWatch) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt holder = hold(one);
    ensemble.before_next(request_kind::get, [&] { ensemble.remove_by_operator(holder->result.node()); },
                         {two.number(), 0, ""});
    const attempt next = acquire(two);
    const auto begin = world.now();
    ASSERT_TRUE(run_until_done(next));
    EXPECT_TRUE(next->granted());
    EXPECT_LT(world.now() - begin, 20ms) << "it read the queue again instead of waiting for an event";
}

TEST_F(QueueChanges, PredecessorThatQuitsGrantsNothing) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt holder = hold(one);
    const attempt quitter = acquire(one);
    world.advance(20ms);
    const attempt next = acquire(two);
    world.advance(20ms);
    quitter->abort();
    world.advance(100ms);
    EXPECT_EQ(nodes(), 2u);
    EXPECT_FALSE(next->done()) << "the holder still holds";
    holder->result = lease();
    ASSERT_TRUE(run_until_done(next));
}

TEST_F(QueueChanges, PredecessorWithNewDataGrantsNothing) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt holder = hold(one);
    const attempt next = acquire(two);
    world.advance(20ms);
    for (int i = 0; i < 3; ++i) {
        ensemble.set_by_operator(holder->result.node(), std::to_string(i));
        world.advance(20ms);
        EXPECT_FALSE(next->done());
    }
    holder->result = lease();
    ASSERT_TRUE(run_until_done(next)) << "the watch was not set again";
}

TEST_F(QueueChanges, DeletedWaiterJoinsAgainAtTheTail) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    core_client& three = connected_client();
    const attempt holder = hold(one);
    const attempt second = acquire(two);
    world.advance(20ms);
    const attempt third = acquire(three);
    world.advance(20ms);
    const auto of_second = ensemble.ephemerals(two.session_id());
    ASSERT_EQ(of_second.size(), 1u);
    ensemble.remove_by_operator(of_second.front());
    ASSERT_TRUE(run_until([this] { return nodes() == 3; }, 200ms));
    world.advance(20ms);
    EXPECT_FALSE(second->done());
    holder->result = lease();
    ASSERT_TRUE(run_until_done(third));
    EXPECT_FALSE(second->done());
    third->result = lease();
    ASSERT_TRUE(run_until_done(second));
}

// Found by the simulation, transaction, seed 158338: without a watch on its own node it waited for a turn that could
// never come.
TEST_F(QueueChanges, DeletedWaiterJoinsAgainThoughItsWatchWasRefused) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt holder = hold(one);
    for (const server_errc why : {server_errc::throttled, server_errc::no_auth}) {
        ensemble.answer_next(request_kind::get, why, {two.number(), 1, ""});
        const attempt waiter = acquire(two);
        ASSERT_TRUE(run_until([&] { return !ensemble.ephemerals(two.session_id()).empty(); }));
        const std::string node = ensemble.ephemerals(two.session_id()).front();
        world.advance(5s);
        ensemble.remove_by_operator(node);
        EXPECT_TRUE(run_until([&] { return nodes() == 2; }, 100ms));
        waiter->abort();
        ASSERT_TRUE(run_until([&] { return nodes() == 1; }));
    }
}

TEST_F(QueueChanges, ForeignChildrenDoNotBlock) {
    core_client& one = connected_client();
    hold(one)->result = lease();
    ensemble.create_by_operator("/locks/a/note");
    ensemble.create_by_operator("/locks/a/_c_0-read-0000000000");
    const attempt got = hold(one);
    EXPECT_TRUE(got->granted());
    ensemble.remove_by_operator("/locks/a/note");
    ensemble.remove_by_operator("/locks/a/_c_0-read-0000000000");
}

// Curator's and other clients' contenders count, whoever made them.
TEST_F(QueueChanges, ContendersOfOthersBlock) {
    core_client& one = connected_client();
    ensemble.create_by_operator("/locks");
    ensemble.create_by_operator("/locks/a");
    const std::string other = "/locks/a/_c_6ba7b810-9dad-11d1-80b4-00c04fd430c8-lock-";
    ensemble.create_by_operator(other, "10.0.0.1", create_mode::sequential);
    const attempt got = acquire(one);
    world.advance(1s);
    EXPECT_FALSE(got->done());
    ensemble.remove_by_operator(other + "0000000000");
    ASSERT_TRUE(run_until_done(got));
}

// Curator's testAttemptLockFailedException, and the delete is refused too: the node stays for as long as that lasts, is
// not forgotten, and stands in nobody's way afterwards.
TEST_F(QueueChanges, testAttemptLockFailedException) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt holder = hold(one);
    world.advance(20ms);
    ensemble.deny([](request_kind kind, const std::string&) {
        return kind == request_kind::get || kind == request_kind::remove;
    });
    const attempt failed = acquire(two);
    ASSERT_TRUE(run_until_done(failed));
    EXPECT_EQ(failed->ec, make_error_code(server_errc::no_auth)) << "of the attempt, not of the delete";
    EXPECT_FALSE(failed->result);
    world.advance(20s);
    EXPECT_EQ(nodes(), 2u);
    EXPECT_EQ(two.stats().obligations, 1u);
    EXPECT_EQ(two.state(), session_state::connected) << "one session all the time";
    EXPECT_LT(ensemble.requests(request_kind::remove, two.number()), 40u) << "backs off";
    ensemble.deny({});
    EXPECT_TRUE(run_until([this] { return nodes() == 1; }, 5s));
    holder->result = lease();
    EXPECT_TRUE(hold(two)->granted());
}

struct refusal {
    const char* name;
    request_kind kind;
    const char* path_part;
    bool contended;
    friend void PrintTo(const refusal& which, std::ostream* out) { *out << which.name; }
};

class Refusals : public ::testing::TestWithParam<refusal> {};

TEST_P(Refusals, PermanentAnswerEndsTheAcquire) {
    core_rig rig;
    core_client& one = rig.connected_client();
    core_client& two = rig.connected_client();
    const attempt holder = rig.hold(one);
    if (!GetParam().contended) holder->result = lease();
    rig.world.advance(20ms);
    const refusal& which = GetParam();
    rig.ensemble.deny([&which](request_kind kind, const std::string& path) {
        return kind == which.kind && path.find(which.path_part) != std::string::npos;
    });
    const attempt refused = rig.acquire(two);
    ASSERT_TRUE(rig.run_until_done(refused));
    EXPECT_EQ(refused->ec, make_error_code(server_errc::no_auth));
    EXPECT_TRUE(rig.run_until([&] { return rig.ensemble.ephemerals(two.session_id()).empty(); }, 100ms));
    rig.expect_clean();
}

INSTANTIATE_TEST_SUITE_P(Requests, Refusals,
                         ::testing::Values(refusal{"Create", request_kind::create, "_c_", false},
                                           refusal{"List", request_kind::children, "", true},
                                           refusal{"ReadOfThePredecessor", request_kind::get, "", true}),
                         [](const auto& one) { return one.param.name; });

class PassingAnswers : public ::testing::TestWithParam<refusal> {};

TEST_P(PassingAnswers, AreAskedAgain) {
    core_rig rig;
    core_client& one = rig.connected_client();
    core_client& two = rig.connected_client();
    const attempt holder = rig.hold(one);
    if (!GetParam().contended) holder->result = lease();
    rig.world.advance(20ms);
    for (int i = 0; i < 3; ++i)
        rig.ensemble.answer_next(GetParam().kind, server_errc::throttled,
                                 {two.number(), 0, GetParam().path_part});
    const attempt got = rig.acquire(two);
    rig.world.advance(2s);
    EXPECT_NE(got->done(), GetParam().contended);
    holder->result = lease();
    ASSERT_TRUE(rig.run_until_done(got));
    EXPECT_TRUE(got->granted()) << got->ec.message();
    got->result = lease();
    ASSERT_TRUE(rig.run_until([&] { return rig.nodes() == 0; }, 1s));
    rig.expect_clean();
}

INSTANTIATE_TEST_SUITE_P(Requests, PassingAnswers,
                         ::testing::Values(refusal{"Create", request_kind::create, "_c_", false},
                                           refusal{"List", request_kind::children, "", false},
                                           refusal{"ListContended", request_kind::children, "", true},
                                           refusal{"ReadOfThePredecessor", request_kind::get, "", true},
                                           refusal{"Confirmation", request_kind::multi, "", true},
                                           refusal{"Delete", request_kind::remove, "", true}),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace paddock::testing
