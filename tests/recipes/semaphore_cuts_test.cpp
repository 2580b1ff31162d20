// A request of a semaphore's acquire is lost on its way, or takes effect and its answer is lost.
#include "tests/recipes/semaphore_fixture.hpp"

namespace paddock::testing {
namespace {

struct permit_cut {
    request_kind kind;
    std::size_t skip;
    const char* path_part;
    bool contended;
};

constexpr permit_cut permit_cuts[] = {
    {request_kind::create, 1, "_c_", false},       // the one that creates the node
    {request_kind::create, 1, "/locks/a", false},  // the directory, with its record
    {request_kind::get, 0, "/locks/a", false},     // the record
    {request_kind::children, 1, "", false},
    {request_kind::multi, 0, "", false},  // the grant
    {request_kind::create, 0, "_c_", true},
    {request_kind::get, 0, "", true},
    {request_kind::get, 1, "", true},  // a watch
    {request_kind::get, 2, "", true},
    {request_kind::get, 3, "", true},
    {request_kind::children, 0, "", true},
    {request_kind::children, 1, "", true},  // the watch of the directory
    {request_kind::children, 2, "", true},
    {request_kind::multi, 0, "", true},
    {request_kind::remove, 0, "", true},
};

class SemaphoreCuts : public ::testing::TestWithParam<std::tuple<permit_cut, fault_position>> {};

TEST_P(SemaphoreCuts, CycleCompletes) {
    const auto& [which, where] = GetParam();
    semaphore_rig rig;
    core_client& other = rig.connected_client();
    core_client& self = rig.connected_client();
    std::vector<attempt> holders;
    for (int i = 0; which.contended && i < 3; ++i)
        holders.push_back(rig.hold_permits(semaphore_rig::limited(other)));
    rig.ensemble.fail_next(which.kind, where, {self.number(), which.skip, which.path_part});
    const attempt got = rig.take(semaphore_rig::limited(self).permits(2));
    rig.world.advance(2s);
    for (const attempt& one : holders) semaphore_rig::let_go(one);
    ASSERT_TRUE(rig.run_until_done(got));
    ASSERT_TRUE(got->granted()) << got->ec.message();
    const auto token = got->result.fencing_token();
    EXPECT_EQ(rig.ensemble.node(got->result.node())->mzxid, token.value());
    rig.world.advance(2s);
    EXPECT_EQ(got->result.state(), lease_state::held);
    EXPECT_EQ(rig.nodes(), 1u);
    EXPECT_EQ(rig.state_of(other).held, 2u);
    const auto released = std::make_shared<outcome<release_result>>();
    got->result.async_release(recorded(released, rig.world));
    ASSERT_TRUE(rig.run_until([&] { return released->done(); }));
    EXPECT_EQ(rig.nodes(), 0u);
    rig.expect_clean();
    if (HasFailure()) GTEST_LOG_(INFO) << rig.ensemble.trace();
}

// A change of the limit is made once, whatever becomes of its requests.
class LimitCuts : public ::testing::TestWithParam<std::tuple<request_kind, fault_position>> {};

TEST_P(LimitCuts, LimitIsSet) {
    const auto& [kind, where] = GetParam();
    semaphore_rig rig;
    core_client& one = rig.connected_client();
    if (kind != request_kind::create) semaphore_rig::let_go(rig.hold_permits(semaphore_rig::limited(one)));
    rig.world.advance(50ms);
    rig.ensemble.fail_next(kind, where, {one.number(), 0, "/locks"});
    EXPECT_EQ(rig.set_limit(one, 5), error_code());
    EXPECT_EQ(rig.ensemble.data("/locks/a"), R"({"declared":3,"limit":5})");
    EXPECT_EQ(rig.ensemble.node("/locks/a")->version, 1);
    rig.expect_clean();
}

constexpr fault_position everywhere[] = {fault_position::before_send, fault_position::before_commit,
                                         fault_position::forwarded, fault_position::after_commit,
                                         fault_position::on_reply};

INSTANTIATE_TEST_SUITE_P(All, SemaphoreCuts,
                         ::testing::Combine(::testing::ValuesIn(permit_cuts),
                                            ::testing::ValuesIn(everywhere)));
INSTANTIATE_TEST_SUITE_P(All, LimitCuts,
                         ::testing::Combine(::testing::Values(request_kind::create, request_kind::get,
                                                              request_kind::children, request_kind::set),
                                            ::testing::ValuesIn(everywhere)));

}  // namespace
}  // namespace paddock::testing
