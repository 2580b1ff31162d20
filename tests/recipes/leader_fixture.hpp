#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>

#include <paddock/leader_latch.hpp>

#include "tests/support/core_fixture.hpp"

namespace paddock::testing {

/// A latch, and what its owner was told.
struct candidate {
    core_client* by = nullptr;
    std::vector<std::optional<leader_term>> told;
    std::optional<leader_latch> latch;

    [[nodiscard]] bool leads() const { return latch->leads(); }
    /// Terms begun, as far as it was told; fails when the events do not alternate.
    [[nodiscard]] std::size_t terms() const {
        std::size_t begun = 0;
        for (std::size_t i = 0; i < told.size(); ++i) {
            EXPECT_EQ(told[i].has_value(), i % 2 == 0) << "the events do not alternate";
            begun += told[i].has_value() ? 1 : 0;
        }
        return begun;
    }
};

/// Latches on one directory in virtual time. At its end they are closed, and nothing of them may be left.
class LeaderTest : public CoreTest {
protected:
    static constexpr const char* directory = "/election/a";

    explicit LeaderTest(const ensemble_options& options = {}) : CoreTest(options) {}

    candidate& add(core_client& by, leader_options options = {}) {
        candidate& made = candidates.emplace_back();
        made.by = &by;
        options.on_change = [&made](const std::optional<leader_term>& now) { made.told.push_back(now); };
        made.latch.emplace(by.handle, directory, std::move(options));
        return made;
    }
    candidate& add_started(core_client& by, leader_options options = {}) {
        candidate& made = add(by, std::move(options));
        made.latch->start();
        return made;
    }
    /// Started and leading.
    candidate& add_leader(core_client& by, leader_options options = {}) {
        candidate& made = add_started(by, std::move(options));
        EXPECT_TRUE(run_until([&] { return made.leads(); }));
        return made;
    }
    /// Started and in the queue behind others.
    candidate& add_waiting(core_client& by, leader_options options = {}) {
        const auto before = nodes();
        candidate& made = add_started(by, std::move(options));
        EXPECT_TRUE(run_until([&] { return nodes() == before + 1; }));
        world.advance(20ms);
        return made;
    }

    [[nodiscard]] std::size_t nodes() const { return ensemble.children(directory).size(); }
    [[nodiscard]] std::size_t leaders() const {
        std::size_t count = 0;
        for (const candidate& one : candidates) count += one.latch && one.leads() ? 1 : 0;
        return count;
    }
    [[nodiscard]] std::string node_of(const candidate& leading) const { return leading.latch->term()->node; }

    auto resign(candidate& who, after_term then = after_term::compete_again) {
        auto made = std::make_shared<outcome<release_result>>();
        who.latch->async_resign(then, recorded(made, world));
        return made;
    }
    /// Resigns, and waits until the node is gone.
    void step_down(candidate& who, after_term then = after_term::compete_again) {
        const auto made = resign(who, then);
        EXPECT_TRUE(run_until([&] { return made->done(); }));
        EXPECT_FALSE(made->ec) << made->ec.message();
    }
    auto await(candidate& who) {
        auto made = std::make_shared<outcome<leader_term>>();
        who.latch->async_await(
            boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world)));
        return made;
    }
    error_code publish(candidate& who, const std::string& value) {
        std::optional<error_code> result;
        who.latch->async_publish(value, 5s, [&](error_code ec) { result = ec; });
        EXPECT_TRUE(run_until([&] { return result.has_value(); }));
        return result.value_or(error_code());
    }
    void close(candidate& who, close_mode mode = close_mode::silent) {
        bool closed = false;
        who.latch->async_close(mode, [&](error_code ec) {
            EXPECT_FALSE(ec) << ec.message();
            closed = true;
        });
        EXPECT_TRUE(run_until([&] { return closed; }, 30s)) << "a latch does not close";
    }

    void TearDown() override {
        heal();
        for (candidate& one : candidates)
            if (one.latch) close(one);
        for (const candidate& one : candidates) (void)one.terms();
        candidates.clear();
        CoreTest::TearDown();
    }

    std::list<candidate> candidates;
};

}  // namespace paddock::testing
