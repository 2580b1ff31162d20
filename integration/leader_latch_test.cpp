// Leaders on real servers: blocking forms, threads, rights, servers that die. What needs no server is in tests/recipes.
#include <atomic>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "integration/lock_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

class LeaderLatchTest : public LockOnServersTest {
protected:
    // A leader's record outlives it, which the fixture takes for somebody's data.
    void TearDown() override {
        ask([this](raw_client& raw) { return raw.set_data(path(), ""); });
        LockOnServersTest::TearDown();
    }
};
class LeaderSelectorTest : public LockOnServersTest {};

INSTANTIATE_TEST_SUITE_P(Servers, LeaderLatchTest, ::testing::Values(1, 3));
INSTANTIATE_TEST_SUITE_P(Servers, LeaderSelectorTest, ::testing::Values(1, 3));

constexpr auto failover_max = 60s;  // a session of 4 s, an election that may go wrong once

TEST_P(LeaderLatchTest, BlockingFormsFromStartToClose) {
    client zk(options());
    client other(options());
    leader_options named;
    named.id = "one";
    leader_latch one(zk, path(), named);
    leader_latch two(other, path());
    EXPECT_FALSE(one.leads());
    EXPECT_EQ(one.leader(), std::nullopt);
    one.start();
    const leader_term term = one.await();
    EXPECT_TRUE(one.leads());
    two.start();
    EXPECT_EQ(two.await_for(200ms), std::nullopt);
    error_code ec;
    (void)two.await_for(0ns, ec);
    EXPECT_EQ(ec, make_error_code(errc::invalid_duration));

    const auto found = two.participants();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].id, "one");
    EXPECT_EQ(found[0].token, term.token);
    EXPECT_TRUE(found[0].leads);
    EXPECT_EQ(two.leader()->id, "one");

    one.publish("10.0.0.1:80");
    EXPECT_THROW(two.publish("mine"), boost::system::system_error);
    EXPECT_THROW((void)two.guard(), boost::system::system_error);
    transaction writes = one.guard();
    writes.set(path(), "by the leader");
    EXPECT_NO_THROW(zk.commit(writes));

    EXPECT_EQ(one.resign(), release_result::confirmed);
    EXPECT_TRUE(term.ended.stop_requested() || eventually([&] { return term.ended.stop_requested(); }));
    EXPECT_GT(two.await().token, term.token);
    EXPECT_THROW(zk.commit(writes), boost::system::system_error) << "a write of an earlier term";
    ASSERT_TRUE(has_nodes(path(), 2));
    EXPECT_EQ(two.hand_over(500ms, after_term::stop), hand_over_result::unprepared);
    EXPECT_TRUE(one.await_for(10s).has_value());
    one.close();
    EXPECT_EQ(ask([&](raw_client& seen_by) { return seen_by.sync(path()); }), ok);
    EXPECT_TRUE(nodes(path()).empty());
    EXPECT_THROW((void)one.await(), boost::system::system_error);
}

TEST_P(LeaderLatchTest, TenLatchesLeadOneAfterTheOther) {
    std::list<client> clients;
    std::list<leader_latch> latches;
    std::vector<std::thread> threads;
    guarded_section office;
    for (int i = 0; i < 10; ++i) {
        latches.emplace_back(clients.emplace_back(options()), path());
        threads.emplace_back([&office, &latch = latches.back()] {
            latch.start();
            office.visit(latch.await().token);
            EXPECT_EQ(latch.resign(after_term::stop), release_result::confirmed);
        });
    }
    for (std::thread& one : threads) one.join();
    EXPECT_EQ(office.visits(), 10);
    EXPECT_EQ(office.collisions(), 0);
    EXPECT_EQ(office.disorder(), 0);
}

TEST_P(LeaderLatchTest, AnExpiredLeaderCompetesAgain) {
    client zk(options());
    client other(options());
    std::mutex guard;
    std::vector<bool> told;
    leader_options listening;
    listening.on_change = [&](const std::optional<leader_term>& now) {
        const std::lock_guard lock(guard);
        told.push_back(now.has_value());
    };
    leader_latch one(zk, path(), listening);
    leader_latch two(other, path());
    one.start();
    const leader_term term = one.await();
    two.start();
    ASSERT_TRUE(has_nodes(path(), 2));
    ASSERT_TRUE(expire(zk.session_id()));
    EXPECT_GT(two.await().token, term.token);
    EXPECT_TRUE(eventually([&] { return term.ended.stop_requested(); }));
    EXPECT_TRUE(has_nodes(path(), 2));
    EXPECT_FALSE(one.leads());
    two.close();
    one.await();
    one.close(close_mode::notify);
    const std::lock_guard lock(guard);
    EXPECT_EQ(told, (std::vector<bool>{true, false, true, false}));
}

TEST_P(LeaderLatchTest, AnHeirWarmsUp) {
    client zk(options());
    client other(options());
    std::atomic<int> warmed = 0;
    leader_options warming;
    warming.on_heir = [&](const std::function<void()>& ready) {
        ++warmed;
        ready();
    };
    leader_latch one(zk, path());
    leader_latch two(other, path(), warming);
    one.start();
    one.await();
    one.publish("address");
    two.start();
    ASSERT_TRUE(has_nodes(path(), 2));
    EXPECT_EQ(one.hand_over(30s), hand_over_result::ready);
    EXPECT_EQ(warmed, 1);
    two.await();
}

TEST_P(LeaderLatchTest, ObserversSeeEveryLeaderAndValue) {
    client zk(options());
    client watching(options());
    std::mutex guard;
    std::vector<std::string> seen;
    leader_observer observer(watching, path(), [&](const std::optional<leadership>& now) {
        const std::lock_guard lock(guard);
        seen.push_back(now ? now->id + "=" + now->value.value_or("-") : "nobody");
    });
    const auto sees = [&](std::size_t count) {
        return eventually([&] {
            const std::lock_guard lock(guard);
            return seen.size() == count;
        });
    };
    observer.start();
    ASSERT_TRUE(sees(1));
    leader_options named;
    named.id = "one";
    leader_latch one(zk, path(), named);
    one.start();
    ASSERT_TRUE(sees(2));
    one.publish("a");
    ASSERT_TRUE(sees(3));
    one.publish("b");
    ASSERT_TRUE(sees(4));
    one.close();
    ASSERT_TRUE(sees(5));
    const std::lock_guard lock(guard);
    EXPECT_EQ(seen, (std::vector<std::string>{"nobody", "one=-", "one=a", "one=b", "nobody"}));
}

// Curator's LeaderAcls: the provider's rights on all that is created.
TEST_P(LeaderLatchTest, AclsOfTheProvider) {
    client_options chosen = options();
    credentials own;
    own.secret = "leader:secret";
    chosen.auth = {own};
    chosen.acls = [](std::string_view, node_role) { return std::vector<acl>{{can_all, "auth", ""}}; };
    client zk(chosen);
    client stranger(options());
    leader_latch one(zk, path());
    leader_latch barred(stranger, path());
    one.start();
    one.await();
    one.publish("mine");
    barred.start();
    EXPECT_TRUE(eventually([&] { return barred.state() == candidate_state::failing; }));
    EXPECT_EQ(barred.failure(), make_error_code(server_errc::no_auth));
    error_code ec;
    EXPECT_TRUE(barred.participants(5s, ec).empty());
    EXPECT_EQ(ec, make_error_code(server_errc::no_auth));
    one.close();
    barred.close();
}

class LeaderLatchClusterTest : public LockTest {
protected:
    LeaderLatchClusterTest() : LockTest(shared_ensemble()) {}
};

// Each client knows one server only; the leader's is killed.
TEST_F(LeaderLatchClusterTest, InCluster) {
    std::list<client> clients;
    std::vector<leader_latch> latches;
    for (std::size_t i = 0; i < 3; ++i) {
        latches.emplace_back(clients.emplace_back(options(servers_.connect_string_of(i))), path());
        latches.back().start();
        ASSERT_TRUE(has_nodes(path(), i + 1));
    }
    const leader_term first = latches[0].await();
    servers_.kill(0);
    EXPECT_TRUE(eventually([&] { return latches[1].leads() || latches[2].leads(); }, failover_max));
    EXPECT_TRUE(eventually([&] { return first.ended.stop_requested(); }, failover_max));
    EXPECT_FALSE(latches[0].leads());
    servers_.start();
    EXPECT_TRUE(has_nodes(path(), 3, failover_max)) << "the old leader competes again";
}

/// A function that runs until the test, or its term, ends it.
class patient_function {
public:
    leader_selector::function function() {
        return [this](const leader_term& term) {
            const int now = ++running_;
            if (now > 1) ++collisions_;
            ++terms_;
            while (!term.ended.stop_requested() && leave_.load() < terms_.load()) std::this_thread::yield();
            --running_;
        };
    }
    void leave() { leave_.store(terms_.load()); }
    [[nodiscard]] int terms() const { return terms_; }
    [[nodiscard]] int running() const { return running_; }
    [[nodiscard]] int collisions() const { return collisions_; }

private:
    std::atomic<int> running_ = 0;
    std::atomic<int> collisions_ = 0;
    std::atomic<int> terms_ = 0;
    std::atomic<int> leave_ = 0;
};

TEST_P(LeaderSelectorTest, RotatingLeadership) {
    client zk(options());
    client other(options());
    patient_function first;
    patient_function second;
    leader_selector one(zk, path(), first.function());
    leader_selector two(other, path(), second.function());
    one.start();
    ASSERT_TRUE(eventually([&] { return first.running() == 1; }));
    two.start();
    ASSERT_TRUE(has_nodes(path(), 2));
    for (int round = 1; round <= 3; ++round) {
        first.leave();
        ASSERT_TRUE(eventually([&] { return second.terms() == round && second.running() == 1; }));
        ASSERT_TRUE(has_nodes(path(), 2));
        second.leave();
        ASSERT_TRUE(eventually([&] { return first.terms() == round + 1 && first.running() == 1; }));
        ASSERT_TRUE(has_nodes(path(), 2));
    }
    one.close();
    EXPECT_EQ(first.running(), 0) << "closed while the function runs";
    EXPECT_EQ(first.collisions() + second.collisions(), 0);
}

TEST_P(LeaderSelectorTest, InterruptedOnItsThread) {
    client zk(options());
    patient_function work;
    leader_selector one(zk, path(), work.function());
    one.start();
    for (int term = 1; term < 4; ++term) {
        ASSERT_TRUE(eventually([&] { return work.terms() == term && work.running() == 1; }));
        one.interrupt();
    }
    ASSERT_TRUE(eventually([&] { return work.terms() == 4; }));
    EXPECT_EQ(work.collisions(), 0);
}

TEST_P(LeaderSelectorTest, SurvivesExceptionsAndExpiry) {
    client zk(options());
    std::atomic<int> terms = 0;
    std::atomic<bool> stopped = false;
    leader_selector one(zk, path(), [&](const leader_term& term) {
        if (++terms == 1) throw std::runtime_error("planned");
        if (terms == 2) throw 7;
        while (terms == 3 && !term.ended.stop_requested()) std::this_thread::yield();
        stopped = true;
        while (!term.ended.stop_requested()) std::this_thread::yield();
    });
    one.start();
    ASSERT_TRUE(eventually([&] { return terms == 3; }));
    ASSERT_TRUE(expire(zk.session_id()));
    ASSERT_TRUE(eventually([&] { return stopped && terms == 4; }, failover_max));
}

TEST_P(LeaderSelectorTest, ClosedByItsOwnFunction) {
    client zk(options());
    std::optional<leader_selector> one;
    std::atomic<int> terms = 0;
    one.emplace(zk, path(), [&](const leader_term&) {
        ++terms;
        one->close();
    });
    one->start();
    ASSERT_TRUE(eventually([&] { return terms == 1; }));
    EXPECT_TRUE(has_nodes(path(), 0));
    one.reset();
    EXPECT_EQ(terms, 1);
}

TEST_P(LeaderSelectorTest, WithExecutor) {
    asio::thread_pool pool(1);
    client zk(options());
    std::atomic<int> begun = 0;
    std::atomic<int> cancelled = 0;
    leader_selector one(zk, path(), pool.get_executor(), [&](leader_term) -> asio::awaitable<void> {
        asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
        ++begun;
        try {
            co_await timer.async_wait(asio::use_awaitable);
        } catch (const boost::system::system_error&) {
            ++cancelled;
        }
    });
    one.start();
    ASSERT_TRUE(eventually([&] { return begun == 1; }));
    one.interrupt();
    ASSERT_TRUE(eventually([&] { return begun == 2; }));
    EXPECT_EQ(cancelled, 1);
    one.close();
    EXPECT_EQ(cancelled, 2);
    pool.join();
}

// The only server dies under a leader, and comes back.
TEST_P(LeaderSelectorTest, ServerDying) {
    client zk(options());
    patient_function work;
    leader_selector one(zk, path(), work.function());
    one.start();
    ASSERT_TRUE(eventually([&] { return work.running() == 1; }));
    servers_.kill_all();
    EXPECT_TRUE(eventually([&] { return work.running() == 0; })) << "runs on without servers";
    servers_.start();
    EXPECT_TRUE(eventually([&] { return work.terms() == 2 && work.running() == 1; }, failover_max));
}

}  // namespace
}  // namespace paddock::testing
