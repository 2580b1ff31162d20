#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/co_spawn.hpp>

#include "core/session/session.hpp"
#include "tests/support/core_fixture.hpp"

namespace paddock::testing {

struct state_change {
    lease_state now;
    detail::boot_time at;
};

class LeaseLoss : public CoreTest {
protected:
    explicit LeaseLoss(const ensemble_options& options = {}) : CoreTest(options) {}
    /// A held lease whose changes are written down.
    attempt watched_hold(core_client& by) {
        const attempt got = hold(by);
        watching_ = got->result.on_state_change([this](lease_state now) {
            changes.push_back({now, world.now()});
        });
        return got;
    }
    std::vector<lease_state> states() const {
        std::vector<lease_state> all;
        for (const state_change& one : changes) all.push_back(one.now);
        return all;
    }
    void TearDown() override {
        watching_.reset();
        CoreTest::TearDown();
    }
    void lease_is_checked(const attempt& got) {
        std::optional<bool> still;
        got->result.async_check([&](error_code, bool exists) { still = exists; });
        ASSERT_TRUE(run_until([&] { return still.has_value(); }, 100ms));
        EXPECT_TRUE(*still);
    }
    std::shared_ptr<detail::session> home_of(core_client& whose) {
        detail::waiting_party caller(world.executor());
        std::shared_ptr<detail::session> found;
        boost::asio::co_spawn(world.executor(), whose.core->usable_session(caller),
                              [&](std::exception_ptr, const auto& home) { found = home; });
        EXPECT_TRUE(run_until([&] { return found != nullptr; }, 10ms));
        return found;
    }
    using list = std::vector<lease_state>;
    static constexpr auto timeout = 3000ms;

    std::vector<state_change> changes;

private:
    subscription watching_;
};

}  // namespace paddock::testing
