// Requests to the simulated ensemble, through the seam.
#include <algorithm>
#include <limits>

#include "tests/support/seam_fixture.hpp"

namespace paddock::testing {
namespace {

using Seam = SeamTest;

detail::multi_op op(detail::multi_op::kind what, const std::string& path, const std::string& data = {}) {
    detail::multi_op made;
    made.what = what;
    made.path = path;
    made.data = data;
    made.acls = {acl{}};
    return made;
}

TEST_F(Seam, NothingRunsInsideACall) {
    seam_user user(world);
    EXPECT_TRUE(user.log.empty());
    world.advance(2ms);
    EXPECT_EQ(user.news(), lines{"connected"});
    user.create("/a");
    EXPECT_TRUE(user.log.empty());
    world.settle();
    EXPECT_TRUE(user.log.empty());
    world.advance(2ms);
    EXPECT_EQ(user.news(), lines{"create ok /a"});
}

TEST_F(Seam, RequestsBeforeTheConnectionAreNotSent) {
    seam_user user(world);
    user.create("/a");
    user.get("/", true);
    world.advance(10ms);
    EXPECT_EQ(user.news(), (lines{"create 5 not_sent", "get 5 not_sent", "connected"}));
    EXPECT_EQ(ensemble.requests(request_kind::create), 0u);
    EXPECT_EQ(ensemble.watches(), 0u);
}

TEST_F(Seam, AnswersComeInCallOrderAndShareOneWait) {
    const auto user = connected();
    const auto start = world.now();
    user->create("/d", create_mode::container);
    user->create("/d/n-", create_mode::ephemeral_sequential, "mine");
    user->children("/d");
    user->get("/d/n-0000000000", true);
    user->exists("/nowhere");
    user->set("/d", "x", 3);
    user->remove("/d");
    user->sync("/d");
    world.advance(2ms);
    EXPECT_EQ(user->news(), (lines{"create ok /d", "create ok /d/n-0000000000", "children ok n-0000000000",
                                   "get ok mine", "exists -101", "set -103", "remove -111", "sync ok"}));
    EXPECT_EQ(ensemble.network_waits(1, start), 1u);
    EXPECT_EQ(ensemble.requests(request_kind::create, 1), 2u);
    EXPECT_EQ(ensemble.ephemerals(user->session), lines{"/d/n-0000000000"});
    user->sync("/d");
    world.advance(2ms);
    user->sync("/d");
    world.advance(2ms);
    EXPECT_EQ(ensemble.network_waits(1, start), 3u);
}

TEST_F(Seam, CreateAnswersWithTheStat) {
    const auto user = connected();
    detail::create_reply got;
    user->handle->create("/e", "data", create_mode::ephemeral, {acl{}},
                         [&](detail::create_reply reply) { got = reply; });
    world.advance(2ms);
    EXPECT_EQ(got.path, "/e");
    EXPECT_EQ(got.node.ephemeral_owner, user->session);
    EXPECT_EQ(got.node.czxid, ensemble.node("/e")->czxid);
    EXPECT_GT(got.node.czxid, 0);
    EXPECT_EQ(got.node.data_length, 4);
}

TEST_F(Seam, ErrorsAreTheServersOwn) {
    const auto user = connected();
    user->create("/e", create_mode::ephemeral);
    user->create("/e/x");
    user->create("/e");
    user->create("/no/x");
    user->handle->create("/a", "", create_mode::persistent, {}, [&](const detail::create_reply& got) {
        user->log.push_back(got.ec.message());
        EXPECT_EQ(got.ec, server_errc::invalid_acl);
    });
    user->children("/no");
    user->get("/no", true);
    world.advance(2ms);
    const auto news = user->news();
    ASSERT_EQ(news.size(), 7u);
    EXPECT_EQ(lines(news.begin(), news.begin() + 4),
              (lines{"create ok /e", "create -108", "create -110", "create -101"}));
    EXPECT_EQ(lines(news.begin() + 5, news.end()), (lines{"children -101", "get -101"}));
    EXPECT_EQ(ensemble.watches(), 0u);
}

TEST_F(Seam, DeniedOperationsAnswerNoAuth) {
    const auto user = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/d"));
    ensemble.deny([](request_kind kind, const std::string& path) {
        return kind != request_kind::children && path.starts_with("/d");
    });
    user->create("/d/x");
    user->set("/d", "");
    user->get("/d", false);
    user->children("/d");
    user->remove("/d");
    user->create("/other");
    world.advance(2ms);
    EXPECT_EQ(user->news(), (lines{"create -102", "set -102", "get -102", "children ok", "remove -102",
                                   "create ok /other"}));
}

TEST_F(Seam, MultiIsAllOrNothing) {
    using kind = detail::multi_op::kind;
    const auto user = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/a", "old"));
    std::vector<detail::multi_reply> got;
    const auto keep = [&](detail::multi_reply reply) { got.push_back(std::move(reply)); };
    auto sequential = op(kind::create, "/a/n-", "1");
    sequential.mode = create_mode::ephemeral_sequential;
    user->handle->multi(
        {op(kind::check, "/a"), sequential, op(kind::set, "/a", "new"), op(kind::create, "/b")}, keep);
    user->handle->multi({op(kind::set, "/a", "lost"), op(kind::remove, "/missing"), op(kind::remove, "/b")},
                        keep);
    user->handle->multi({}, keep);
    world.advance(2ms);
    ASSERT_EQ(got.size(), 3u);

    EXPECT_FALSE(got[0].ec);
    ASSERT_EQ(got[0].results.size(), 4u);
    EXPECT_EQ(got[0].results[1].path, "/a/n-0000000000");
    EXPECT_EQ(got[0].results[2].node.version, 1);
    EXPECT_EQ(ensemble.node("/a/n-0000000000")->czxid, ensemble.node("/b")->czxid);
    EXPECT_EQ(ensemble.node("/a/n-0000000000")->ephemeral_owner, user->session);

    EXPECT_EQ(got[1].ec, server_errc::no_node);
    ASSERT_EQ(got[1].results.size(), 3u);
    EXPECT_FALSE(got[1].results[0].ec);
    EXPECT_EQ(got[1].results[1].ec, server_errc::no_node);
    EXPECT_EQ(got[1].results[2].ec.value(), -2);
    EXPECT_EQ(ensemble.data("/a"), "new");
    EXPECT_TRUE(ensemble.node("/b"));

    EXPECT_FALSE(got[2].ec);
    EXPECT_TRUE(got[2].results.empty());
}

TEST_F(Seam, LostMultiHasAResultForEachOperation) {
    using kind = detail::multi_op::kind;
    const auto user = connected();
    detail::multi_reply got;
    ensemble.fail_next(request_kind::multi, fault_position::before_commit);
    user->handle->multi({op(kind::create, "/a"), op(kind::create, "/b")},
                        [&](detail::multi_reply reply) { got = std::move(reply); });
    world.advance(2ms);
    EXPECT_EQ(got.what, detail::fate::unknown);
    ASSERT_EQ(got.results.size(), 2u);
    EXPECT_EQ(got.results[1].ec, errc::outcome_unknown);
}

TEST_F(Seam, BadPathsNeverPass) {
    const auto user = connected();
    for (const std::string path : {"", "a", "/a/", "//", "/a//b"})
        EXPECT_THROW(user->exists(path), std::logic_error) << path;
}

TEST_F(Seam, SequenceNumberMayFollowASlash) {
    const auto user = connected();
    user->create("/", create_mode::sequential);
    user->create("/d");
    user->create("/d/", create_mode::ephemeral_sequential);
    EXPECT_THROW(user->create("/d/"), std::logic_error);
    world.advance(2ms);
    EXPECT_EQ(user->news(), (lines{"create ok /0000000000", "create ok /d", "create ok /d/0000000000"}));
}

// As the C client's side of the seam, which keeps the connection from a server that would drop it.
TEST_F(Seam, OversizedRequestIsNotSent) {
    const auto user = connected();
    user->create("/big", create_mode::persistent, std::string(1'000'001, 'x'));
    user->create("/fits", create_mode::persistent, std::string(1'000'000, 'x'));
    world.advance(1s);
    EXPECT_EQ(user->news(), (lines{"create -8", "create ok /fits"}));
    EXPECT_EQ(ensemble.requests(request_kind::create), 1u);
}

TEST_F(Seam, UnsafeMultiIsNotSent) {
    using kind = detail::multi_op::kind;
    const auto user = connected();
    std::vector<detail::multi_reply> got;
    const auto keep = [&](detail::multi_reply reply) { got.push_back(std::move(reply)); };
    auto container = op(kind::create, "/c");
    container.mode = create_mode::container;
    auto without_rights = op(kind::create, "/c");
    without_rights.acls.clear();
    user->handle->multi({op(kind::check, "/"), container}, keep);
    user->handle->multi({without_rights}, keep);
    user->handle->multi(
        {op(kind::set, "/", std::string(600'000, 'x')), op(kind::set, "/", std::string(600'000, 'x'))}, keep);
    world.advance(2ms);
    ASSERT_EQ(got.size(), 3u);
    for (const auto& reply : got) {
        EXPECT_EQ(reply.what, detail::fate::answered);
        EXPECT_EQ(reply.ec, bad_arguments);
        for (const auto& one : reply.results) EXPECT_EQ(one.ec, bad_arguments);
    }
    EXPECT_EQ(got[0].results.size(), 2u);
    EXPECT_EQ(ensemble.requests(request_kind::multi), 0u);
}

TEST_F(Seam, SequenceRunsOverItsEnd) {
    const auto user = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/d"));
    ensemble.set_create_count("/d", std::numeric_limits<std::int32_t>::max());
    user->create("/d/n-", create_mode::sequential);
    user->create("/d/n-", create_mode::sequential);
    world.advance(2ms);
    EXPECT_EQ(user->news(), (lines{"create ok /d/n-2147483647", "create ok /d/n--2147483648"}));
}

TEST_F(Seam, ReaperTakesUsedContainersOnly) {
    const auto user = connected();
    user->create("/used", create_mode::container);
    user->create("/used/x");
    user->remove("/used/x");
    user->create("/fresh", create_mode::container);
    world.advance(2ms);
    ensemble.reap();
    EXPECT_EQ(ensemble.paths(), lines{"/fresh"});
}

TEST_F(Seam, OperatorChangesTheTree) {
    const auto user = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/d", "1"));
    ASSERT_FALSE(ensemble.create_by_operator("/d/foreign", "", create_mode::ephemeral, 42));
    EXPECT_EQ(ensemble.node("/d/foreign")->ephemeral_owner, 42);
    EXPECT_EQ(ensemble.remove_by_operator("/d"), server_errc::not_empty);
    EXPECT_FALSE(ensemble.remove_by_operator("/d/foreign"));
    EXPECT_EQ(ensemble.remove_by_operator("/d/foreign"), server_errc::no_node);
    EXPECT_FALSE(ensemble.set_by_operator("/d", "2"));
    EXPECT_EQ(ensemble.data("/d"), "2");
    EXPECT_EQ(ensemble.create_by_operator("/d"), server_errc::node_exists);
    EXPECT_EQ(ensemble.acls("/d"), std::vector<acl>{acl{}});
}

TEST_F(Seam, ChildrenComeInNoPromisedOrder) {
    const auto user = connected();
    for (int i = 0; i < 20; ++i) user->create("/n-", create_mode::sequential);
    std::vector<std::string> names;
    user->handle->children("/", false, [&](const detail::children_reply& got) { names = got.names; });
    world.advance(2ms);
    EXPECT_EQ(names.size(), 20u);
    EXPECT_FALSE(std::ranges::is_sorted(names));
}

TEST_F(Seam, CountsBytes) {
    const auto user = connected();
    const auto before = user->handle->counts();
    user->create("/a", create_mode::persistent, std::string(1'000, 'x'));
    user->get("/a", false);
    world.advance(2ms);
    EXPECT_GE(user->handle->counts().bytes_sent - before.bytes_sent, 1'000u);
    EXPECT_LT(user->handle->counts().bytes_sent - before.bytes_sent, 1'200u);
    EXPECT_GE(user->handle->counts().bytes_received - before.bytes_received, 1'000u);
}

}  // namespace
}  // namespace paddock::testing
