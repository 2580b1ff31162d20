#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>

#include <paddock/semaphore.hpp>

#include "tests/support/core_fixture.hpp"

namespace paddock::testing {

/// What scenarios with semaphores need; also of several clients.
class semaphore_rig : public core_rig {
public:
    using core_rig::core_rig;

    static semaphore limited(core_client& by, std::uint32_t limit = 3, const std::string& path = "/locks/a") {
        return semaphore(by.handle, path, {.limit = limit, .sharing = {.turns = 0}});
    }
    attempt take(const claim& from) {
        attempt made = attempts.emplace_back(std::make_shared<outcome<lease>>());
        claim(from).async_acquire(
            boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world)));
        return made;
    }
    attempt take_now(const claim& from) {
        attempt made = attempts.emplace_back(std::make_shared<outcome<lease>>());
        claim(from).async_try_acquire(
            boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world)));
        return made;
    }
    attempt take_within(core_client& by, std::chrono::nanoseconds limit, const claim& from) {
        attempt made = attempts.emplace_back(std::make_shared<outcome<lease>>());
        claim(from).async_acquire_until(
            by.process.steady_now() + limit,
            boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world)));
        return made;
    }
    /// Takes its place in the queue, whether it holds then or waits.
    attempt queue_up(const claim& from) {
        attempt made = take(from);
        world.advance(20ms);
        return made;
    }
    attempt hold_permits(const claim& from) {
        attempt made = take(from);
        EXPECT_TRUE(run_until_done(made));
        EXPECT_FALSE(made->ec) << made->ec.message();
        world.advance(5ms);
        return made;
    }
    /// Of three servers all go and two come back, and the holder lets go: each waiter is served.
    void serve_over_an_outage(const attempt& holder, const std::vector<attempt>& waiters) {
        ensemble.power(false);
        world.advance(5s);
        for (const attempt& one : waiters) EXPECT_FALSE(one->done()) << "while no server runs";
        ensemble.power(true);
        ensemble.servers().kill(2);
        let_go(holder);
        const auto served = [&] {
            for (const attempt& one : waiters) let_go(one);
            return std::ranges::all_of(waiters, [](const attempt& one) { return one->granted(); });
        };
        EXPECT_TRUE(run_until(served, 60s));
        ensemble.servers().restart(2);
    }

    error_code set_limit(core_client& by, std::uint32_t limit, std::uint32_t declared = 3) {
        const auto done = std::make_shared<std::pair<bool, error_code>>();
        limited(by, declared).async_set_limit(limit, 10s, [done](error_code ec) { *done = {true, ec}; });
        EXPECT_TRUE(run_until([&] { return done->first; }, 15s));
        world.advance(20ms);
        return done->second;
    }
    semaphore_state state_of(core_client& by, error_code* failed = nullptr) {
        const auto done = std::make_shared<outcome<semaphore_state>>();
        limited(by).async_state(10s, recorded(done, world));
        EXPECT_TRUE(run_until([&] { return done->done(); }, 15s));
        if (failed != nullptr) *failed = done->ec;
        return done->result;
    }
    std::uint64_t reads_and_writes(core_client& by) {
        std::uint64_t sum = 0;
        for (const auto kind :
             {request_kind::create, request_kind::get, request_kind::exists, request_kind::children,
              request_kind::set, request_kind::remove, request_kind::remove_watch})
            sum += ensemble.requests(kind, by.number());
        return sum;
    }
};

class SemaphoreTest : public ::testing::Test, public semaphore_rig {
protected:
    void TearDown() override {
        expect_clean();
        if (HasFailure()) GTEST_LOG_(INFO) << "what the servers saw:\n" << ensemble.trace();
    }
};

}  // namespace paddock::testing
