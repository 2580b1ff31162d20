// Reading what all recipes leave.
#include "recipes/inspect/walk/inspection.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>

#include <paddock/read_write_lock.hpp>
#include <paddock/semaphore.hpp>

#include "core/call.hpp"
#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

class Inspection : public CoreTest {
protected:
    using reports = std::vector<directory_report>;
    using reading = std::shared_ptr<outcome<reports>>;

    reading begin(core_client& by, const std::string& root, bool tree, std::size_t most = 1000) {
        auto made = std::make_shared<outcome<reports>>();
        const auto core = by.handle.core();
        detail::inspection_scope scope{root, tree, most};
        const auto query = std::make_shared<detail::inspection>(core, scope, recorded(made, world));
        EXPECT_FALSE(detail::launch(core, query, world.steady_now() + 2s));
        return made;
    }
    reading read(core_client& by, const std::string& root, bool tree, std::size_t most = 1000) {
        auto made = begin(by, root, tree, most);
        EXPECT_TRUE(run_until([&] { return made->done(); }));
        EXPECT_EQ(made->completions, 1);
        return made;
    }
    static std::vector<std::string> paths_of(const reports& all) {
        std::vector<std::string> paths;
        for (const auto& one : all) paths.push_back(one.path);
        return paths;
    }
    attempt start(claim what) {
        auto made = std::make_shared<outcome<lease>>();
        attempts.push_back(made);
        what.async_acquire(boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world)));
        return made;
    }
};

TEST_F(Inspection, TellsTheKindAndTheContenders) {
    core_client& one = connected_client();
    const attempt holder = hold(one);
    const attempt waiting = acquire(one);
    world.advance(20ms);
    const reading seen = read(one, "/locks/a", false);
    ASSERT_FALSE(seen->ec);
    ASSERT_EQ(seen->result.size(), 1u);
    const directory_report& report = seen->result.front();
    EXPECT_EQ(report.path, "/locks/a");
    EXPECT_TRUE(report.exists);
    EXPECT_EQ(report.kind, recipe_kind::mutex);
    ASSERT_EQ(report.contenders.size(), 2u);
    EXPECT_EQ("/locks/a/" + report.contenders[0].node, holder->result.node());
    EXPECT_EQ(report.contenders[0].token, holder->result.fencing_token());
    EXPECT_TRUE(report.contenders[0].holds);
    EXPECT_TRUE(report.contenders[0].record);
    EXPECT_FALSE(report.contenders[1].holds);
}

TEST_F(Inspection, PermitsTellTheTokenOfTheirGrant) {
    core_client& one = connected_client();
    const semaphore permits(one.handle, "/limits", {.limit = 3});
    const attempt held = start(permits.permits(2));
    ASSERT_TRUE(run_until_done(held));
    ASSERT_TRUE(held->granted());
    const reading seen = read(one, "/limits", false);
    ASSERT_EQ(seen->result.size(), 1u);
    EXPECT_EQ(seen->result[0].kind, recipe_kind::semaphore);
    EXPECT_EQ(seen->result[0].limit, 3);
    ASSERT_EQ(seen->result[0].contenders.size(), 1u);
    EXPECT_EQ(seen->result[0].contenders[0].permits, 2u);
    EXPECT_EQ(seen->result[0].contenders[0].token, held->result.fencing_token());
}

TEST_F(Inspection, EmptyNodeIsABarrierUnlessItHasHadChildren) {
    core_client& one = connected_client();
    hold(one)->result = lease();
    ASSERT_TRUE(run_until([this] { return quiet(); }));
    ensemble.create_by_operator("/gate", "");
    EXPECT_EQ(read(one, "/locks/a", false)->result.front().kind, recipe_kind::unknown);
    EXPECT_EQ(read(one, "/gate", false)->result.front().kind, recipe_kind::barrier);
    ensemble.remove_by_operator("/gate");
}

TEST_F(Inspection, MissingDirectoryIsReportedAsSuch) {
    core_client& one = connected_client();
    const reading seen = read(one, "/nothing/here", false);
    EXPECT_FALSE(seen->ec);
    ASSERT_EQ(seen->result.size(), 1u);
    EXPECT_FALSE(seen->result[0].exists);
    EXPECT_EQ(seen->result[0].kind, recipe_kind::unknown);
    const reading tree = read(one, "/nothing/here", true);
    EXPECT_FALSE(tree->ec);
    EXPECT_TRUE(tree->result.empty());
    EXPECT_TRUE(ensemble.children("/").empty()) << "looking creates nothing";
}

TEST_F(Inspection, TreeHasEveryRecipeInTheOrderOfPaths) {
    core_client& one = connected_client();
    const attempt lock = hold(one, "/app/z/lock");
    const attempt writer = start(read_write_lock(one.handle, "/app/a").write());
    const attempt permits = start(semaphore(one.handle, "/app/m/limit", {.limit = 1}));
    ASSERT_TRUE(run_until([&] { return writer->done() && permits->done(); }));
    ensemble.create_by_operator("/app/settings", "not a recipe's");
    const reading seen = read(one, "/", true);
    ASSERT_FALSE(seen->ec);
    EXPECT_EQ(paths_of(seen->result), (std::vector<std::string>{"/app/a", "/app/m/limit", "/app/z/lock"}));
    for (const directory_report& report : seen->result)
        EXPECT_EQ(report.contenders.size(), 1u) << report.path;
    const reading part = read(one, "/app/z", true);
    EXPECT_EQ(paths_of(part->result), std::vector<std::string>{"/app/z/lock"});
    ensemble.remove_by_operator("/app/settings");
}

TEST_F(Inspection, StopsAtItsBoundAndSaysSo) {
    core_client& one = connected_client();
    const attempt lock = hold(one, "/a");
    ensemble.create_by_operator("/b", "x");
    ensemble.create_by_operator("/b/c", "x");
    const reading all = read(one, "/", true, 5);
    EXPECT_FALSE(all->ec);
    EXPECT_EQ(paths_of(all->result), std::vector<std::string>{"/a"});
    const auto looks = ensemble.requests(request_kind::exists);
    const reading cut = read(one, "/", true, 4);
    EXPECT_EQ(cut->ec, errc::limit_exceeded);
    EXPECT_EQ(paths_of(cut->result), std::vector<std::string>{"/a"}) << "what was found by then";
    EXPECT_LE(ensemble.requests(request_kind::exists) - looks, 4u);
    ensemble.remove_by_operator("/b/c");
    ensemble.remove_by_operator("/b");
}

TEST_F(Inspection, GoesOnAfterALostConnection) {
    core_client& one = connected_client();
    const attempt lock = hold(one);
    const reading seen = begin(one, "/", true);
    world.advance(1ms);
    ensemble.cut();
    ASSERT_TRUE(run_until([&] { return seen->done(); }));
    EXPECT_FALSE(seen->ec);
    EXPECT_EQ(paths_of(seen->result), std::vector<std::string>{"/locks/a"});
}

TEST_F(Inspection, EndsAtItsDeadline) {
    core_client& one = connected_client();
    ensemble.refuse_connections(true);
    ensemble.cut();
    const auto begun = world.now();
    const reading seen = read(one, "/", true);
    EXPECT_EQ(seen->ec, errc::servers_unreachable);
    EXPECT_EQ(seen->at - begun, 2s);
    ensemble.refuse_connections(false);
}

// The directory of its mutex is reaped a minute after the last acquire.
TEST_F(Inspection, CuratorSemaphoreIsKnownByItsLeases) {
    core_client& one = connected_client();
    ensemble.create_by_operator("/limit");
    ensemble.create_by_operator("/limit/leases");
    EXPECT_EQ(read(one, "/limit", false)->result.front().kind, recipe_kind::unknown)
        << "a directory of that name";
    ensemble.create_by_operator("/limit/leases/_c_1-lease-0000000001");
    const reading seen = read(one, "/limit", false);
    EXPECT_EQ(seen->result.front().kind, recipe_kind::curator_semaphore);
    ASSERT_EQ(seen->result.front().contenders.size(), 1u);
    EXPECT_TRUE(seen->result.front().contenders.front().holds);
    ensemble.remove_by_operator("/limit/leases/_c_1-lease-0000000001");
    ensemble.remove_by_operator("/limit/leases");
    ensemble.remove_by_operator("/limit");
}

TEST_F(Inspection, UnreadableChildOfThatNameHidesNothing) {
    core_client& one = connected_client();
    const attempt holder = hold(one, "/app/lock");
    ensemble.create_by_operator("/app/leases");
    ensemble.deny([](request_kind kind, const std::string& path) {
        return kind == request_kind::children && path == "/app/leases";
    });
    const reading seen = read(one, "/", true);
    EXPECT_FALSE(seen->ec);
    const auto paths = paths_of(seen->result);
    EXPECT_EQ(std::ranges::count(paths, "/app/lock"), 1);
    ensemble.remove_by_operator("/app/leases");
}

// What is read again counts once.
TEST_F(Inspection, RetriesTakeNothingOfItsBound) {
    core_client& one = connected_client();
    const attempt holder = hold(one, "/a");
    for (int i = 0; i < 3; ++i) acquire(one, "/a");
    world.advance(20ms);
    for (int i = 0; i < 3; ++i) ensemble.answer_next(request_kind::get, server_errc::throttled);
    const reading seen = read(one, "/a", false, 5);
    EXPECT_FALSE(seen->ec) << seen->ec.message();
    EXPECT_EQ(seen->result.front().contenders.size(), 4u);
}

// There was more than may be read, until somebody left before it was read again.
TEST_F(Inspection, BoundIsJudgedByTheLastReading) {
    core_client& one = connected_client();
    const attempt holder = hold(one, "/a");
    std::vector<attempt> waiting;
    for (int i = 0; i < 3; ++i) waiting.push_back(acquire(one, "/a"));
    world.advance(20ms);
    ensemble.answer_next(request_kind::get, server_errc::throttled);
    const reading seen = begin(one, "/a", false, 4);
    ASSERT_TRUE(run_until([&] { return ensemble.planned() == 0; }));
    waiting.back()->abort();
    ASSERT_TRUE(run_until([&] { return seen->done(); }));
    EXPECT_FALSE(seen->ec) << seen->ec.message();
    EXPECT_EQ(seen->result.front().contenders.size(), 3u);
}

TEST_F(Inspection, DeadlineTellsWhetherServersAnswered) {
    core_client& one = connected_client();
    for (int i = 0; i < 30; ++i) ensemble.answer_next(request_kind::exists, server_errc::throttled);
    EXPECT_EQ(read(one, "/", true)->ec, errc::timed_out);
    while (ensemble.planned() > 0) read(one, "/", true);
}

}  // namespace
}  // namespace paddock::testing
