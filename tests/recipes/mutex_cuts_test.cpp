// A request of every kind is lost on its way, or takes effect and its answer is lost.
#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

struct cut_case {
    request_kind kind;
    std::size_t skip;
    const char* path_part;
    bool contended;
};

std::string case_name(const ::testing::TestParamInfo<std::tuple<cut_case, fault_position>>& one) {
    static constexpr const char* positions[] = {"BeforeSend", "BeforeCommit", "Forwarded", "AfterCommit",
                                                "OnReply"};
    const auto& [which, where] = one.param;
    return std::string(name_of(which.kind)) + std::to_string(one.index / std::size(positions)) +
           positions[static_cast<int>(where)];
}

class Cuts : public ::testing::TestWithParam<std::tuple<cut_case, fault_position>> {};

// One full cycle: parents, join, wait, hold for a while, release.
TEST_P(Cuts, CycleCompletes) {
    const auto& [which, where] = GetParam();
    core_rig rig;
    core_client& other = rig.connected_client();
    core_client& self = rig.connected_client();
    attempt holder;
    if (which.contended) holder = rig.hold(other);
    rig.ensemble.fail_next(which.kind, where, {self.number(), which.skip, which.path_part});
    const attempt got = rig.acquire(self);
    const auto session = self.session_id();
    rig.world.advance(2s);  // longer than a heartbeat period: the grant is confirmed first
    if (holder) holder->result = lease();
    ASSERT_TRUE(rig.run_until_done(got));
    ASSERT_TRUE(got->granted()) << got->ec.message();
    const auto token = got->result.fencing_token();
    rig.world.advance(2s);  // heartbeats
    EXPECT_EQ(got->result.state(), lease_state::held);
    EXPECT_EQ(got->result.fencing_token(), token);
    EXPECT_EQ(self.session_id(), session);
    EXPECT_EQ(rig.nodes(), 1u);
    const auto released = std::make_shared<outcome<release_result>>();
    got->result.async_release(recorded(released, rig.world));
    ASSERT_TRUE(rig.run_until([&] { return released->done(); }));
    EXPECT_EQ(released->completions, 1);
    EXPECT_EQ(released->result, release_result::confirmed);
    EXPECT_EQ(rig.nodes(), 0u);
    EXPECT_EQ(rig.ensemble.planned(), 0u);
    rig.expect_clean();
    if (HasFailure()) GTEST_LOG_(INFO) << rig.ensemble.trace();
}

constexpr cut_case cases[] = {
    {request_kind::create, 0, "_c_", false},  // the first try, which finds no directory
    {request_kind::create, 1, "_c_", false},  // the one that creates the node
    {request_kind::create, 0, "_c_", true},
    {request_kind::create, 2, "/locks", false},  // a parent: after _c_, the outer one
    {request_kind::create, 1, "/locks", false},
    {request_kind::children, 0, "", false},
    {request_kind::children, 1, "", false},
    {request_kind::children, 0, "", true},
    {request_kind::get, 0, "", false},  // the watch on the own node
    {request_kind::get, 0, "", true},   // the watch on the predecessor
    {request_kind::get, 1, "", true},
    {request_kind::multi, 0, "", false},  // a heartbeat
    {request_kind::multi, 0, "", true},   // the confirmation before the grant
    {request_kind::multi, 1, "", true},
    {request_kind::remove, 0, "", false},
    {request_kind::remove, 0, "", true},
    {request_kind::exists, 0, "", true},        // an idle heartbeat
    {request_kind::exists, 0, "/locks", true},  // after the wake-up: of the predecessor
    {request_kind::exists, 1, "/locks", true},  // and of the own node
};

INSTANTIATE_TEST_SUITE_P(
    All, Cuts,
    ::testing::Combine(::testing::ValuesIn(cases),
                       ::testing::Values(fault_position::before_send, fault_position::before_commit,
                                         fault_position::forwarded, fault_position::after_commit,
                                         fault_position::on_reply)),
    case_name);

}  // namespace
}  // namespace paddock::testing
