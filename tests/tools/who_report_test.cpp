#include "tools/paddock/who_report.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace paddock::tool {
namespace {

constexpr std::int64_t now_ms = 1'700'000'010'000;

contender_info of_paddock(std::string purpose) {
    contender_info c;
    c.node = "_c_1-lock-0000000007";
    c.kind = "lock";
    c.holds = true;
    c.sequence = 7;
    c.token = fencing_token(0x100000004);
    c.session_id = 0x10000abcdef0001;
    c.created_ms = now_ms - 4200;
    c.record = holder_record{"web1", 4711, "backup", std::move(purpose), now_ms - 5000};
    return c;
}

contender_info foreign(std::string data) {
    contender_info c;
    c.node = "_c_2-lock-0000000008";
    c.kind = "lock";
    c.sequence = 8;
    c.token = fencing_token(0x100000005);
    c.created_ms = now_ms + 1000;
    c.data = std::move(data);
    return c;
}

directory_report queue_of(std::vector<contender_info> contenders, recipe_kind kind = recipe_kind::mutex) {
    directory_report report;
    report.path = "/l";
    report.exists = true;
    report.kind = kind;
    report.contenders = std::move(contenders);
    return report;
}

TEST(WhoTable, ShowsTheQueueAligned) {
    EXPECT_EQ(
        who_table(queue_of({of_paddock("nightly"), foreign("10.0.0.1")}), now_ms),
        "ROLE    HOST  PID   APPLICATION  PURPOSE         AGE   TOKEN             SESSION            NODE\n"
        "holder  web1  4711  backup       nightly         4.2s  0000000100000004  0x10000abcdef0001  "
        "_c_1-lock-0000000007\n"
        "waiter  -     -     -            data: 10.0.0.1  0ms   0000000100000005  -                  "
        "_c_2-lock-0000000008\n");
}

TEST(WhoTable, SaysThatALockIsFree) {
    EXPECT_EQ(who_table(queue_of({}, recipe_kind::unknown), now_ms), "nobody holds /l\n");
}

TEST(WhoTable, ShowsKindsWhereTheyDiffer) {
    auto writer = foreign("w");
    writer.kind = "write";
    const std::string text =
        who_table(queue_of({of_paddock("p"), writer}, recipe_kind::read_write_lock), now_ms);
    EXPECT_NE(text.find("ROLE    KIND   HOST"), std::string::npos) << text;
    EXPECT_NE(text.find("waiter  write  -"), std::string::npos) << text;
}

TEST(WhoTable, ShowsPermitsAndHowManyAreHeld) {
    auto three = of_paddock("p");
    three.permits = 3;
    auto report = queue_of({three, foreign("w")}, recipe_kind::semaphore);
    report.limit = 3;
    const std::string text = who_table(report, now_ms);
    EXPECT_TRUE(text.starts_with("semaphore /l: 3 of 3 permits held\nROLE    PERMITS  HOST")) << text;
    EXPECT_NE(text.find("\nholder  3  "), std::string::npos) << text;
    EXPECT_NE(text.find("\nwaiter  1  "), std::string::npos) << text;
}

TEST(WhoTable, SaysWhatADirectoryWithoutAQueueIs) {
    auto latch = queue_of({}, recipe_kind::count_down_latch);
    latch.limit = 6;
    latch.count = 4;
    EXPECT_EQ(who_table(latch, now_ms), "count down latch /l: 4 of 6 left\n");
    auto barrier = queue_of({}, recipe_kind::barrier);
    barrier.state = "closed";
    EXPECT_EQ(who_table(barrier, now_ms), "barrier /l: closed\n");
    auto generations = queue_of({}, recipe_kind::double_barrier);
    generations.limit = 3;
    generations.generation = 7;
    generations.state = "idle";
    EXPECT_EQ(who_table(generations, now_ms), "double barrier /l: generation 7 of 3 idle\n");
}

TEST(WhoTable, NeverPrintsControlCharacters) {
    auto evil = of_paddock("\x1b]0;title\x07\nholder  root");
    evil.record->host = "\x1b[31m";
    evil.record->application =
        "\xc2\x9b"
        "2J";
    evil.node = "n\r-lock-0000000001";
    const std::string text = who_table(queue_of({evil, foreign("\x1b[2J\xff")}), now_ms);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
    for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << text;
    EXPECT_EQ(text.find("\xc2\x9b"), std::string::npos);
    EXPECT_NE(text.find("data: \\x1b[2J\\xff"), std::string::npos) << text;
}

TEST(WhoTable, CutsLongTexts) {
    const std::string text = who_table(queue_of({of_paddock(std::string(1000, 'p'))}), now_ms);
    EXPECT_EQ(text.find(std::string(49, 'p')), std::string::npos);
    EXPECT_NE(text.find("ppp..."), std::string::npos);
}

TEST(WhoJson, IsAnEmptyArrayForAFreeLock) { EXPECT_EQ(who_json(queue_of({}), now_ms), "[]\n"); }

TEST(WhoJson, HasTheSameKeysForEveryContender) {
    const auto value =
        boost::json::parse(who_json(queue_of({of_paddock("nightly"), foreign("10.0.0.1")}), now_ms));
    const auto& queue = value.as_array();
    ASSERT_EQ(queue.size(), 2u);
    EXPECT_EQ(
        queue[0],
        boost::json::parse(
            R"({"role":"holder","kind":"lock","permits":1,"host":"web1","pid":4711,"application":"backup",
        "purpose":"nightly","since_ms":1700000005000,"created_ms":1700000005800,"age_ms":4200,
        "token":"0000000100000004","session":"0x10000abcdef0001","node":"_c_1-lock-0000000007","sequence":7,
        "data":null})"));
    EXPECT_EQ(queue[1],
              boost::json::parse(
                  R"({"role":"waiter","kind":"lock","permits":1,"host":null,"pid":null,"application":null,
        "purpose":null,"since_ms":null,"created_ms":1700000011000,"age_ms":0,
        "token":"0000000100000005","session":null,"node":"_c_2-lock-0000000008","sequence":8,"data":"10.0.0.1"})"));
}

TEST(WhoJson, KeepsEveryTextWithoutPrintingControlCharacters) {
    const std::string purpose = "\x1b[31m\"\\\x7f\xc2\x9b\n";
    const std::string text = who_json(queue_of({of_paddock(purpose)}), now_ms);
    for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << text;
    EXPECT_EQ(boost::json::parse(text).as_array()[0].as_object()["purpose"].as_string(), purpose);
}

TEST(WhoJson, IsJsonWhateverBytesAreStored) {
    const auto value = boost::json::parse(who_json(queue_of({foreign("\xff\x00z")}), now_ms));
    EXPECT_EQ(value.as_array()[0].as_object().at("data").as_string(), "\xef\xbf\xbd");
}

}  // namespace
}  // namespace paddock::tool
