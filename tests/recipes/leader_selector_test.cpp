// The leader selector with coroutines in virtual time. Names are those of Curator's TestLeaderSelector and kazoo's
// election tests; threads are tested on real servers.
#include <paddock/leader_selector.hpp>

#include <list>
#include <stdexcept>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

namespace asio = boost::asio;

/// One participant; the test decides when its function returns, unless it is cancelled.
struct worker {
    core_client* by = nullptr;
    std::optional<leader_selector> selector;
    int running = 0;
    int most = 0;
    int finished = 0;
    int cancelled = 0;
    bool ignores_cancellation = false;
    bool throws = false;
    std::vector<fencing_token> terms;
    std::optional<asio::any_completion_handler<void(error_code)>> waiting;

    void leave(error_code ec = {}) {
        if (!waiting) return;
        auto handler = std::move(*waiting);
        waiting.reset();
        asio::post(by->process.executor(),
                   [handler = std::move(handler), ec]() mutable { std::move(handler)(ec); });
    }
    asio::awaitable<error_code> stay() {
        return asio::async_initiate<const asio::use_awaitable_t<>&, void(std::exception_ptr, error_code)>(
            [this](auto handler) {
                auto slot = asio::get_associated_cancellation_slot(handler);
                if (slot.is_connected()) {
                    slot.assign([this](asio::cancellation_type) {
                        ++cancelled;
                        if (!ignores_cancellation) leave(asio::error::operation_aborted);
                    });
                }
                waiting.emplace([done = std::move(handler)](error_code ec) mutable {
                    std::move(done)(std::exception_ptr(), ec);
                });
            },
            asio::use_awaitable);
    }
    asio::awaitable<void> work(leader_term term) {
        terms.push_back(term.token);
        most = std::max(most, ++running);
        const error_code ec = co_await stay();
        --running;
        ++finished;
        if (throws) throw std::runtime_error("planned");
        if (ec) throw boost::system::system_error(ec);
    }
};

class Selector : public CoreTest {
protected:
    static constexpr const char* directory = "/election/s";

    worker& add(core_client& by, selector_options options = {}) {
        worker& made = workers.emplace_back();
        made.by = &by;
        made.selector.emplace(
            by.handle, directory, by.process.executor(),
            [&made](leader_term term) { return made.work(std::move(term)); }, std::move(options));
        made.selector->start();
        return made;
    }
    worker& add_running(core_client& by, selector_options options = {}) {
        worker& made = add(by, std::move(options));
        EXPECT_TRUE(run_until([&] { return made.running == 1; }));
        return made;
    }
    worker& add_waiting(core_client& by, selector_options options = {}) {
        const auto before = nodes();
        worker& made = add(by, std::move(options));
        EXPECT_TRUE(run_until([&] { return nodes() == before + 1; }));
        world.advance(20ms);
        return made;
    }
    [[nodiscard]] std::size_t nodes() const { return ensemble.children(directory).size(); }
    [[nodiscard]] int running() const {
        int sum = 0;
        for (const worker& one : workers) sum += one.running;
        return sum;
    }
    /// Closes it; its function may run on until the test ends it.
    std::shared_ptr<bool> begin_close(worker& who) {
        auto closed = std::make_shared<bool>(false);
        who.selector->async_close([closed](error_code) { *closed = true; });
        return closed;
    }
    void close(worker& who) {
        const auto closed = begin_close(who);
        EXPECT_TRUE(run_until([&] { return *closed; }, 30s)) << "a selector does not close";
    }
    void TearDown() override {
        heal();
        for (worker& one : workers) {
            if (!one.selector) continue;
            one.ignores_cancellation = false;
            const auto closed = begin_close(one);
            EXPECT_TRUE(run_until(
                [&] {
                    one.leave();
                    return *closed;
                },
                30s));
            EXPECT_LE(one.most, 1) << "two functions at once";
            EXPECT_EQ(one.running, 0);
            for (std::size_t i = 1; i < one.terms.size(); ++i) EXPECT_GT(one.terms[i], one.terms[i - 1]);
        }
        workers.clear();  // closed, so their destructors do not wait
        CoreTest::TearDown();
    }
    std::list<worker> workers;
};

TEST_F(Selector, AutoRequeue) {
    worker& one = add_running(connected_client());
    for (int term = 2; term < 6; ++term) {
        one.leave();
        ASSERT_TRUE(run_until([&] { return one.terms.size() == static_cast<std::size_t>(term); }));
    }
    EXPECT_EQ(one.finished, 4);
}

TEST_F(Selector, WithoutAutoRequeueIsIdleAfterItsTerm) {
    selector_options once;
    once.auto_requeue = false;
    worker& one = add_running(connected_client(), once);
    one.leave();
    ASSERT_TRUE(run_until([&] { return nodes() == 0; }));
    world.advance(10s);
    EXPECT_EQ(one.terms.size(), 1u);
    EXPECT_EQ(one.selector->state(), candidate_state::idle);
    one.selector->start();
    ASSERT_TRUE(run_until([&] { return one.terms.size() == 2; }));
}

TEST_F(Selector, RotatingLeadership) {
    for (int i = 0; i < 3; ++i) add_waiting(connected_client());
    for (int round = 0; round < 3; ++round) {
        for (worker& next : workers) {
            ASSERT_TRUE(run_until([&] { return next.running == 1; })) << "not in queue order";
            EXPECT_EQ(running(), 1);
            next.leave();
            ASSERT_TRUE(run_until([&] { return next.running == 0; }));
        }
    }
}

TEST_F(Selector, InterruptLeadership) {
    selector_options once;
    once.auto_requeue = false;
    worker& one = add_running(connected_client(), once);
    worker& two = add_waiting(connected_client());
    one.selector->interrupt();
    ASSERT_TRUE(run_until([&] { return two.running == 1; }));
    EXPECT_EQ(one.cancelled, 1);
    EXPECT_EQ(one.finished, 1);
    EXPECT_EQ(nodes(), 1u);
}

// CURATOR-518, hazard F14.
TEST_F(Selector, InterruptLeadershipWithRequeue) {
    worker& one = add_running(connected_client());
    for (std::size_t round = 2; round < 5; ++round) {
        one.selector->interrupt();
        ASSERT_TRUE(run_until([&] { return one.terms.size() == round && one.running == 1; }));
    }
    EXPECT_EQ(one.cancelled, 3);
}

TEST_F(Selector, InterruptionOfNobodyDoesNothing) {
    worker& one = add_running(connected_client());
    worker& two = add_waiting(connected_client());
    two.selector->interrupt();
    world.advance(1s);
    EXPECT_EQ(two.cancelled, 0);
    EXPECT_EQ(one.running, 1);
    EXPECT_EQ(nodes(), 2u);
}

// Found by the simulation: one that does not requeue took the interruption of nobody's term for the end of its own.
TEST_F(Selector, InterruptionWhileWaitingDoesNotTakeItOut) {
    worker& one = add_running(connected_client());
    selector_options once;
    once.auto_requeue = false;
    worker& two = add_waiting(connected_client(), once);
    two.selector->interrupt();
    world.advance(1s);
    EXPECT_EQ(nodes(), 2u);
    one.leave();
    EXPECT_TRUE(run_until([&] { return two.running == 1; })) << "it has dropped out";
}

// The node is there until the function has returned: nobody else begins before.
TEST_F(Selector, LeaderNodeDeleteOnInterrupt) {
    worker& one = add_running(connected_client());
    one.ignores_cancellation = true;
    worker& two = add_waiting(connected_client());
    one.selector->interrupt();
    world.advance(10s);
    EXPECT_EQ(one.cancelled, 1);
    EXPECT_FALSE(one.selector->leads()) << "it has resigned";
    EXPECT_EQ(two.running, 0);
    EXPECT_EQ(nodes(), 2u);
    one.leave();
    ASSERT_TRUE(run_until([&] { return two.running == 1 && nodes() == 2; }));
}

TEST_F(Selector, ALostTermEndsBeforeTheNextBegins) {
    core_client& by = connected_client();
    worker& one = add_running(by);
    one.ignores_cancellation = true;
    ensemble.expire_session(by.session_id());
    ASSERT_TRUE(run_until([&] { return one.cancelled == 1; }));
    world.advance(20s);
    EXPECT_EQ(one.terms.size(), 1u) << "a second function beside the first";
    EXPECT_EQ(nodes(), 0u);
    one.leave();
    ASSERT_TRUE(run_until([&] { return one.terms.size() == 2; }));
}

TEST_F(Selector, ErrorPolicies) {
    for (const bool strict : {false, true}) {
        client_options options = three_seconds();
        if (strict) options.on_loss = loss_policy::strict;
        core_client& by = connected_client(options);
        worker& one = add_running(by);
        ensemble.cut(by.number());
        ASSERT_TRUE(run_until([&] { return by.state() != session_state::connected; }));
        ASSERT_TRUE(run_until([&] { return by.state() == session_state::connected && one.running == 1; }));
        EXPECT_EQ(one.cancelled, strict ? 1 : 0);
        close(one);
    }
}

// Lost between the grant and the function: never taken (hazard F15).
TEST_F(Selector, RaceAtStateChanged) {
    core_client& by = connected_client();
    worker& one = add_running(by);
    one.leave();
    // The grant is on its way, and with it the news that the node is gone.
    ensemble.after_next(request_kind::children, [&] {
        for (const std::string& name : ensemble.children(directory))
            ensemble.remove_by_operator(std::string(directory) + "/" + name);
        by.process.freeze();
    });
    world.advance(4s);
    by.process.thaw();
    ASSERT_TRUE(run_until([&] { return one.running == 1 && nodes() == 1; }, 30s));
    EXPECT_EQ(one.terms.size(), 2u) << "a term was taken up that was lost already";
    EXPECT_EQ(ensemble.node(one.selector->term()->node)->czxid, one.terms.back().value());
}

TEST_F(Selector, ServerDying) {
    core_client& by = connected_client();
    worker& one = add_running(by);
    ensemble.power(false);
    ASSERT_TRUE(run_until([&] { return one.cancelled == 1; }, 4s)) << "runs on without servers";
    EXPECT_FALSE(one.selector->leads());
    ensemble.power(true);
    ASSERT_TRUE(run_until([&] { return one.running == 1 && one.terms.size() == 2; }, 60s));
}

// Curator's cluster tests: the whole ensemble stops, shorter and longer than a session.
TEST_F(Selector, RestartAndLostRestart) {
    for (int i = 0; i < 3; ++i) add_waiting(connected_client());
    for (const auto outage : {1s, 10s}) {
        ensemble.power(false);
        world.advance(outage);
        ensemble.power(true);
        ASSERT_TRUE(run_until([&] { return running() == 1 && nodes() == 3; }, 60s));
        world.advance(5s);
        EXPECT_EQ(running(), 1);
    }
}

TEST_F(Selector, KillSessionThenCloseShouldElectNewLeader) {
    core_client& by = connected_client();
    worker& one = add_running(by);
    worker& two = add_waiting(connected_client());
    ensemble.expire_session(by.session_id());
    close(one);
    ASSERT_TRUE(run_until([&] { return two.running == 1; }));
    EXPECT_EQ(nodes(), 1u);
}

TEST_F(Selector, KillServerThenCloseShouldElectNewLeader) {
    core_client& by = connected_client();
    worker& one = add_running(by);
    worker& two = add_waiting(connected_client());
    ensemble.power(false);
    const auto closed = begin_close(one);
    world.advance(1s);
    EXPECT_EQ(one.running, 0);
    ensemble.power(true);
    ASSERT_TRUE(run_until([&] { return *closed && two.running == 1; }, 60s));
}

TEST_F(Selector, Closing) {
    worker& one = add_running(connected_client());
    one.ignores_cancellation = true;
    worker& two = add_waiting(connected_client());
    const auto closed = begin_close(one);
    world.advance(5s);
    EXPECT_FALSE(*closed) << "closed while the function ran";
    EXPECT_EQ(two.running, 0);
    one.leave();
    ASSERT_TRUE(run_until([&] { return *closed; }));
    EXPECT_TRUE(run_until([&] { return two.running == 1; }));
    one.selector->start();
    world.advance(5s);
    EXPECT_EQ(nodes(), 1u);
}

// A closed client leaves nothing to give back, but its function may still run.
TEST_F(Selector, ClosingAfterItsClient) {
    core_client& by = connected_client();
    worker& one = add_running(by);
    one.ignores_cancellation = true;
    by.close();
    ASSERT_TRUE(run_until([&] { return by.closed && one.cancelled == 1; }));
    const auto closed = begin_close(one);
    world.advance(1s);
    EXPECT_FALSE(*closed);
    one.leave();
    EXPECT_TRUE(run_until([&] { return *closed; }));
}

// Its context goes while it waits there: that is an end too, or its term and a close would last for ever.
TEST_F(Selector, CoroutineDestroyedWithItsContextHasEnded) {
    core_client& by = connected_client();
    auto context = std::make_unique<asio::io_context>();
    bool begun = false;
    const auto wait_for_ever = [&begun](leader_term) -> asio::awaitable<void> {
        begun = true;
        const auto executor = co_await asio::this_coro::executor;
        asio::steady_timer never(executor, asio::steady_timer::time_point::max());
        co_await never.async_wait(asio::use_awaitable);
    };
    selector_options once;
    once.auto_requeue = false;
    auto selector =
        std::make_unique<leader_selector>(by.handle, directory, context->get_executor(), wait_for_ever, once);
    selector->start();
    ASSERT_TRUE(run_until([&] {
        context->restart();
        context->poll();
        return begun;
    }));
    EXPECT_EQ(nodes(), 1u);
    context.reset();
    EXPECT_TRUE(run_until([&] { return selector->state() == candidate_state::idle; })) << "the term goes on";
    EXPECT_EQ(nodes(), 0u);
    bool closed = false;
    selector->async_close([&](error_code) { closed = true; });
    EXPECT_TRUE(run_until([&] { return closed; })) << "a close waits for it";
    if (!closed) (void)selector.release();  // its destructor would wait too
}

// The connection ends right after the create was committed, and no server lets the client in for a while (CURATOR-45).
TEST_F(Selector, ProtectedCreateAtTheEdge) {
    core_client& by = connected_client();
    close(add_running(by));  // the directory exists
    for (const auto refused_for : {1s, 6s}) {
        ensemble.fail_next(request_kind::create, fault_position::after_commit);
        worker& next = add(by);
        ASSERT_TRUE(run_until([&] { return ensemble.planned() == 0; }));
        ensemble.refuse_connections(true);
        world.advance(refused_for);
        ensemble.refuse_connections(false);
        ASSERT_TRUE(run_until([&] { return next.running == 1; }, 30s));
        EXPECT_TRUE(run_until([&] { return nodes() == 1; }, 10s)) << "the first create's node is left";
        close(next);
    }
}

TEST_F(Selector, Flapping) {
    core_client& by = connected_client();
    worker& one = add_running(by);
    add_waiting(connected_client());
    for (int i = 0; i < 10; ++i) {
        ensemble.refuse_connections(true);
        ensemble.cut(by.number());
        world.advance(std::chrono::milliseconds(500 * i));
        ensemble.refuse_connections(false);
        world.advance(2s);
        EXPECT_LE(running(), 2);  // one of them has lost its term and is told so
    }
    ASSERT_TRUE(run_until([&] { return running() == 1 && nodes() == 2; }, 30s));
    EXPECT_LE(one.most, 1);
}

TEST_F(Selector, Participants) {
    selector_options options;
    for (const char* id : {"a", "b", "c"}) {
        options.id = id;
        add_waiting(connected_client(), options);
    }
    std::vector<std::string> ids;
    for (const std::string& name : ensemble.children(directory))
        ids.push_back(ensemble.data(std::string(directory) + "/" + name));
    std::ranges::sort(ids);
    EXPECT_EQ(ids, (std::vector<std::string>{"a", "b", "c"}));
}

// kazoo: an election whose leader function fails goes on.
TEST_F(Selector, ElectionLeaderFunctionThrows) {
    worker& one = add_running(connected_client());
    worker& two = add_waiting(connected_client());
    one.throws = true;
    one.leave();
    ASSERT_TRUE(run_until([&] { return two.running == 1; }));
    ASSERT_TRUE(run_until([&] { return nodes() == 2; })) << "an exception took it out of the election";
    two.leave();
    EXPECT_TRUE(run_until([&] { return one.running == 1; }));
}

TEST_F(Selector, RefusesBadArguments) {
    core_client& by = add_client();
    EXPECT_THROW(leader_selector(by.handle, directory, leader_selector::function()), argument_error);
    EXPECT_THROW(leader_selector(by.handle, directory, by.process.executor(), leader_selector::coroutine()),
                 argument_error);
    EXPECT_THROW(leader_selector(by.handle, "/", [](const leader_term&) {}), argument_error);
}

}  // namespace
}  // namespace paddock::testing
