// Several claims as one: all or nothing, without circles, of any kind.
#include <optional>

#include <paddock/read_write_lock.hpp>
#include <paddock/semaphore.hpp>

#include "tests/recipes/multi_lock_fixture.hpp"
#include "tests/support/refusal.hpp"

namespace paddock::testing {
namespace {

TEST_F(MultiLock, AllNodesAreMadeInOneWrite) {
    core_client& one = connected_client();
    let_go(hold_claim(both(one)));  // the directories exist from here on
    ASSERT_TRUE(run_until([this] { return all_nodes() == 0; }));
    ensemble.create_by_operator("/locks/a/stays");
    ensemble.create_by_operator("/locks/b/stays");
    const auto multis = ensemble.requests(request_kind::multi);
    const auto begin = world.now();
    const attempt got = start(both(one));
    ASSERT_TRUE(granted(got));
    EXPECT_EQ(got->at - begin, 6ms) << "nodes and listings, when they were made, the check of all";
    EXPECT_EQ(ensemble.requests(request_kind::multi), multis + 2);
    const auto& parts = got->result.parts();
    ASSERT_EQ(parts.size(), 2u);
    EXPECT_EQ(parts[0].path, "/locks/a");
    EXPECT_EQ(parts[1].path, "/locks/b");
    for (const lease_part& part : parts) EXPECT_EQ(part.token.value(), ensemble.node(part.node)->czxid);
    EXPECT_EQ(parts[0].token, parts[1].token);
    EXPECT_EQ(got->result.fencing_token(), parts[0].token);
    EXPECT_EQ(got->result.node(), parts[0].node);
    ensemble.remove_by_operator("/locks/a/stays");
    ensemble.remove_by_operator("/locks/b/stays");
}

// Curator's testWithNamespace: the nodes stand below it, and nobody sees it in paths.
TEST_F(MultiLock, testWithNamespace) {
    client_options options = three_seconds();
    options.name_space = "/apps/billing";
    core_client& inside = connected_client(options);
    core_client& outside = connected_client();
    const attempt got = hold_claim(both(inside));
    const auto& parts = got->result.parts();
    ASSERT_EQ(parts.size(), 2u);
    for (const lease_part& part : parts) {
        EXPECT_TRUE(part.node.starts_with(part.path + "/_c_")) << part.node;
        EXPECT_TRUE(ensemble.node("/apps/billing" + part.node));
    }
    EXPECT_TRUE(hold_claim(both(outside))->granted()) << "the same names elsewhere are other locks";
    const attempt waiting = queue_up(both(outside, "/apps/billing/locks/b", "/apps/billing/locks/c"));
    EXPECT_FALSE(waiting->done()) << "but these are shared";
    let_go(got);
    EXPECT_TRUE(granted(waiting));
}

TEST_F(MultiLock, WaitsForAllOfThem) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold(one, "/locks/a");
    const attempt b = hold(one, "/locks/b");
    const attempt waiting = queue_up(both(two));
    const attempt behind = queue_up(lock(one, "/locks/a"));
    let_go(a);
    world.advance(100ms);
    EXPECT_FALSE(waiting->done());
    EXPECT_FALSE(behind->done()) << "the first is kept while it waits for the second";
    let_go(b);
    ASSERT_TRUE(granted(waiting));
    EXPECT_FALSE(behind->done());
    let_go(waiting);
    EXPECT_TRUE(granted(behind));
}

TEST_F(MultiLock, ReleaseDeletesAll) {
    core_client& one = connected_client();
    const attempt got = hold_claim(both(one));
    std::optional<release_result> told;
    std::move(got->result).async_release([&](error_code ec, release_result result) {
        EXPECT_FALSE(ec);
        told = result;
        EXPECT_EQ(all_nodes(), 0u);
    });
    ASSERT_TRUE(run_until([&] { return told.has_value(); }));
    EXPECT_EQ(*told, release_result::confirmed);
}

// Curator's testSomeReleasesFail: what can be deleted is, and it is said that not all was.
TEST_F(MultiLock, SomeReleasesFail) {
    core_client& one = connected_client();
    const attempt got = hold_claim(both(one));
    request_filter filter;
    filter.path_part = "/locks/a/";
    ensemble.answer_next(request_kind::remove, server_errc::no_auth, filter);
    std::optional<release_result> told;
    std::move(got->result).async_release([&](error_code, release_result result) { told = result; });
    ASSERT_TRUE(run_until([&] { return told.has_value(); }));
    EXPECT_EQ(*told, release_result::unconfirmed);
    EXPECT_TRUE(run_until([this] { return all_nodes() == 0; })) << "tried again";
}

// Curator's testSomeLocksFailToLock.
TEST_F(MultiLock, TryIsAllOrNothing) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt b = hold(one, "/locks/b");
    const attempt refused = start_try(both(two));
    ASSERT_TRUE(run_until_done(refused));
    EXPECT_EQ(refused->ec, make_error_code(errc::timed_out));
    EXPECT_TRUE(run_until([this] { return all_nodes() == 1; }));
    const attempt late = start_within(two, 200ms, both(two));
    ASSERT_TRUE(run_until_done(late));
    EXPECT_EQ(late->ec, make_error_code(errc::timed_out));
    EXPECT_TRUE(run_until([this] { return all_nodes() == 1; }));
    const attempt cancelled = queue_up(both(two));
    cancelled->abort();
    EXPECT_TRUE(run_until([this] { return all_nodes() == 1; }));
    let_go(b);
    const attempt free = start_try(both(two));
    EXPECT_TRUE(granted(free));
}

TEST_F(MultiLock, OppositeOrdersNeverDeadlock) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    std::vector<attempt> all;
    for (int i = 0; i < 10; ++i) {
        all.push_back(start(both(one, "/locks/a", "/locks/b")));
        all.push_back(start(both(two, "/locks/b", "/locks/a")));
    }
    std::size_t done = 0;
    const auto pass = [&] {
        std::size_t holding = 0;
        for (const attempt& one_of : all) holding += one_of->result ? 1 : 0;
        EXPECT_LE(holding, 1u);
        for (const attempt& one_of : all) {
            if (one_of->result) let_go(one_of), ++done;
        }
        return done == all.size();
    };
    EXPECT_TRUE(run_until(pass, 30s)) << done;
}

TEST_F(MultiLock, BadClaimsAreRefused) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const auto refused = [](const std::vector<claim>& claims, std::initializer_list<std::string_view> parts) {
        return refuses([&] { multi_lock{claims}; }, errc::invalid_argument, parts);
    };
    const mutex a = lock(one, "/locks/a");
    const read_write_lock rw(one.handle, "/locks/rw");
    EXPECT_TRUE(refused({}, {"0 claims", "1 to 64"}));
    EXPECT_TRUE(refused({a, a}, {"'/locks/a'", "claimed twice"}));
    EXPECT_TRUE(refused({rw.read(), rw.write()}, {"'/locks/rw'", "claimed twice"}));
    EXPECT_TRUE(refused({a, lock(two, "/locks/b")}, {"'/locks/b'", "same client"}));
    EXPECT_TRUE(refused({a, both(one, "/locks/x", "/locks/y")}, {"cannot be part of a multi_lock"}));
    std::vector<claim> many;
    for (int i = 0; i < 65; ++i) many.push_back(lock(one, "/locks/" + std::to_string(i)));
    EXPECT_TRUE(refused(many, {"65 claims"}));
    many.pop_back();
    EXPECT_NO_THROW(multi_lock{many});
}

TEST_F(MultiLock, OneClaimIsThatClaim) {
    core_client& one = connected_client();
    const attempt got = hold_claim(multi_lock({lock(one, "/locks/a")}));
    EXPECT_EQ(got->result.parts().size(), 1u);
    EXPECT_EQ(multi_lock({lock(one, "/locks/a"), lock(one, "/locks/b")}).path(), "/locks/a + /locks/b");
}

TEST_F(MultiLock, SidesOfReadWriteLocks) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    read_write_lock a(one.handle, "/locks/a");
    read_write_lock b(one.handle, "/locks/b");
    const attempt reader = hold_claim(read_write_lock(two.handle, "/locks/a").read());
    const attempt got = hold_claim(multi_lock({a.read(), b.write()}));
    const attempt other = queue_up(read_write_lock(two.handle, "/locks/b").read());
    EXPECT_FALSE(other->done());
    error_code ec;
    EXPECT_TRUE(refuses([&] { (void)b.downgrade(std::move(got->result), ec); }, errc::invalid_argument,
                        {"write lease of '/locks/b'"}))
        << "a part cannot leave the whole";
    EXPECT_TRUE(granted(other));
}

// Its permit is held, with a node that says so, while it waits for the mutex: others may have the rest.
TEST_F(MultiLock, PermitHeldWhileAnotherPartWaits) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const semaphore permits = limited(one);
    const semaphore others = limited(two);
    const attempt lower = hold(two, "/locks/a");
    const attempt waiting = queue_up(multi_lock({permits, lock(one, "/locks/a")}));
    EXPECT_FALSE(waiting->done());
    const attempt second = hold_claim(others);
    const attempt third = queue_up(others);
    EXPECT_FALSE(third->done());
    let_go(second);
    ASSERT_TRUE(granted(third)) << "woken by the one that left, though it stands behind the other";
    let_go(lower);
    ASSERT_TRUE(granted(waiting));
    const auto& parts = waiting->result.parts();
    EXPECT_EQ(parts[0].token.value(), ensemble.node(parts[0].node)->mzxid);
    EXPECT_EQ(parts[1].token.value(), ensemble.node(parts[1].node)->czxid);
}

// It takes the permit while it waits for the mutex, so that those behind it learn of their room.
TEST_F(MultiLock, RoomBehindAPartThatWaitsElsewhere) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const semaphore permits = limited(one);
    const semaphore others = limited(two);
    const attempt lower = hold(two, "/locks/a");
    const attempt first = hold_claim(others);
    const attempt second = hold_claim(others);
    const attempt waiting = queue_up(multi_lock({lock(one, "/locks/a"), permits}));
    const attempt behind = queue_up(others);
    let_go(first);
    world.advance(100ms);
    EXPECT_FALSE(behind->done()) << "the room is that of the one before";
    let_go(second);
    ASSERT_TRUE(granted(behind));
    EXPECT_FALSE(waiting->done());
    let_go(lower);
    EXPECT_TRUE(granted(waiting));
}

}  // namespace
}  // namespace paddock::testing
