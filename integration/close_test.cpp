#include <future>
#include <memory>
#include <optional>
#include <thread>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <paddock/inspect.hpp>

#include "integration/lock_fixture.hpp"
#include "integration/support/fault_proxy.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Ends of objects in every order: each acquire is answered, each node goes, nothing hangs.
class CloseTest : public LockTest {
protected:
    void expect_answers(const mutex_options& chosen, std::size_t nodes);
};

// `nodes` says that all wait.
void CloseTest::expect_answers(const mutex_options& chosen, std::size_t nodes) {
    client holder(options());
    lease held = mutex(holder, path()).acquire();
    auto closing = std::make_unique<client>(options());
    mutex lock(*closing, path(), chosen);
    std::vector<pending_lease> waiters(20);
    for (pending_lease& one : waiters) lock.async_acquire(one.handler());
    std::promise<error_code> blocked;
    std::jthread blocking([&] {
        error_code ec;
        (void)lock.acquire(ec);
        blocked.set_value(ec);
    });
    EXPECT_TRUE(has_nodes(path(), nodes));
    EXPECT_TRUE(eventually([&] { return closing->stats().waiters >= 21; }));
    closing->close();
    for (pending_lease& one : waiters) {
        ASSERT_TRUE(one.done());  // their handlers have run when close returns
        EXPECT_EQ(one.error(), errc::client_closed);
        EXPECT_EQ(one.calls(), 1);
    }
    EXPECT_EQ(blocked.get_future().get(), errc::client_closed);
    EXPECT_TRUE(has_nodes(path(), 1, 1s));  // closing a session deletes its nodes
    EXPECT_EQ(held.state(), lease_state::held);
    closing->close();
    EXPECT_EQ(closing->state(), session_state::closed);
    closing.reset();
    error_code ec;
    EXPECT_FALSE(lock.acquire(ec));
    EXPECT_EQ(ec, errc::client_closed);
    EXPECT_THROW((void)lock.acquire(), boost::system::system_error);
}

TEST_F(CloseTest, WaitersOfAClosedClientAreAnswered) { expect_answers(unshared(), 22); }

TEST_F(CloseTest, WaitersWhoShareAPlaceAreAnswered) { expect_answers({}, 2); }

TEST_F(CloseTest, LeaseOutlivesItsClient) {
    auto zk = std::make_unique<client>(options());
    lease held = mutex(*zk, path()).acquire();
    const lease second = mutex(*zk, path("second")).acquire();
    zk.reset();
    EXPECT_EQ(held.state(), lease_state::lost);
    EXPECT_EQ(held.reason(), loss_reason::client_closed);
    EXPECT_TRUE(eventually([&] { return held.lost_token().stop_requested(); }));
    EXPECT_EQ(held.remaining(), 0ms);
    error_code ec;
    EXPECT_FALSE(held.check(ec));
    EXPECT_EQ(ec, error_code());
    EXPECT_EQ(held.release(), release_result::already_lost);
    EXPECT_TRUE(has_nodes(path("second"), 0, 1s));
}

// The blocking forms; the others: ClosedClient.* of the unit tests.
TEST_F(CloseTest, RecipesOutliveTheirClient) {
    std::optional<client> zk(options());
    mutex lock(*zk, path());
    reentrant_mutex again(*zk, path());
    read_write_lock sides(*zk, path("sides"));
    semaphore permits(*zk, path("permits"), {.limit = 2});
    curator_semaphore shared(*zk, path("shared"), {.limit = 2});
    multi_lock both({mutex(*zk, path("a")), mutex(*zk, path("b"))});
    barrier gate(*zk, path("gate"));
    count_down_latch latch(*zk, path("latch"), 2);
    double_barrier party(*zk, path("party"), 1);
    lease writer = sides.write().acquire();
    lease member = party.enter();
    zk->close();
    const auto refused = [](const char* what, const auto& call) {
        error_code ec;
        call(ec);
        EXPECT_EQ(ec, errc::client_closed) << what;
    };
    refused("inspect", [&](error_code& ec) { (void)inspect(*zk, path(), 1s, ec); });
    refused("inspect_tree", [&](error_code& ec) { (void)inspect_tree(*zk, root_, 1s, 100, ec); });
    refused("barrier", [&](error_code& ec) { gate.set(ec); });
    zk.reset();
    refused("mutex", [&](error_code& ec) { (void)lock.acquire(ec); });
    refused("contenders", [&](error_code& ec) { (void)lock.contenders(1s, ec); });
    refused("reentrant_mutex", [&](error_code& ec) { again.lock(mutex_owner(), ec); });
    refused("downgrade", [&](error_code& ec) { (void)sides.downgrade(std::move(writer), ec); });
    refused("read", [&](error_code& ec) { (void)sides.read().acquire(ec); });
    refused("permits", [&](error_code& ec) { (void)permits.permits(2).try_acquire_for(1s, ec); });
    refused("state", [&](error_code& ec) { (void)permits.state(1s, ec); });
    refused("set_limit", [&](error_code& ec) { permits.set_limit(3, 1s, ec); });
    refused("curator_semaphore", [&](error_code& ec) { (void)shared.try_acquire(ec); });
    refused("multi_lock", [&](error_code& ec) { (void)both.acquire(ec); });
    refused("barrier set", [&](error_code& ec) { gate.set(ec); });
    refused("barrier wait", [&](error_code& ec) { gate.wait(ec); });
    refused("count_down", [&](error_code& ec) { (void)latch.count_down(ec); });
    refused("count", [&](error_code& ec) { (void)latch.count_for(1s, ec); });
    refused("enter", [&](error_code& ec) { (void)party.enter(ec); });
    refused("leave", [&](error_code& ec) { party.leave(std::move(member), ec); });
    ask([&](raw_client& raw) { return raw.remove(path("party")); });  // it keeps its generation
}

TEST_F(CloseTest, CloseDoesNotWaitForAFrozenServer) {
    fault_proxy proxy(servers_.server(0).host(), servers_.server(0).port(), "127.0.1.1");
    client_options chosen = options(proxy.address());
    chosen.session_timeout = 1s;
    client zk(chosen);
    const lease held = mutex(zk, path()).acquire();
    proxy.stall();
    const auto begin = steady_clock::now();
    zk.close();
    EXPECT_LT(steady_clock::now() - begin, 2s);
    EXPECT_EQ(held.state(), lease_state::lost);
    proxy.cut_all();
    EXPECT_TRUE(has_nodes(path(), 0));  // by the session's end
}

TEST_F(CloseTest, ClosedWhileConnecting) {
    for (const char* nowhere : {"127.0.0.1:1", "no-such-host.invalid:2181"}) {
        client zk(options(nowhere));
        pending_lease attempt;
        mutex(zk, path()).async_acquire(attempt.handler());
        const auto begin = steady_clock::now();
        zk.close();
        EXPECT_LT(steady_clock::now() - begin, 2500ms);
        EXPECT_EQ(attempt.error(), errc::client_closed);
    }
}

TEST_F(CloseTest, MutexMayGoWhileItsAcquireIsPending) {
    client holder(options());
    client zk(options());
    lease held = mutex(holder, path()).acquire();
    pending_lease next;
    mutex(zk, path()).async_acquire(next.handler());  // the mutex is gone here
    ASSERT_TRUE(has_nodes(path(), 2));
    (void)held.release();
    ASSERT_TRUE(next.wait());
    EXPECT_TRUE(next.held());
}

TEST_F(CloseTest, ClientDestroyedInItsOwnHandler) {
    for (int round = 0; round < 5; ++round) {
        auto zk = std::make_shared<std::unique_ptr<client>>(std::make_unique<client>(options()));
        mutex lock(**zk, path());
        std::promise<bool> gone;
        lock.async_acquire([zk, &gone](error_code ec, lease held) {
            zk->reset();
            gone.set_value(!ec && held.state() == lease_state::lost);
        });
        EXPECT_TRUE(gone.get_future().get());
        ASSERT_TRUE(has_nodes(path(), 0, 1s));
    }
}

TEST_F(CloseTest, ClientClosedInItsStateHandler) {
    auto zk = std::make_unique<client>(options());
    std::promise<void> closed;
    std::atomic<bool> first = true;
    const auto watching = zk->on_state_change([&](const session_event& now) {
        if (now.state != session_state::connected || !first.exchange(false)) return;
        zk->close();
        closed.set_value();
    });
    if (zk->state() == session_state::connected && first.exchange(false))
        closed.set_value();  // it was quicker
    ASSERT_EQ(closed.get_future().wait_for(10s), std::future_status::ready);
}

// A lost lease's stop callback runs on a thread that serves all: even there a client may be closed.
TEST_F(CloseTest, ClientDestroyedInAStopCallback) {
    auto zk = std::make_unique<client>(options());
    lease held = mutex(*zk, path()).acquire();
    std::promise<void> gone;
    const std::stop_callback on_loss(held.lost_token(), [&] {
        zk.reset();
        gone.set_value();
    });
    ASSERT_TRUE(expire(held.session_id()));
    ASSERT_EQ(gone.get_future().wait_for(10s), std::future_status::ready);
    EXPECT_EQ(held.release(), release_result::already_lost);
}

TEST_F(CloseTest, LeaseReleasedAndDestroyedInHandlers) {
    client zk(options());
    mutex lock(zk, path());
    for (int round = 0; round < 20; ++round) {
        std::promise<release_result> released;
        lock.async_acquire([&](error_code, lease held) {
            if (round % 2 == 0)
                return released.set_value(held.release());  // blocks the callback thread, not the reactor
            held.async_release([&](error_code, release_result result) { released.set_value(result); });
        });
        ASSERT_EQ(released.get_future().get(), release_result::confirmed);
    }
    std::promise<void> dropped;
    lock.async_acquire([&](error_code, lease) { dropped.set_value(); });
    dropped.get_future().get();
    EXPECT_TRUE(has_nodes(path(), 0));
}

TEST_F(CloseTest, LeaseDestroyedInItsOwnStateHandler) {
    client zk(options());
    auto held = std::make_unique<lease>(mutex(zk, path()).acquire());
    const std::int64_t session = held->session_id();
    std::promise<void> gone;
    const auto watching = held->on_state_change([&](lease_state now) {
        if (now != lease_state::lost || !held) return;
        held.reset();
        gone.set_value();
    });
    ASSERT_TRUE(expire(session));
    ASSERT_EQ(gone.get_future().wait_for(10s), std::future_status::ready);
}

TEST_F(CloseTest, HandlersRunOnTheirOwnExecutor) {
    boost::asio::io_context context;
    client zk(options());
    mutex lock(zk, path());
    std::thread::id ran_on;
    lock.async_acquire(boost::asio::bind_executor(context, [&](error_code ec, lease held) {
        EXPECT_FALSE(ec);
        EXPECT_TRUE(held);
        ran_on = std::this_thread::get_id();
    }));
    context.run();  // the pending handler is work
    EXPECT_EQ(ran_on, std::this_thread::get_id());

    client_options chosen = options();
    boost::asio::io_context own;
    chosen.callback_executor = own.get_executor();
    client second(chosen);
    pending_lease next;
    const auto work = boost::asio::make_work_guard(own);
    mutex(second, path()).async_acquire(next.handler());
    EXPECT_TRUE(eventually([&] {
        own.poll();
        return next.done();
    }));
    EXPECT_TRUE(next.held());
}

// C17: a handler that blocks for longer than the session lasts holds up its own kind only.
TEST_F(CloseTest, BlockedHandlerDisturbsNoLease) {
    client_options chosen = options();
    chosen.session_timeout = 1s;
    client zk(chosen);
    client other(chosen);
    lease held = mutex(zk, path()).acquire();
    lease others = mutex(other, path("other")).acquire();
    std::promise<void> blocked;
    std::promise<void> go_on;
    mutex(zk, path("blocker")).async_acquire([&](error_code, lease) {
        blocked.set_value();
        go_on.get_future().wait();
    });
    blocked.get_future().wait();
    const auto begin = steady_clock::now();
    bool always_held = true;
    EXPECT_TRUE(eventually([&] {
        always_held = always_held && held.state() == lease_state::held && others.state() == lease_state::held;
        return steady_clock::now() - begin > 2 * zk.session_timeout();
    }));
    EXPECT_TRUE(always_held);
    EXPECT_TRUE(held.check());
    EXPECT_TRUE(mutex(zk, path("third")).acquire());  // blocking calls need no handler
    // The loss of another lease is signalled all the same.
    ASSERT_TRUE(expire(other.session_id()));
    EXPECT_TRUE(eventually([&] { return others.lost_token().stop_requested(); }));
    ASSERT_TRUE(expire(zk.session_id()));
    EXPECT_TRUE(eventually([&] { return held.lost_token().stop_requested(); }));
    go_on.set_value();
}

TEST_F(CloseTest, MovedClientsKeepTheirSession) {
    client zk(options());
    const lease held = mutex(zk, path()).acquire();
    client moved(std::move(zk));
    EXPECT_EQ(moved.state(), session_state::connected);
    EXPECT_EQ(held.state(), lease_state::held);
    moved = client(options());
    EXPECT_EQ(held.state(), lease_state::lost);
    EXPECT_TRUE(mutex(moved, path()).acquire());
}

}  // namespace
}  // namespace paddock::testing
