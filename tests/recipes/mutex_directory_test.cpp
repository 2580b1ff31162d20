// The lock's directory: made when missing, reaped between any two steps, under a name space.
#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

using MutexDirectory = CoreTest;

TEST_F(MutexDirectory, IsReapedWhenUnusedAndMadeAgain) {
    core_client& one = connected_client();
    for (int i = 0; i < 3; ++i) {
        hold(one)->result = lease();
        ASSERT_TRUE(run_until([this] { return quiet(); }));
        while (!ensemble.paths().empty()) ensemble.reap();
    }
    EXPECT_EQ(ensemble.node_count(), 0u);
}

TEST_F(MutexDirectory, TokensGrowThoughSequencesStartAgain) {
    core_client& one = connected_client();
    fencing_token last;
    for (int i = 0; i < 3; ++i) {
        const attempt got = hold(one);
        EXPECT_NE(got->result.node().find("lock-0000000000"), std::string::npos);
        EXPECT_GT(got->result.fencing_token(), last);
        last = got->result.fencing_token();
        got->result = lease();
        ASSERT_TRUE(run_until([this] { return quiet(); }));
        ensemble.reap();
    }
}

TEST_F(MutexDirectory, RemovedAsFastAsItIsMade) {
    core_client& one = connected_client();
    for (int i = 0; i < 5; ++i) {
        const auto remove = [this] {
            ensemble.remove_by_operator("/locks/a");
            ensemble.remove_by_operator("/locks");
        };
        ensemble.before_next(request_kind::create, remove, {every_handle, 0, "_c_"});
    }
    const attempt got = hold(one);
    EXPECT_TRUE(got->granted());
    EXPECT_EQ(nodes(), 1u);
}

TEST_F(MutexDirectory, ThatCannotBeKeptIsAnErrorInTheEnd) {
    core_client& one = connected_client();
    ensemble.deny([](request_kind kind, const std::string& path) {
        return kind == request_kind::create && path == "/locks/a";
    });
    ensemble.create_by_operator("/locks");
    const attempt refused = acquire(one);
    ASSERT_TRUE(run_until_done(refused));
    EXPECT_EQ(refused->ec, make_error_code(server_errc::no_auth));
    ensemble.remove_by_operator("/locks");
}

TEST_F(MutexDirectory, ExistingParentsAreUsedAsTheyAre) {
    ensemble.create_by_operator("/locks", "mine");
    core_client& one = connected_client();
    ensemble.deny([](request_kind kind, const std::string& path) {
        return kind == request_kind::create && path == "/locks";
    });
    const attempt got = hold(one);
    EXPECT_TRUE(got->granted());
    EXPECT_EQ(ensemble.data("/locks"), "mine");
}

TEST_F(MutexDirectory, ForbiddenParentIsTold) {
    core_client& one = connected_client();
    ensemble.deny([](request_kind kind, const std::string& path) {
        return kind == request_kind::create && path == "/locks";
    });
    const attempt refused = acquire(one);
    ASSERT_TRUE(run_until_done(refused));
    EXPECT_EQ(refused->ec, make_error_code(server_errc::no_auth));
    EXPECT_EQ(ensemble.node_count(), 0u);
}

TEST_F(MutexDirectory, EphemeralParentIsTold) {
    core_client& one = connected_client();
    ensemble.create_by_operator("/locks", "", create_mode::ephemeral, one.session_id());
    const attempt refused = acquire(one);
    ASSERT_TRUE(run_until_done(refused));
    EXPECT_EQ(refused->ec, make_error_code(server_errc::no_children_for_ephemerals));
    ensemble.remove_by_operator("/locks");
}

// Killed between the directory and its first node: servers keep a container that was never used (hazard A9). It harms
// nobody, and goes with the next use.
TEST_F(MutexDirectory, LeftByAKilledProcessIsUsedByTheNext) {
    core_client& one = connected_client();
    core_client& killed = connected_client();
    ensemble.after_next(request_kind::create, [&] { killed.process.kill(); },
                        {killed.number(), 1, "/locks/a"});  // the first was a node, for which it was missing
    mutex(killed.handle, "/locks/a").async_acquire([](error_code, lease) {});
    ASSERT_TRUE(run_until([&] { return killed.process.killed(); }));
    world.advance(10s);
    ASSERT_TRUE(ensemble.node("/locks/a"));
    EXPECT_EQ(nodes(), 0u);
    ensemble.reap();
    EXPECT_TRUE(ensemble.node("/locks/a")) << "as servers do";
    EXPECT_TRUE(hold(one)->granted());
    attempts.back()->result = lease();
    ASSERT_TRUE(run_until([this] { return nodes() == 0; }));
    ensemble.reap();
    EXPECT_FALSE(ensemble.node("/locks/a"));
}

TEST_F(MutexDirectory, NameSpaceIsPutInFrontAndTakenOff) {
    client_options options = three_seconds();
    options.name_space = "/team/one";
    core_client& one = connected_client(options);
    const attempt got = hold(one);
    EXPECT_EQ(nodes("/team/one/locks/a"), 1u);
    EXPECT_EQ(got->result.node().substr(0, 9), "/locks/a/");
    EXPECT_TRUE(ensemble.node("/team/one" + got->result.node()));
    core_client& two = connected_client();
    const attempt same = acquire(two, "/team/one/locks/a");
    world.advance(100ms);
    EXPECT_FALSE(same->done()) << "the same lock by its full path";
    got->result = lease();
    ASSERT_TRUE(run_until_done(same));
}

TEST_F(MutexDirectory, AccessListsComeFromTheProvider) {
    client_options options = three_seconds();
    const acl mine{can_all, "digest", "me:hash"};
    options.acls = [mine](std::string_view path, node_role role) {
        EXPECT_EQ(path.substr(0, 6), "/locks");
        std::vector<acl> list(1);
        if (role == node_role::contender) list.front() = mine;
        return list;
    };
    core_client& one = connected_client(options);
    const attempt got = hold(one);
    EXPECT_EQ(ensemble.acls(got->result.node()), std::vector<acl>{mine});
    EXPECT_EQ(ensemble.acls("/locks"), std::vector<acl>{acl()});
    options.acls = [](std::string_view, node_role) { return std::vector<acl>(); };
    core_client& two = connected_client(options);
    EXPECT_THROW(mutex(two.handle, "/locks/a"), argument_error);
}

// Nobody waits for it any more: directories that were never used are never reaped (hazard A9).
TEST_F(MutexDirectory, IsNotMadeForOneWhoHasGivenUp) {
    core_client& one = connected_client();
    const attempt got = acquire(one);
    ensemble.after_next(request_kind::create, [&] { got->abort(); });
    ASSERT_TRUE(run_until_done(got));
    world.advance(1s);
    EXPECT_EQ(ensemble.node_count(), 0u);
}

}  // namespace
}  // namespace paddock::testing
