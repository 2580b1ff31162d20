// One request of a double barrier's cycle is lost, or its answer is.
#include <memory>
#include <tuple>
#include <vector>

#include <paddock/double_barrier.hpp>

#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

struct cut {
    request_kind kind;
    std::size_t skip;
    bool first;  ///< of the two to enter and to leave
};
class DoubleBarrierCuts : public ::testing::TestWithParam<std::tuple<cut, fault_position>> {
protected:
    static constexpr const char* party = "/parties/a";
};

// A request of one member of two is lost on its way, or its answer is: both enter and leave all the same.
TEST_P(DoubleBarrierCuts, CycleCompletes) {
    const auto& [which, where] = GetParam();
    core_rig rig;
    core_client& other = rig.connected_client();
    core_client& self = rig.connected_client();
    core_client* const by[] = {which.first ? &self : &other, which.first ? &other : &self};
    rig.ensemble.fail_next(which.kind, where, {self.number(), which.skip, "/parties"});
    std::vector<attempt> in;
    for (core_client* one : by) {
        in.push_back(rig.attempts.emplace_back(std::make_shared<outcome<lease>>()));
        double_barrier(one->handle, party, 2).async_enter(recorded(in.back(), rig.world));
        rig.world.advance(1s);
    }
    ASSERT_TRUE(rig.run_until([&] { return in[0]->granted() && in[1]->granted(); }));
    EXPECT_EQ(in[0]->result.fencing_token(), in[1]->result.fencing_token());
    std::vector<error_code> out;
    for (std::size_t i = 0; i < 2; ++i) {
        double_barrier(by[i]->handle, party, 2).async_leave(std::move(in[i]->result), [&](error_code ec) {
            out.push_back(ec);
        });
        rig.world.advance(1s);
    }
    ASSERT_TRUE(rig.run_until([&] { return out.size() == 2; }));
    EXPECT_EQ(out, std::vector<error_code>(2));
    rig.expect_clean();
}

constexpr cut cuts[] = {
    {request_kind::create, 0, true},  // finds no directory
    {request_kind::create, 2, true},  // the outer parent
    {request_kind::create, 3, true},  // its node
    {request_kind::create, 0, false},   {request_kind::children, 0, true}, {request_kind::children, 1, true},
    {request_kind::children, 0, false}, {request_kind::get, 0, true},      {request_kind::get, 1, true},
    {request_kind::get, 2, true},       {request_kind::get, 3, true},      {request_kind::get, 0, false},
    {request_kind::multi, 0, false},  // makes the generation ready
    {request_kind::multi, 1, false},    {request_kind::set, 0, true},      {request_kind::set, 0, false},
};

INSTANTIATE_TEST_SUITE_P(
    All, DoubleBarrierCuts,
    ::testing::Combine(::testing::ValuesIn(cuts),
                       ::testing::Values(fault_position::before_send, fault_position::before_commit,
                                         fault_position::after_commit, fault_position::on_reply)));

}  // namespace
}  // namespace paddock::testing
