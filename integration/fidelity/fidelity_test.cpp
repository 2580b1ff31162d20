// The simulated ensemble against a real server: the same random scripts, the same account of what happened.
// PADDOCK_SEED=<n> begins with that script, PADDOCK_SCRIPTS=<n> plays that many, PADDOCK_LANES=<n> at once.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "integration/fidelity/generator.hpp"
#include "integration/fidelity/player.hpp"
#include "integration/fidelity/real_side.hpp"
#include "integration/fidelity/sim_side.hpp"
#include "integration/support/shared_servers.hpp"

namespace paddock::testing {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::vector<std::string> simulated(const script& told) {
    sim_side side;
    return lines_of(play(told, side));
}

// Marks the lines that the other side does not have at this place.
std::string listed(const std::vector<std::string>& lines, const std::vector<std::string>& others) {
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const bool same = i < others.size() && others[i] == lines[i];
        text += (same ? "    " : "  > ") + lines[i] + "\n";
    }
    return text;
}

std::string report(const script& told, const std::vector<std::string>& model,
                   const std::vector<std::string>& server) {
    return "script " + std::to_string(told.seed) + ", again: PADDOCK_SEED=" + std::to_string(told.seed) +
           " PADDOCK_SCRIPTS=1 build/release/integration/paddock_integration_fidelity\n" + text_of(told) +
           "the model:\n" + listed(model, server) + "the server:\n" + listed(server, model);
}

/// Plays scripts at several places at once and compares both sides' accounts.
class comparison {
public:
    comparison(std::uint64_t first, std::uint64_t count) : next_(first), end_(first + count) {}

    void run(std::size_t lanes) {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < lanes; ++i) threads.emplace_back([this] { run_lane(); });
    }

    [[nodiscard]] const tally& sum() const { return sum_; }

private:
    static constexpr int reports_max = 5;

    void run_lane() {
        std::unique_ptr<real_side> real;
        for (auto seed = next_++; seed < end_ && reports_ < reports_max; seed = next_++) {
            if (!real) real = std::make_unique<real_side>(server_.host(), server_.port());
            const script told = make_script(seed);
            try {
                const account answer = play(told, *real);
                if (!answer.stuck.empty()) real.reset();
                compare(told, answer);
            } catch (const std::exception& failure) {
                ++reports_;
                ADD_FAILURE() << "script " << seed << ": " << failure.what() << "\n" << text_of(told);
                real.reset();
            }
        }
    }

    void compare(const script& told, const account& answer) {
        const auto server = lines_of(answer);
        const auto model = simulated(told);
        const std::lock_guard lock(mutex_);
        sum_ += tally_of(told, answer);
        const bool agree = model == server && answer.stuck.empty();  // what stops both says nothing
        if (agree || ++reports_ > reports_max) return;
        ADD_FAILURE() << report(told, model, server);
    }

    zk_server& server_ = shared_standalone().server(0);
    std::atomic<std::uint64_t> next_;
    const std::uint64_t end_;
    std::atomic<int> reports_ = 0;
    std::mutex mutex_;
    tally sum_;
};

TEST(Fidelity, ModelAndServerAgree) {
    const auto begin = std::chrono::steady_clock::now();
    const auto scripts = number_from("PADDOCK_SCRIPTS", 10'000);
    comparison both(number_from("PADDOCK_SEED", 1), scripts);
    both.run(number_from("PADDOCK_LANES", 12));
    const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin);
    if (scripts >= 1000) {  // else a run that shows little would look like any other
        EXPECT_GT(both.sum().successes, 4 * scripts);
        EXPECT_GT(both.sum().failures, 2 * scripts);
        EXPECT_GT(both.sum().watch_events, scripts / 2);
    }
    std::cout << text_of(both.sum()) << " compared in " << took.count() << " s\n";
}

TEST(Fidelity, SameSeedSameScript) {
    EXPECT_EQ(text_of(make_script(3)), text_of(make_script(3)));
    EXPECT_NE(text_of(make_script(3)), text_of(make_script(4)));
}

TEST(Fidelity, SameScriptSameAccount) { EXPECT_EQ(simulated(make_script(3)), simulated(make_script(3))); }

}  // namespace
}  // namespace paddock::testing
