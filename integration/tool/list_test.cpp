#include <csignal>
#include <list>

#include <boost/json.hpp>

#include "integration/support/port_reservation.hpp"
#include "integration/tool/tool_fixture.hpp"

namespace paddock::testing {
namespace {

/// `list`, and `who` for every kind, on a tree with one directory of each.
class ToolList : public ToolTest {
protected:
    ~ToolList() override {
        for (tool_process& tool : running_) tool.kill();
    }

    [[nodiscard]] std::string below(const std::string& name) const { return path_ + "-tree/" + name; }

    void start(words arguments) {
        arguments.insert(arguments.end(), {"--servers", servers_, "--session-timeout", "2s", "--"});
        arguments.insert(arguments.end(), idle.begin(), idle.end());
        running_.emplace_back(dir_.path(), arguments);
    }
    void hold(const words& arguments) {
        start(arguments);
        command_pid(running_.back());
    }
    [[nodiscard]] boost::json::array json_of(const words& command) {
        words all = command;
        all.insert(all.end(), {"--json", "--servers", servers_});
        tool_process tool(dir_.path(), all);
        EXPECT_EQ(tool.wait(), 0) << tool.err();
        return boost::json::parse(tool.out()).as_array();
    }

    void fill() {
        hold({"run", "--lock", below("lock")});
        hold({"run", "--read-lock", below("rw")});
        start({"run", "--write-lock", below("rw")});
        hold({"run", "--semaphore", below("permits"), "--limit", "5", "--permits", "3"});
        hold({"elect", below("leader"), "--id", "me"});
        client_.create(below("gate"));
        client_.create(below("count"), R"({"paddock":1,"initial":6,"count":4,"round":0,"changes":[]})");
        for (const char* part : {"curator", "curator/leases", "curator/locks"}) client_.create(below(part));
        client_.create(below("curator/leases/_c_00000000-0000-0000-0000-000000000000-lease-"), "10.0.0.1",
                       create_flags::ephemeral_sequential);
        client_.create(below("settings"), "of somebody else");
        ASSERT_TRUE(eventually([&] { return client_.children(below("rw")).size() == 2; }));
    }

    std::list<tool_process> running_;
};

TEST_F(ToolList, ShowsEveryRecipe) {
    fill();
    const auto list = json_of({"list", path_ + "-tree"});
    std::string told;
    for (const auto& entry : list) {
        told += std::string(entry.at("path").as_string()).substr(path_.size() + 6) + " ";
        told += std::string(entry.at("kind").as_string()) + " ";
        told += std::to_string(entry.at("holders").to_number<int>()) + " ";
        told += std::to_string(entry.at("waiters").to_number<int>()) + "\n";
    }
    EXPECT_EQ(told,
              "count count_down_latch 0 0\n"
              "curator curator_semaphore 1 0\n"
              "gate barrier 0 0\n"
              "leader leader_latch 1 0\n"
              "lock mutex 1 0\n"
              "permits semaphore 1 0\n"
              "rw read_write_lock 1 1\n");
    ASSERT_EQ(list.size(), 7u);
    EXPECT_EQ(list[0].at("limit").to_number<int>(), 6);
    EXPECT_EQ(list[0].at("count").to_number<int>(), 4);
    EXPECT_EQ(list[5].at("limit").to_number<int>(), 5);

    tool_process table(dir_.path(), {"list", path_ + "-tree", "--servers", servers_});
    EXPECT_EQ(table.wait(), 0);
    EXPECT_TRUE(table.out().starts_with("PATH")) << table.out();
    EXPECT_NE(table.out().find("3 of 5 permits held"), std::string::npos) << table.out();
    EXPECT_EQ(table.out().find("settings"), std::string::npos) << table.out();
}

TEST_F(ToolList, WhoUnderstandsEveryKind) {
    fill();
    const auto rw = json_of({"who", below("rw")});
    ASSERT_EQ(rw.size(), 2u);
    EXPECT_EQ(rw[0].at("kind"), "read");
    EXPECT_EQ(rw[0].at("role"), "holder");
    EXPECT_EQ(rw[1].at("kind"), "write");
    EXPECT_EQ(rw[1].at("role"), "waiter");
    const auto permits = json_of({"who", below("permits")});
    ASSERT_EQ(permits.size(), 1u);
    EXPECT_EQ(permits[0].at("kind"), "permit");
    EXPECT_EQ(permits[0].at("permits").to_number<int>(), 3);
    EXPECT_EQ(permits[0].at("role"), "holder");
    const auto latch = json_of({"who", below("leader")});
    ASSERT_EQ(latch.size(), 1u);
    EXPECT_EQ(latch[0].at("kind"), "latch");
    EXPECT_EQ(latch[0].at("data"), "me");
    const auto curator = json_of({"who", below("curator")});
    ASSERT_EQ(curator.size(), 1u);
    EXPECT_EQ(curator[0].at("data"), "10.0.0.1");
    EXPECT_EQ(curator[0].at("role"), "holder");
    for (const auto& [name, told] : std::vector<std::pair<std::string, std::string>>{
             {"gate", ": closed\n"}, {"count", ": 4 of 6 left\n"}, {"permits", ": 3 of 5 permits held\n"}}) {
        tool_process text(dir_.path(), {"who", below(name), "--servers", servers_});
        EXPECT_EQ(text.wait(), 0) << text.err();
        EXPECT_NE(text.out().find(below(name) + told), std::string::npos) << text.out();
    }
}

TEST_F(ToolList, LocksThatWereUsedAreNotBarriers) {
    EXPECT_EQ(run({}, {"true"}), 0);
    tool_process text(dir_.path(), who_words({}));
    EXPECT_EQ(text.wait(), 0);
    EXPECT_EQ(text.out(), "nobody holds " + path_ + "\n");
}

TEST_F(ToolList, SaysThatThereIsNothing) {
    tool_process text(dir_.path(), {"list", path_, "--servers", servers_});
    EXPECT_EQ(text.wait(), 0);
    EXPECT_EQ(text.out(), "no recipe's directory at or below " + path_ + "\n");
    EXPECT_TRUE(json_of({"list", path_}).empty());
}

TEST_F(ToolList, SaysThatNoServerAnswers) {
    const port_reservation nobody("127.0.0.1");
    servers_ = "127.0.0.1:" + std::to_string(nobody.port());
    tool_process tool(dir_.path(), {"list", "/", "--servers", servers_, "--timeout", "300ms"});
    EXPECT_EQ(tool.wait(), 69);
    EXPECT_NE(tool.err().find(servers_), std::string::npos) << tool.err();
}

}  // namespace
}  // namespace paddock::testing
