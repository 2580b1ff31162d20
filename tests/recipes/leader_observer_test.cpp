// Who does not take part follows who leads.
#include <paddock/leader_observer.hpp>

#include "tests/recipes/leader_fixture.hpp"

namespace paddock::testing {
namespace {

class Observer : public LeaderTest {
protected:
    using seen_list = std::vector<std::optional<leadership>>;

    /// Started on a client of its own.
    void observe() {
        watcher = &connected_client();
        observer.emplace(watcher->handle, directory,
                         [this](const std::optional<leadership>& now) { seen.push_back(now); });
        observer->start();
    }
    std::uint64_t lists() const { return ensemble.requests(request_kind::children, watcher->number()); }
    bool sees(const candidate& leading) const {
        return !seen.empty() && seen.back() && seen.back()->token == leading.latch->term()->token;
    }
    void TearDown() override {
        observer.reset();
        LeaderTest::TearDown();
    }

    core_client* watcher = nullptr;
    std::optional<leader_observer> observer;
    seen_list seen;
};

TEST_F(Observer, TellsTheLeaderAndItsValue) {
    leader_options options;
    options.id = "alpha";
    candidate& leading = add_leader(connected_client(), options);
    observe();
    ASSERT_TRUE(run_until([&] { return seen.size() == 1; }));
    ASSERT_TRUE(seen.front().has_value());
    EXPECT_EQ(seen.front()->id, "alpha");
    EXPECT_EQ(std::string(directory) + "/" + seen.front()->node, node_of(leading));
    EXPECT_EQ(seen.front()->token, leading.latch->term()->token);
    EXPECT_EQ(seen.front()->value, std::nullopt);
    EXPECT_FALSE(publish(leading, "one"));
    EXPECT_FALSE(publish(leading, "one"));
    EXPECT_FALSE(publish(leading, ""));
    ASSERT_TRUE(run_until([&] { return seen.size() == 3; }));
    EXPECT_EQ(seen[1]->value, "one");
    EXPECT_EQ(seen[2]->value, "");
    world.advance(1s);
    EXPECT_EQ(seen.size(), 3u) << "an equal state was repeated";
}

TEST_F(Observer, AnEarlierTermsValueIsStale) {
    candidate& leading = add_leader(connected_client());
    candidate& next = add_waiting(connected_client());
    EXPECT_FALSE(publish(leading, "old"));
    observe();
    ASSERT_TRUE(run_until([&] { return sees(leading); }));
    EXPECT_EQ(seen.back()->value, "old");
    step_down(leading, after_term::stop);
    ASSERT_TRUE(run_until([&] { return next.leads() && sees(next); }));
    EXPECT_EQ(seen.back()->value, std::nullopt);
    EXPECT_NE(ensemble.data(directory).find("old"), std::string::npos);
}

TEST_F(Observer, MissingDirectoryIsNobody) {
    observe();
    ASSERT_TRUE(run_until([&] { return seen.size() == 1; }));
    EXPECT_FALSE(seen.front().has_value());
    world.advance(30s);
    EXPECT_EQ(seen.size(), 1u);
    const auto before = lists();
    world.advance(100s);
    EXPECT_GE(lists() - before, 100u) << "looks for it too seldom";
    EXPECT_LE(lists() - before, 500u) << "looks for it without patience";
    candidate& first = add_leader(connected_client());
    EXPECT_TRUE(run_until([&] { return sees(first); }, 2s));
}

TEST_F(Observer, NobodyAndBack) {
    candidate& leading = add_leader(connected_client());
    ensemble.create_by_operator(std::string(directory) + "/stays");  // the directory is not reaped
    observe();
    ASSERT_TRUE(run_until([&] { return sees(leading); }));
    step_down(leading, after_term::stop);
    ASSERT_TRUE(run_until([&] { return seen.size() == 2; }));
    EXPECT_FALSE(seen.back().has_value());
    leading.latch->start();
    ASSERT_TRUE(run_until([&] { return leading.leads() && sees(leading); }));
    EXPECT_EQ(seen.size(), 3u);
    ensemble.remove_by_operator(std::string(directory) + "/stays");
}

TEST_F(Observer, IsNotWokenByWhoJoins) {
    candidate& leading = add_leader(connected_client());
    observe();
    ASSERT_TRUE(run_until([&] { return sees(leading); }));
    world.advance(100ms);
    const auto before = lists();
    const auto reads = ensemble.requests(request_kind::get, watcher->number());
    for (int i = 0; i < 5; ++i) add_waiting(connected_client());
    close(candidates.back());
    EXPECT_EQ(lists(), before);
    EXPECT_EQ(ensemble.requests(request_kind::get, watcher->number()), reads);
    EXPECT_EQ(watcher->stats().watches, 2u);
}

// List, then getData finds no node (CURATOR-358, hazard F13).
TEST_F(Observer, TheLeaderGoesBetweenListAndLook) {
    candidate& leading = add_leader(connected_client());
    candidate& next = add_waiting(connected_client());
    const std::string node = node_of(leading);
    watcher = &connected_client();
    request_filter look;
    look.who = watcher->number();
    look.path_part = node;
    ensemble.before_next(
        request_kind::get, [&] { ensemble.remove_by_operator(node); }, look);
    observer.emplace(watcher->handle, directory,
                     [this](const std::optional<leadership>& now) { seen.push_back(now); });
    observer->start();
    ASSERT_TRUE(run_until([&] { return next.leads() && sees(next); }));
    EXPECT_EQ(seen.size(), 1u) << "told of a leader that was gone";
}

TEST_F(Observer, FollowsThroughOutages) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    candidate& next = add_waiting(connected_client());
    observe();
    ASSERT_TRUE(run_until([&] { return sees(leading); }));
    ensemble.cut(watcher->number());
    step_down(leading, after_term::stop);
    ASSERT_TRUE(run_until([&] { return next.leads() && sees(next); }));
    ensemble.expire_session(watcher->session_id());
    EXPECT_FALSE(publish(next, "after"));
    ASSERT_TRUE(run_until([&] { return seen.back()->value == "after"; }, 30s));
    for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_NE(seen[i], seen[i - 1]);
}

TEST_F(Observer, RightsThatAreMissingAreWaitedFor) {
    candidate& leading = add_leader(connected_client());
    ensemble.deny([](request_kind kind, const std::string&) { return kind == request_kind::children; });
    observe();
    world.advance(10s);
    EXPECT_TRUE(seen.empty());
    ensemble.deny({});
    EXPECT_TRUE(run_until([&] { return sees(leading); }, 2s));
}

TEST_F(Observer, ClosedInItsOwnHandler) {
    add_leader(connected_client());
    watcher = &connected_client();
    observer.emplace(watcher->handle, directory, [this](const std::optional<leadership>& now) {
        seen.push_back(now);
        observer->close();
    });
    observer->start();
    ASSERT_TRUE(run_until([&] { return seen.size() == 1; }));
    EXPECT_FALSE(publish(candidates.front(), "more"));
    ASSERT_TRUE(run_until([&] { return watcher->stats().watches == 0; }));
    EXPECT_EQ(seen.size(), 1u);
}

TEST_F(Observer, RefusesBadArguments) {
    core_client& one = add_client();
    EXPECT_THROW(leader_observer(one.handle, directory, {}), argument_error);
    const auto handler = [](const std::optional<leadership>&) {};
    EXPECT_THROW(leader_observer(one.handle, "/", handler), argument_error);
    EXPECT_THROW(leader_observer(one.handle, "relative", handler), argument_error);
}

// Its watches are of the session's budget like all others (hazard B6).
TEST_F(Observer, WaitsForRoomInTheSessionsBudget) {
    candidate& leading = add_leader(connected_client());
    observe();
    ASSERT_TRUE(run_until([&] { return sees(leading); }));
    observer.reset();
    world.settle();
    const std::string path = "/locks/" + std::string(3'900, 'x');
    std::vector<attempt> waiting;
    for (int i = 0; i < 200; ++i) waiting.push_back(acquire(*watcher, path));
    for (int i = 0; i < 70; ++i) waiting.push_back(acquire(*watcher));  // as much as is left
    world.advance(1s);
    seen.clear();
    observer.emplace(watcher->handle, directory,
                     [this](const std::optional<leadership>& now) { seen.push_back(now); });
    observer->start();
    world.advance(3s);
    EXPECT_TRUE(seen.empty());
    for (const attempt& one : waiting) one->abort();
    EXPECT_TRUE(run_until([&] { return sees(leading); }, 5s));
}

}  // namespace
}  // namespace paddock::testing
