// The model notices the situations that its schedules get into.
#include "tests/sim/hazards.hpp"

#include <set>

#include "tests/sim/virtual_process.hpp"
#include "tests/support/seam_fixture.hpp"

namespace paddock::testing {
namespace {

TEST(HazardLog, NamesAreThoseOfTheList) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < static_cast<std::size_t>(hazard::count); ++i)
        names.insert(name_of(static_cast<hazard>(i)));
    EXPECT_EQ(names.size(), static_cast<std::size_t>(hazard::count));
    EXPECT_EQ(name_of(hazard::a1), "A1");
    EXPECT_EQ(name_of(hazard::b10), "B10");
    EXPECT_EQ(name_of(hazard::c18), "C18");
    EXPECT_EQ(name_of(hazard::d9), "D9");
    EXPECT_EQ(name_of(hazard::e20), "E20");
    EXPECT_EQ(name_of(hazard::f15), "F15");
    EXPECT_TRUE(is_noticed_by_the_model(hazard::a1));
    EXPECT_FALSE(is_noticed_by_the_model(hazard::a6));
}

TEST(HazardLog, CountsAndAddsUp) {
    hazard_log one;
    one.reach(hazard::a1);
    hazard_log sum;
    sum.reach(hazard::a1);
    sum.reach(hazard::e20);
    sum += one;
    EXPECT_EQ(sum.count(hazard::a1), 2u);
    EXPECT_EQ(sum.never_reached().size(), static_cast<std::size_t>(hazard::count) - 2 - 4);
    EXPECT_NE(sum.text().find("A1 2 a create"), std::string::npos) << sum.text();
}

class Situation : public SeamTest {
protected:
    explicit Situation(const ensemble_options& options = {}) : SeamTest(options) {
        EXPECT_FALSE(ensemble.create_by_operator("/q", "", create_mode::container));
    }
    std::uint64_t count(hazard which) { return ensemble.hazards().count(which); }
    /// A user that has the first node of the queue.
    std::unique_ptr<seam_user> holder(detail::environment& where) {
        auto made = std::make_unique<seam_user>(where, 3s);
        world.advance(5ms);
        made->create("/q/n-", create_mode::ephemeral_sequential);
        world.advance(5ms);
        made->news();
        return made;
    }
    void run(std::chrono::nanoseconds length = 1s) { world.advance(length); }
};
class SituationOnThreeServers : public Situation {
protected:
    SituationOnThreeServers() : Situation(on_three_servers()) {}
};

TEST_F(Situation, CreateWithoutAReply) {
    const auto user = connected(30s);
    ensemble.fail_next(request_kind::create, fault_position::before_commit);
    user->create("/q/n-", create_mode::ephemeral_sequential);
    run();
    EXPECT_EQ(count(hazard::a1), 0u);
    ensemble.fail_next(request_kind::create, fault_position::after_commit);
    user->create("/q/m-", create_mode::ephemeral_sequential);
    run();
    EXPECT_EQ(count(hazard::a1), 1u);
    EXPECT_EQ(count(hazard::a4), 0u);
    ensemble.expire_session(user->session);
    EXPECT_EQ(count(hazard::a4), 1u);
}

TEST_F(SituationOnThreeServers, ListingThatMissesTheOwnCreate) {
    const auto user = connected(30s);
    ensemble.servers().lag(1, 10s);  // where it comes to next
    ensemble.fail_next(request_kind::create, fault_position::after_commit);
    user->create("/q/n-", create_mode::ephemeral_sequential);
    run();
    user->children("/q");
    run();
    EXPECT_EQ(count(hazard::a1), 1u);
    EXPECT_EQ(count(hazard::a2), 1u);
    EXPECT_EQ(count(hazard::b15), 1u);
    run(10s);
    user->children("/q");
    run();
    EXPECT_EQ(count(hazard::a2), 1u);
}

TEST_F(SituationOnThreeServers, OldRequestAfterTheReattach) {
    const auto user = connected(30s);
    ensemble.isolate(1, true);
    user->create("/late", create_mode::ephemeral);
    run(5ms);
    ensemble.cut(1);
    run();
    ensemble.isolate(every_handle, false);
    run();
    EXPECT_EQ(count(hazard::a3), 1u);
}

TEST_F(Situation, ReapedDirectory) {
    const auto user = holder(world);
    user->remove("/q/n-0000000000");
    run(5ms);
    ensemble.reap();
    user->create("/q/n-", create_mode::ephemeral_sequential);
    user->remove("/q/n-0000000000");
    run(5ms);
    EXPECT_EQ(count(hazard::a8), 1u);
    EXPECT_EQ(count(hazard::a7), 1u);
    ASSERT_FALSE(ensemble.create_by_operator("/q", "", create_mode::container));
    user->create("/q/n-", create_mode::ephemeral_sequential);
    user->create("/unused", create_mode::container);
    run(5ms);
    EXPECT_EQ(count(hazard::c9), 1u);
    ensemble.set_create_count("/q", 2147483647);
    user->create("/q/n-", create_mode::ephemeral_sequential);
    run(5ms);
    EXPECT_EQ(count(hazard::a14), 1u);
    EXPECT_EQ(count(hazard::a5), 1u);
    EXPECT_EQ(count(hazard::a9), 0u);
    user->handle->close({});
    run();
    EXPECT_EQ(count(hazard::a9), 1u);
}

TEST_F(Situation, LostDeleteAndLostAnswer) {
    const auto user = holder(world);
    const std::string node = "/q/n-0000000000";
    ensemble.fail_next(request_kind::remove, fault_position::before_commit);
    user->remove(node);
    run();
    ensemble.fail_next(request_kind::remove, fault_position::after_commit);
    user->remove(node);
    run();
    EXPECT_EQ(count(hazard::d2), 1u);
    EXPECT_EQ(count(hazard::d1), 0u);
    user->remove(node);
    run();
    EXPECT_EQ(count(hazard::d1), 1u);
    ensemble.fail_next(request_kind::remove, fault_position::before_commit);
    user->remove(node);
    run();
    ensemble.expire_session(user->session);
    EXPECT_EQ(count(hazard::d4), 1u);
}

TEST_F(Situation, WatchesInTrouble) {
    const auto user = holder(world);
    const std::string node = "/q/n-0000000000";
    user->get("/q/other", true);
    user->get(node, true);
    run();
    user->handle->remove_watch(node, detail::watch_kind::data);
    run();
    EXPECT_EQ(count(hazard::b2), 1u);
    EXPECT_EQ(count(hazard::b4), 1u);
    ensemble.fail_next(request_kind::get, fault_position::after_commit);
    user->get(node, true);
    run();
    EXPECT_EQ(count(hazard::b5), 1u);
    EXPECT_EQ(count(hazard::b7), 0u);
    EXPECT_EQ(count(hazard::c15), 1u);
    user->get(node, true);
    ensemble.after_next(request_kind::get, [&] { EXPECT_FALSE(ensemble.remove_by_operator(node)); });
    run();
    EXPECT_EQ(count(hazard::c7), 1u);
    user->get("/q", true);
    run();
    ensemble.options().max_request_bytes = 5;
    ensemble.cut();
    run();
    EXPECT_GT(count(hazard::b7), 0u);
    EXPECT_GT(count(hazard::b6), 0u);
}

TEST_F(SituationOnThreeServers, CutOffServers) {
    const auto user = holder(world);
    connected(30s);
    const auto at_leader = connected(30s);
    ensemble.isolate(1, true);
    run(5s);
    EXPECT_EQ(count(hazard::c3), 1u);
    EXPECT_EQ(count(hazard::c4), 0u);
    ensemble.isolate(3, true);
    at_leader->sync("/");
    run(5ms);
    EXPECT_EQ(count(hazard::c4), 1u);
    EXPECT_EQ(count(hazard::e16), 1u);
}

TEST_F(Situation, StoppedProcesses) {
    virtual_process frozen(world);
    virtual_process paused(world);
    virtual_process killed(world);
    const auto first = holder(frozen);
    const auto second = holder(paused);
    const auto third = holder(killed);
    frozen.freeze();
    paused.pause();
    killed.kill();
    run(5s);
    EXPECT_EQ(count(hazard::c1), 2u) << "the paused one had become the first";
    EXPECT_EQ(count(hazard::c18), 1u);
    EXPECT_EQ(count(hazard::d9), 1u);
    EXPECT_GE(count(hazard::b14), 1u);
}

TEST_F(Situation, OutageOfTheWholeEnsemble) {
    const auto user = holder(world);
    user->sync("/");
    run(1ms);
    ensemble.power(false);
    run(5s);
    EXPECT_EQ(count(hazard::c2), 1u);
    EXPECT_GT(count(hazard::c5), 0u);
    EXPECT_EQ(count(hazard::c6), 0u);
    ensemble.power(true);
    run();
    EXPECT_EQ(count(hazard::c6), 1u);
    EXPECT_EQ(count(hazard::e2), 1u);
    EXPECT_EQ(count(hazard::c15), 0u);
}

TEST_F(SituationOnThreeServers, LeaderLostWhileARequestWaits) {
    const auto user = connected(30s);
    user->create("/a");
    run(1ms);
    ensemble.servers().fill_counter(0);
    user->create("/b");
    run(3s);
    EXPECT_EQ(count(hazard::e18), 1u);
    EXPECT_EQ(count(hazard::e1), 1u);
}

TEST_F(Situation, RefusalsAndLimits) {
    ensemble.options().max_timeout = 4s;
    const auto user = connected(30s);
    EXPECT_EQ(count(hazard::e8), 1u);
    ensemble.deny([](request_kind, const std::string&) { return true; });
    user->create("/a");
    user->get("/q", false);
    ensemble.answer_next(request_kind::exists, server_errc::throttled);
    user->exists("/q");
    run(5ms);
    EXPECT_EQ(count(hazard::a10), 1u);
    EXPECT_EQ(count(hazard::e7), 1u);
    EXPECT_EQ(count(hazard::e19), 1u);
    user->create("/" + std::string(ensemble.options().max_request_bytes, 'x'));
    run();
    EXPECT_EQ(count(hazard::a15), 1u);
    ensemble.options().max_connections = 1;
    seam_user second(world);
    run();
    EXPECT_GT(count(hazard::e3), 0u);
    ensemble.options().max_connections = 0;
    ensemble.reject_credentials(true);
    run();
    EXPECT_EQ(count(hazard::e6), 1u);
}

TEST_F(Situation, RequestThatKeepsThePingBack) {
    const auto user = connected(3s);
    run(3s);
    EXPECT_EQ(count(hazard::e20), 0u);
    user->exists("/");
    run(5ms);
    ensemble.stall(true);
    user->exists("/");
    run(1500ms);
    ensemble.stall(false);
    run();
    EXPECT_EQ(count(hazard::e20), 1u);
    ensemble.stall(true);
    user->handle->close({});
    run(2s);
    EXPECT_EQ(count(hazard::d8), 1u);
}

}  // namespace
}  // namespace paddock::testing
