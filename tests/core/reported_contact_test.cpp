#include "core/session/reported_contact.hpp"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace paddock::detail {
namespace {

using namespace std::chrono_literals;

class ReportedContact : public ::testing::Test {
protected:
    static constexpr std::chrono::nanoseconds delay = 160ms;

    boot_time known() { return reported.known_by(now, delay); }
    void answered(boot_time sent) { reported.answered(sent, now, delay); }

    reported_contact reported;
    boot_time now{1h};
};

TEST_F(ReportedContact, HandshakeIsKnownAtOnce) {
    reported.connected(now);
    EXPECT_EQ(known(), now);
}

TEST_F(ReportedContact, AnswerIsKnownAfterTheDelay) {
    const boot_time handshake = now;
    reported.connected(handshake);
    const boot_time sent = now + 300ms;
    now += 500ms;
    answered(sent);
    now += delay - 1ns;
    EXPECT_EQ(known(), handshake) << "the time of the answer counts, not that of the sending";
    now += 1ns;
    EXPECT_EQ(known(), sent);
}

TEST_F(ReportedContact, NewConnectionForgetsWhatItsServerHasNotReported) {
    reported.connected(now);
    now += 100ms;
    answered(now);
    reported.connected(now - 50ms);
    now += 1h;
    EXPECT_EQ(known(), boot_time(1h + 50ms));
}

TEST_F(ReportedContact, OldHandshakeDoesNotTurnTimeBack) {
    reported.connected(now);
    reported.connected(now - 1s);
    EXPECT_EQ(known(), now);
}

// Never more than is known, and less by no more than a portion.
TEST_F(ReportedContact, AgreesWithLookingAtThemAll) {
    std::mt19937 random(5);
    std::vector<std::pair<boot_time, boot_time>> all;  // answered, sent
    reported.connected(now);
    boot_time sent = now;
    for (int i = 0; i < 20'000; ++i) {
        now += std::chrono::milliseconds(random() % 8 == 0 ? random() % 300 : random() % 5);
        sent = std::max(sent, now - std::chrono::milliseconds(random() % 30));
        answered(sent);
        all.emplace_back(now, sent);
        const auto exact = [&](boot_time by) {
            const auto first_late =
                std::ranges::upper_bound(all, by, {}, &std::pair<boot_time, boot_time>::first);
            return first_late == all.begin() ? boot_time(1h) : std::prev(first_late)->second;
        };
        ASSERT_LE(known(), exact(now - delay)) << i;
        ASSERT_GE(known(), exact(now - delay - delay / 16)) << i;
    }
}

}  // namespace
}  // namespace paddock::detail
