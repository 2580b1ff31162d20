#include "tools/paddock/list_report.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace paddock::tool {
namespace {

constexpr std::int64_t listed_at_ms = 1'700'000'010'000;

directory_report held_mutex() {
    directory_report report;
    report.path = "/locks/a";
    report.kind = recipe_kind::mutex;
    for (const bool holds : {true, false, false}) {
        contender_info& c = report.contenders.emplace_back();
        c.node = "_c_1-lock-0000000007";
        c.kind = "lock";
        c.holds = holds;
        c.created_ms = listed_at_ms - 1000;
        c.record = holder_record{"web1", 4711, "backup", "", listed_at_ms};
    }
    return report;
}

directory_report idle_semaphore() {
    directory_report report;
    report.path = "/locks/s\x1b";
    report.kind = recipe_kind::semaphore;
    report.limit = 8;
    return report;
}

TEST(ListTable, ShowsOneDirectoryALine) {
    EXPECT_EQ(list_table("/locks", {held_mutex(), idle_semaphore()}),
              "PATH          KIND       HOLDERS  WAITERS  STATE                FIRST HOLDER\n"
              "/locks/a      mutex      1        2        -                    web1 4711 backup\n"
              "/locks/s\\x1b  semaphore  0        0        0 of 8 permits held  -\n");
}

TEST(ListTable, SaysThatThereIsNothing) {
    EXPECT_EQ(list_table("/locks", {}), "no recipe's directory at or below /locks\n");
}

TEST(ListJson, HasTheSameKeysForEveryDirectory) {
    EXPECT_EQ(list_json({}, listed_at_ms), "[]\n");
    const auto value = boost::json::parse(list_json({held_mutex(), idle_semaphore()}, listed_at_ms));
    const auto& list = value.as_array();
    ASSERT_EQ(list.size(), 2u);
    auto mutex = list[0].as_object();
    ASSERT_EQ(mutex.at("contenders").as_array().size(), 3u);
    EXPECT_EQ(mutex.at("contenders").at(0).at("role"), "holder");
    EXPECT_EQ(mutex.at("contenders").at(1).at("role"), "waiter");
    EXPECT_EQ(mutex.at("contenders").at(0).at("age_ms"), 1000);
    mutex["contenders"] = boost::json::array();
    EXPECT_EQ(mutex,
              boost::json::parse(R"({"path":"/locks/a","kind":"mutex","holders":1,"waiters":2,"limit":null,
        "count":null,"generation":null,"state":null,"contenders":[]})"));
    EXPECT_EQ(list[1], boost::json::parse(
                           R"({"path":"/locks/s\u001b","kind":"semaphore","holders":0,"waiters":0,"limit":8,
        "count":null,"generation":null,"state":null,"contenders":[]})"));
}

}  // namespace
}  // namespace paddock::tool
