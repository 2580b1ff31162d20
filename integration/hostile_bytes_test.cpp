#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "integration/lock_fixture.hpp"
#include "integration/support/fault_proxy.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

// Bytes that no sound server sends (hazard E15), as far as anybody can notice them: a frame's length, its number, an
// error code that nobody knows, a handshake that promises nonsense. Who lies inside a sound frame is believed, as there is
// no checksum; and one whose body cannot be read ends the process inside the C client, which does not look.
using change = std::function<void(std::string&)>;

// A reply: length, xid, zxid, error code. A handshake: length, protocol version, timeout, session, password.
constexpr std::size_t length_at = 0;
constexpr std::size_t xid_at = 4;
constexpr std::size_t error_at = 16;
constexpr std::size_t timeout_at = 8;
constexpr std::size_t password_at = 24;

change with_int(std::size_t at, std::int32_t value) {
    return [at, bytes = frame_writer().put_int(value).body()](std::string& frame) {
        frame.replace(at, bytes.size(), bytes);
    };
}

struct hostile_case {
    std::string name;
    opcode op;
    change what;
    bool drops = true;  ///< the connection is given up
};

void PrintTo(const hostile_case& one, std::ostream* out) { *out << one.name; }

std::vector<hostile_case> replies() {
    const std::vector<std::pair<opcode, std::string>> requests = {{opcode::create2, "Create"},
                                                                  {opcode::get_children2, "List"},
                                                                  {opcode::get_data, "Watch"},
                                                                  {opcode::multi, "Check"},
                                                                  {opcode::remove, "Delete"}};
    std::vector<hostile_case> cases;
    for (const auto& [op, name] : requests) {
        cases.push_back({name + "WithAnotherNumber", op, with_int(xid_at, 0x00ffffff)});
        cases.push_back({name + "WithoutEnd", op, with_int(length_at, 0x7ffffff0)});
        cases.push_back({name + "OfNegativeLength", op, with_int(length_at, -16)});
        // That of a create would be believed: its node stays until the session ends.
        if (op != opcode::create2)
            cases.push_back({name + "WithAnUnknownError", op, with_int(error_at, -7777), false});
    }
    return cases;
}

std::vector<hostile_case> handshakes() {
    return {{"NoTimeout", opcode::connect, with_int(timeout_at, 0)},
            {"NegativeTimeout", opcode::connect, with_int(timeout_at, -4000)},
            {"EndlessTimeout", opcode::connect, with_int(timeout_at, 0x7fffffff), false},
            {"AnotherPassword", opcode::connect, with_int(password_at, 0x0badbad0), false}};
}

class HostileBytesTest : public LockTest, public ::testing::WithParamInterface<hostile_case> {
protected:
    HostileBytesTest() {
        client zk(options());
        (void)mutex(zk, path()).acquire().release();  // the directory is there
    }
    std::shared_ptr<injected_fault> inject() {
        fault_rule rule;
        rule.at = position::alter;
        rule.op = GetParam().op;
        rule.change = GetParam().what;
        if (rule.op != opcode::connect) rule.path_contains = root_;
        fault_ = proxy_.inject(rule);
        return fault_;
    }
    /// Acquires, checks and releases: each is done or says why not, and nobody else holds meanwhile.
    void cycle(client& shaky, client& steady) {
        error_code ec;
        lease held = mutex(shaky, path()).try_acquire_for(20s, ec);
        EXPECT_NE(bool(held), bool(ec)) << ec.message();
        if (!held) return;
        EXPECT_FALSE(mutex(steady, path()).try_acquire(ec)) << "two hold";
        EXPECT_EQ(ec, errc::timed_out);
        (void)held.check(ec);
        // The watch comes up to 2 ms behind the grant, if the lease is still held then.
        const bool hits_later = GetParam().op == opcode::get_data;
        EXPECT_TRUE(!hits_later || fault_->wait_hits(1));
        EXPECT_NE(held.release(), release_result::already_lost);
    }
    /// Afterwards all is well.
    void expect_sound(client& shaky, client& steady) {
        lease held = mutex(shaky, path()).try_acquire_for(20s);
        ASSERT_TRUE(held);
        EXPECT_FALSE(mutex(steady, path()).try_acquire());
        EXPECT_TRUE(held.check());
        EXPECT_EQ(held.release(), release_result::confirmed);
        EXPECT_TRUE(has_nodes(path(), 0));
    }

    fault_proxy proxy_{servers_.server(0).host(), servers_.server(0).port(), "127.0.1.1"};
    std::shared_ptr<injected_fault> fault_;
};

class HostileReplies : public HostileBytesTest {};
INSTANTIATE_TEST_SUITE_P(Requests, HostileReplies, ::testing::ValuesIn(replies()),
                         [](const auto& chosen) { return chosen.param.name; });

TEST_P(HostileReplies, CycleCompletesOrSaysWhyNot) {
    client shaky(options(proxy_.address()));
    client steady(options());
    ASSERT_TRUE(shaky.wait_connected(10s));
    const auto fault = inject();
    cycle(shaky, steady);
    EXPECT_TRUE(fault->wait_hits(1));
    expect_sound(shaky, steady);
    EXPECT_EQ(proxy_.counters().accepted, GetParam().drops ? 2U : 1U);
}

class HostileHandshakes : public HostileBytesTest {};
INSTANTIATE_TEST_SUITE_P(Answers, HostileHandshakes, ::testing::ValuesIn(handshakes()),
                         [](const auto& chosen) { return chosen.param.name; });

TEST_P(HostileHandshakes, ClientEndsUpWithASoundSession) {
    const auto fault = inject();
    client shaky(options(proxy_.address()));
    client steady(options());
    cycle(shaky, steady);
    EXPECT_TRUE(fault->wait_hits(1));
    (void)proxy_.cut_all();  // what a client cannot notice comes out when it comes back
    expect_sound(shaky, steady);
}

}  // namespace
}  // namespace paddock::testing
