#include <algorithm>
#include <memory>
#include <vector>

#include "integration/lock_fixture.hpp"
#include "integration/support/fault_proxy.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Many clients lose their server at the same moment (hazard E4).
class RestartStormTest : public LockTest {
protected:
    static constexpr std::size_t crowd = 50;
    using moments = std::vector<steady_clock::time_point>;

    std::vector<std::unique_ptr<client>> join(std::vector<pending_lease>& waiters) {
        client_options chosen = options(proxy_.address());
        chosen.session_timeout = 10s;
        std::vector<std::unique_ptr<client>> all;
        for (pending_lease& one : waiters) {
            all.push_back(std::make_unique<client>(chosen));
            mutex(*all.back(), path()).async_acquire(one.handler());
        }
        return all;
    }
    /// When handshakes came to the server.
    moments handshakes() {
        moments times;
        for (const trace_entry& one : proxy_.trace())
            if (one.frame.op == opcode::connect && one.frame.towards == direction::to_server)
                times.push_back(one.at);
        return times;
    }
    static std::size_t most_within(milliseconds window, const moments& times) {
        std::size_t most = 0;
        for (std::size_t from = 0, to = 0; to < times.size(); ++to) {
            while (times[to] - times[from] > window) ++from;
            most = std::max(most, to - from + 1);
        }
        return most;
    }

    fault_proxy proxy_{servers_.server(0).host(), servers_.server(0).port(), "127.0.1.1"};
};

TEST_F(RestartStormTest, EverybodyFinishesAndTheConnectsAreSpread) {
    client holder(options());
    lease held = mutex(holder, path()).acquire();
    std::vector<pending_lease> waiters(crowd);
    const auto clients = join(waiters);
    ASSERT_TRUE(has_nodes(path(), crowd + 1, 30s));
    servers_.kill(0);
    const auto begin = steady_clock::now();
    const std::size_t before = proxy_.counters().accepted;
    // Each has tried some times, so its pauses have grown.
    ASSERT_TRUE(eventually([&] { return proxy_.counters().accepted >= before + 6 * crowd; }, 20s));
    EXPECT_GE(steady_clock::now() - begin, 500ms) << "as fast as they are refused";
    proxy_.clear_trace();
    servers_.start();
    const auto connected = [](const auto& one) { return one->state() == session_state::connected; };
    ASSERT_TRUE(eventually([&] { return std::ranges::all_of(clients, connected); }, 60s));
    const moments times = handshakes();
    ASSERT_GE(times.size(), crowd);
    EXPECT_LT(most_within(100ms, times), crowd / 2) << "all at once";  // 10 or so; without jitter 35 to 50
    held = lease();
    std::size_t served = 0;
    const auto pass = [&] {
        for (pending_lease& one : waiters) {
            if (!one.done() || !one.held()) continue;
            one.held() = lease();
            ++served;
        }
        return served == crowd;
    };
    EXPECT_TRUE(eventually(pass, 60s)) << served;
    for (const pending_lease& one : waiters) EXPECT_EQ(one.calls(), 1);
}

}  // namespace
}  // namespace paddock::testing
