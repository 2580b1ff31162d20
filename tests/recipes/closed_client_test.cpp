// Every recipe's call after its client was closed, and after it has gone: one typed error, and nothing is sent (hazards
// D6, F15). Leaders: the tests of leader_latch. Blocking forms: integration/close_test.cpp.
#include <ostream>

#include <paddock/barrier.hpp>
#include <paddock/count_down_latch.hpp>
#include <paddock/curator_semaphore.hpp>
#include <paddock/double_barrier.hpp>
#include <paddock/multi_lock.hpp>
#include <paddock/read_write_lock.hpp>
#include <paddock/reentrant_mutex.hpp>
#include <paddock/semaphore.hpp>
#include <paddock/transaction.hpp>

#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

using told = std::function<void(error_code)>;
using late_start = std::function<void(const told&)>;

/// A call that is made ready while the client is open: the recipe's object, and a lease where it takes one.
struct late_call {
    std::string name;
    std::function<late_start(core_rig&, core_client&)> ready;
    friend void PrintTo(const late_call& which, std::ostream* out) { *out << which.name; }
};

/// A completion handler of any signature.
auto tells(const told& whom) {
    return [whom](error_code ec, const auto&...) { whom(ec); };
}

std::shared_ptr<lease> taken(core_rig& here,
                             const std::function<void(std::function<void(error_code, lease)>)>& start) {
    auto held = std::make_shared<lease>();
    start([held](error_code ec, lease got) {
        EXPECT_FALSE(ec) << ec.message();
        *held = std::move(got);
    });
    EXPECT_TRUE(here.run_until([&] { return bool(*held); }));
    return held;
}

late_call acquire(std::string name, std::function<claim(core_client&)> make) {
    return {std::move(name), [make = std::move(make)](core_rig&, core_client& by) -> late_start {
                return [on = make(by)](const told& whom) mutable { on.async_acquire(tells(whom)); };
            }};
}

/// `use` is given the recipe's object and the handler.
template <class Make, class Use>
late_call call_of(std::string name, Make make, Use use) {
    return {std::move(name), [make, use](core_rig&, core_client& by) -> late_start {
                return [on = std::make_shared<decltype(make(by))>(make(by)), use](const told& whom) {
                    use(*on, tells(whom));
                };
            }};
}

read_write_lock lock_of(core_client& by) { return read_write_lock(by.handle, "/late/rw"); }
semaphore permits_of(core_client& by) { return semaphore(by.handle, "/late/semaphore", {.limit = 3}); }
barrier gate_of(core_client& by) { return barrier(by.handle, "/late/barrier"); }
count_down_latch latch_of(core_client& by) { return count_down_latch(by.handle, "/late/latch", 3); }
double_barrier party_of(core_client& by) { return double_barrier(by.handle, "/late/party", 1); }
mutex mutex_of(core_client& by) { return mutex(by.handle, "/late/mutex"); }

std::vector<late_call> claims() {
    return {
        acquire("mutex", mutex_of),
        acquire("read", [](core_client& by) { return lock_of(by).read(); }),
        acquire("write", [](core_client& by) { return lock_of(by).write(); }),
        acquire("permits", [](core_client& by) { return permits_of(by).permits(2); }),
        acquire("multi_lock",
                [](core_client& by) {
                    return multi_lock({mutex(by.handle, "/late/a"), mutex(by.handle, "/late/b")});
                }),
        acquire("curator_semaphore",
                [](core_client& by) { return curator_semaphore(by.handle, "/late/curator", {.limit = 1}); }),
        call_of("try_mutex", mutex_of, [](auto& on, auto tell) { on.async_try_acquire(tell); }),
        call_of("mutex_for", mutex_of, [](auto& on, auto tell) { on.async_acquire_for(1s, tell); }),
        call_of("contenders", mutex_of, [](auto& on, auto tell) { on.async_contenders(1s, tell); }),
        call_of(
            "reentrant_mutex", [](core_client& by) { return reentrant_mutex(by.handle, "/late/mutex"); },
            [](auto& on, auto tell) { on.async_lock(mutex_owner(), tell); }),
    };
}

std::vector<late_call> others() {
    return {
        call_of("semaphore_state", permits_of, [](auto& on, auto tell) { on.async_state(1s, tell); }),
        call_of("set_limit", permits_of, [](auto& on, auto tell) { on.async_set_limit(4, 1s, tell); }),
        call_of("barrier_set", gate_of, [](auto& on, auto tell) { on.async_set(tell); }),
        call_of("barrier_remove", gate_of, [](auto& on, auto tell) { on.async_remove(tell); }),
        call_of("barrier_wait", gate_of, [](auto& on, auto tell) { on.async_wait(tell); }),
        call_of("barrier_closed", gate_of, [](auto& on, auto tell) { on.async_closed(tell); }),
        call_of("count_down", latch_of, [](auto& on, auto tell) { on.async_count_down(tell); }),
        call_of("latch_wait", latch_of, [](auto& on, auto tell) { on.async_wait(tell); }),
        call_of("latch_count", latch_of, [](auto& on, auto tell) { on.async_count(tell); }),
        call_of("latch_reset", latch_of, [](auto& on, auto tell) { on.async_try_reset(2, tell); }),
        call_of("enter", party_of, [](auto& on, auto tell) { on.async_enter(tell); }),
    };
}

std::vector<late_call> with_a_lease() {
    const auto downgrade = [](core_rig& here, core_client& by) -> late_start {
        const auto on = std::make_shared<read_write_lock>(lock_of(by));
        const auto held = taken(here, [&](auto done) { claim(on->write()).async_acquire(done); });
        return [on, held](const told& whom) { on->async_downgrade(std::move(*held), tells(whom)); };
    };
    const auto leave = [](core_rig& here, core_client& by) -> late_start {
        const auto on = std::make_shared<double_barrier>(party_of(by));
        const auto held = taken(here, [&](auto done) { on->async_enter(done); });
        return [on, held](const told& whom) { on->async_leave(std::move(*held), tells(whom)); };
    };
    const auto commit = [](core_rig& here, core_client& by) -> late_start {
        const auto held = taken(here, [&](auto done) { mutex_of(by).async_acquire(done); });
        return [&by, held](const told& whom) {
            by.handle.async_commit(transaction(*held).create("/effect"), 1s, tells(whom));
        };
    };
    return {{"downgrade", downgrade}, {"leave", leave}, {"commit", commit}};
}

std::vector<late_call> all_calls() {
    std::vector<late_call> all = claims();
    for (auto& more : {others(), with_a_lease()}) all.insert(all.end(), more.begin(), more.end());
    return all;
}

class ClosedClient : public ::testing::TestWithParam<late_call>, public core_rig {
protected:
    void refused_once(const late_start& start) {
        int told_of = 0;
        error_code ec;
        start([&](error_code why) {
            ++told_of;
            ec = why;
        });
        EXPECT_EQ(told_of, 0) << "inside the initiating function";
        world.settle();
        EXPECT_EQ(told_of, 1);
        EXPECT_EQ(ec, make_error_code(errc::client_closed)) << ec.message();
    }
    void TearDown() override { expect_clean(); }
};

TEST_P(ClosedClient, RefusesTheCall) {
    core_client& by = connected_client();
    const late_start start = GetParam().ready(*this, by);
    by.close();
    ASSERT_TRUE(run_until([&] { return by.closed; }));
    const auto arrived = ensemble.arrivals();
    refused_once(start);
    EXPECT_EQ(ensemble.arrivals(), arrived);
}

// While it closes: what had no place in it before gets none now.
TEST_P(ClosedClient, RefusesTheCallWhileItCloses) {
    core_client& by = connected_client();
    const late_start start = GetParam().ready(*this, by);
    by.close();
    refused_once(start);
    EXPECT_TRUE(run_until([&] { return by.closed; }));
}

// As `client::close` does at its end: from then on nothing of the client may be asked.
TEST_P(ClosedClient, RefusesTheCallWhenItHasGone) {
    core_client& by = connected_client();
    const late_start start = GetParam().ready(*this, by);
    by.close();
    ASSERT_TRUE(run_until([&] { return by.closed; }));
    by.core->entrance()->close();
    refused_once(start);
}

INSTANTIATE_TEST_SUITE_P(All, ClosedClient, ::testing::ValuesIn(all_calls()),
                         [](const auto& which) { return which.param.name; });

}  // namespace
}  // namespace paddock::testing
