#include <csignal>

#include <boost/json.hpp>

#include "integration/support/port_reservation.hpp"
#include "integration/tool/tool_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

class ToolWho : public ToolTest {};

TEST_F(ToolWho, SaysThatALockIsFree) {
    tool_process text(dir_.path(), who_words({}));
    EXPECT_EQ(text.wait(), 0);
    EXPECT_EQ(text.out(), "nobody holds " + path_ + "\n");
    tool_process json(dir_.path(), who_words({"--json"}));
    EXPECT_EQ(json.wait(), 0);
    EXPECT_EQ(json.out(), "[]\n");
    EXPECT_EQ(client_.exists(path_), no_node);  // looking creates nothing
}

TEST_F(ToolWho, ShowsHolderAndWaitersInOrder) {
    tool_process holder(dir_.path(), run_words({"--purpose", "nightly backup"}, idle));
    command_pid(holder);
    tool_process waiter(dir_.path(), run_words({"--purpose", "second"}, idle));
    ASSERT_TRUE(has_nodes(2));

    tool_process text(dir_.path(), who_words({}));
    EXPECT_EQ(text.wait(), 0);
    const std::string table = text.out();
    EXPECT_LT(table.find("holder"), table.find("waiter")) << table;
    EXPECT_LT(table.find("nightly backup"), table.find("second")) << table;
    for (const std::string& part :
         {std::to_string(holder.pid()), std::to_string(waiter.pid()), std::string("sh")})
        EXPECT_NE(table.find(part), std::string::npos) << part << "\n" << table;

    tool_process json(dir_.path(), who_words({"--json"}));
    EXPECT_EQ(json.wait(), 0);
    const auto queue = boost::json::parse(json.out()).as_array();
    ASSERT_EQ(queue.size(), 2u);
    EXPECT_EQ(queue[0].at("role"), "holder");
    EXPECT_EQ(queue[1].at("role"), "waiter");
    EXPECT_EQ(queue[0].at("pid"), holder.pid());
    EXPECT_EQ(queue[1].at("pid"), waiter.pid());
    EXPECT_EQ(queue[0].at("purpose"), "nightly backup");
    EXPECT_EQ(queue[0].at("application"), "sh");
    EXPECT_LT(queue[0].at("token").as_string(), queue[1].at("token").as_string());
    EXPECT_EQ(queue[0].at("data"), nullptr);
    EXPECT_GE(queue[0].at("age_ms").as_int64(), 0);
    EXPECT_LT(queue[0].at("age_ms").as_int64(), 60'000);

    waiter.signal(SIGTERM);
    EXPECT_EQ(waiter.wait(), 128 + SIGTERM);
    holder.signal(SIGTERM);
    EXPECT_EQ(holder.wait(), 128 + SIGTERM);
}

TEST_F(ToolWho, ShowsForeignDataWithoutItsControlCharacters) {
    occupy("10.1.2.3\x1b[2J\n");
    tool_process text(dir_.path(), who_words({}));
    EXPECT_EQ(text.wait(), 0);
    EXPECT_NE(text.out().find("data: 10.1.2.3\\x1b[2J\\x0a"), std::string::npos) << text.out();
    EXPECT_EQ(text.out().find('\x1b'), std::string::npos);
    tool_process json(dir_.path(), who_words({"--json"}));
    EXPECT_EQ(json.wait(), 0);
    EXPECT_EQ(json.out().find('\x1b'), std::string::npos);
    EXPECT_EQ(boost::json::parse(json.out()).at(0).at("data"), "10.1.2.3\x1b[2J\n");
    EXPECT_EQ(boost::json::parse(json.out()).at(0).at("host"), nullptr);
}

TEST_F(ToolWho, TakesServersFromTheEnvironment) {
    tool_process tool(dir_.path(), {"who", path_}, {.environment = {"PADDOCK_SERVERS=" + servers_}});
    EXPECT_EQ(tool.wait(), 0);
    EXPECT_EQ(tool.out(), "nobody holds " + path_ + "\n");
    const port_reservation nobody("127.0.0.1");
    const std::string wrong = "127.0.0.1:" + std::to_string(nobody.port());
    tool_process option_wins(dir_.path(), who_words({}), {.environment = {"PADDOCK_SERVERS=" + wrong}});
    EXPECT_EQ(option_wins.wait(), 0);
}

TEST_F(ToolWho, SaysThatNoServerAnswers) {
    const port_reservation nobody("127.0.0.1");
    servers_ = "127.0.0.1:" + std::to_string(nobody.port());
    tool_process tool(dir_.path(), who_words({"--timeout", "300ms"}));
    EXPECT_EQ(tool.wait(), 69);
    EXPECT_NE(tool.err().find(servers_), std::string::npos) << tool.err();
}

}  // namespace
}  // namespace paddock::testing
