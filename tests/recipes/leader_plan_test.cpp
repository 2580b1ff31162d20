// The decisions of the leader latch and its record, without any server.
#include "recipes/leader/layout/leader_plan.hpp"

#include <gtest/gtest.h>
#include <boost/asio/error.hpp>

#include "recipes/leader/layout/leader_record.hpp"

namespace paddock::detail {
namespace {

const std::string one = "_c_11111111-1111-1111-1111-111111111111-latch-0000000001";
const std::string two = "_c_22222222-2222-2222-2222-222222222222-latch-0000000002";
const std::string three = "_c_00000000-3333-3333-3333-333333333333-latch-0000000003";

queue_plan plan(std::string_view own, const std::vector<std::string>& children) {
    return plan_latch(queue_view{own, children, {}});
}

TEST(LeaderPlan, TheOldestLeads) {
    EXPECT_EQ(plan(one, {three, two, one}).what, verdict::hold);
    const queue_plan middle = plan(two, {three, two, one});
    EXPECT_EQ(middle.what, verdict::wait);
    EXPECT_EQ(middle.predecessor, one);
    EXPECT_EQ(plan(three, {three, two, one}).predecessor, two);
}

TEST(LeaderPlan, AMissingNodeNeverLeads) {
    EXPECT_EQ(plan(one, {}).what, verdict::absent);
    EXPECT_EQ(plan(one, {two, three}).what, verdict::absent);
}

TEST(LeaderPlan, NodesOfOtherRecipesAreForeign) {
    const queue_plan made = plan(two, {"_c_x-lock-0000000000", "config", two});
    EXPECT_EQ(made.what, verdict::hold);
    EXPECT_EQ(made.foreign, 2u);
    const auto queue = latch_queue({"config", three, two, "_c_x-lock-0000000000"});
    ASSERT_EQ(queue.size(), 2u);
    EXPECT_EQ(queue[0].name, two);
    EXPECT_EQ(queue[1].name, three);
}

TEST(LeaderPlan, TheHeirIsTheNextInTheQueue) {
    EXPECT_EQ(heir_of(one, {three, one, two}), two);
    EXPECT_EQ(heir_of(two, {three, one, two}), three);
    EXPECT_EQ(heir_of(three, {three, one, two}), "");
    EXPECT_EQ(heir_of(one, {two, three}), "") << "who is not in the queue has no heir";
}

TEST(LeaderPlan, EveryOtherErrorIsTriedAgain) {
    EXPECT_EQ(judge_campaign(boost::asio::error::operation_aborted), campaign_end::withdrawn);
    EXPECT_EQ(judge_campaign(errc::client_closed), campaign_end::final);
    EXPECT_EQ(judge_campaign(errc::wrong_process), campaign_end::final);
    EXPECT_EQ(judge_campaign(server_errc::auth_failed), campaign_end::final);
    for (const error_code ec :
         {error_code(server_errc::no_auth), error_code(errc::limit_exceeded),
          error_code(errc::sequence_exhausted), error_code(server_errc::quota_exceeded)})
        EXPECT_EQ(judge_campaign(ec), campaign_end::failed) << ec.message();
}

leader_record full_record() {
    leader_record record;
    record.term = fencing_token(0x1234);
    record.value = "\"quoted\"\n\xc3\xa9";
    record.heir = two;
    return record;
}

TEST(LeaderRecord, ReadsWhatItWrote) {
    EXPECT_EQ(read_leader_record(write_leader_record(full_record())), full_record());
    leader_record bare;
    bare.term = fencing_token(7);
    EXPECT_EQ(read_leader_record(write_leader_record(bare)), bare);
}

TEST(LeaderRecord, IsTheJsonThatOthersExpect) {
    leader_record record;
    record.term = fencing_token(0x1f);
    record.value = "10.0.0.1:80";
    EXPECT_EQ(write_leader_record(record), R"({"term":"000000000000001f","value":"10.0.0.1:80"})");
}

TEST(LeaderRecord, OtherDataIsNoRecord) {
    for (const char* data : {"", "10.0.0.1", "{", "[]", "{}", R"({"term":7})", R"({"term":"7"})",
                             R"({"value":"x"})", R"({"term":"000000000000001F"})"})
        EXPECT_EQ(read_leader_record(data), std::nullopt) << data;
}

TEST(LeaderRecord, AnEarlierTermsValueIsStale) {
    const std::string data = write_leader_record(full_record());
    EXPECT_EQ(value_in_term(data, fencing_token(0x1234)), full_record().value);
    EXPECT_EQ(value_in_term(data, fencing_token(0x1235)), std::nullopt);
    EXPECT_EQ(value_in_term("nothing", fencing_token(0x1234)), std::nullopt);
}

}  // namespace
}  // namespace paddock::detail
