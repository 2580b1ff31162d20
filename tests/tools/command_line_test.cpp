#include "tools/paddock/command_line.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace paddock::tool {
namespace {

using namespace std::chrono_literals;
using words = std::vector<std::string>;

run_settings run_of(const words& arguments) {
    return std::get<run_settings>(parse_command_line(arguments, "default:1"));
}
who_settings who_of(const words& arguments) {
    return std::get<who_settings>(parse_command_line(arguments, "default:1"));
}

using kind = claim_settings::kind;
using claims = std::vector<claim_settings>;
claims lock(const std::string& path) { return {{kind::lock, path}}; }

TEST(RunArguments, HaveDefaults) {
    const auto run = run_of({"run", "--lock", "/l", "--", "true"});
    EXPECT_EQ(run.claims, lock("/l"));
    EXPECT_EQ(run.command, words{"true"});
    EXPECT_EQ(run.where.servers, "default:1");
    EXPECT_EQ(run.where.name_space, "");
    EXPECT_FALSE(run.where.verbose);
    EXPECT_EQ(run.timeout, std::nullopt);
    EXPECT_FALSE(run.try_once);
    EXPECT_EQ(run.purpose, "");
    EXPECT_EQ(run.kill_after, 1s);
    EXPECT_EQ(run.session_timeout, 10s);
}

TEST(RunArguments, AreAllRead) {
    const auto run =
        run_of({"run", "--lock=/l", "--timeout", "2m", "--purpose", "why not", "--kill-after", "500ms",
                "--session-timeout", "4s", "--servers", "a:1,b:2", "--namespace", "/ns", "-v", "--", "x"});
    EXPECT_EQ(run.timeout, 2min);
    EXPECT_EQ(run.purpose, "why not");
    EXPECT_EQ(run.kill_after, 500ms);
    EXPECT_EQ(run.session_timeout, 4s);
    EXPECT_EQ(run.where.servers, "a:1,b:2");
    EXPECT_EQ(run.where.name_space, "/ns");
    EXPECT_TRUE(run.where.verbose);
    EXPECT_TRUE(run_of({"run", "--lock", "/l", "--try", "--", "x"}).try_once);
}

TEST(RunArguments, CommandIsTakenAsItIs) {
    const auto run = run_of({"run", "--lock", "/l", "--", "cmd", "--lock", "x", "--help", "--", "", "-v"});
    EXPECT_EQ(run.command, (words{"cmd", "--lock", "x", "--help", "--", "", "-v"}));
    EXPECT_EQ(run.claims, lock("/l"));
    EXPECT_FALSE(run.where.verbose);
}

TEST(RunArguments, NameWhatIsToBeHeldInAnyOrder) {
    const auto run = run_of({"run", "--write-lock", "/w", "--lock=/a", "--limit", "8", "--semaphore", "/s",
                             "--lock", "/b", "--read-lock", "/r", "--permits=3", "--", "x"});
    EXPECT_EQ(run.claims, (claims{{kind::write_lock, "/w"},
                                  {kind::lock, "/a"},
                                  {kind::permits, "/s", 3, 8},
                                  {kind::lock, "/b"},
                                  {kind::read_lock, "/r"}}));
    EXPECT_EQ(run_of({"run", "--semaphore", "/s", "--limit", "1", "--", "x"}).claims,
              (claims{{kind::permits, "/s", 1, 1}}));
    EXPECT_EQ(run_of({"run", "--read-lock", "/r", "--", "x"}).claims, (claims{{kind::read_lock, "/r"}}));
}

TEST(RunArguments, ShortSessionHasAShorterDefaultGrace) {
    EXPECT_EQ(run_of({"run", "--lock", "/l", "--session-timeout", "2s", "--", "x"}).kill_after, 500ms);
}

TEST(WhoArguments, AreAllRead) {
    EXPECT_EQ(who_of({"who", "/l"}).path, "/l");
    EXPECT_EQ(who_of({"who", "/l"}).timeout, 10s);
    EXPECT_FALSE(who_of({"who", "/l"}).json);
    const auto who =
        who_of({"who", "--json", "/l", "--servers", "a:1", "--namespace", "/ns", "--timeout", "3s"});
    EXPECT_TRUE(who.json);
    EXPECT_EQ(who.where.servers, "a:1");
    EXPECT_EQ(who.where.name_space, "/ns");
    EXPECT_EQ(who.timeout, 3s);
}

TEST(ElectArguments, AreAllRead) {
    const auto elect_of = [](const words& arguments) {
        return std::get<elect_settings>(parse_command_line(arguments, "a:1"));
    };
    const auto plain = elect_of({"elect", "/e", "--", "cmd", "--once"});
    EXPECT_EQ(plain.path, "/e");
    EXPECT_EQ(plain.command, (words{"cmd", "--once"}));
    EXPECT_EQ(plain.id, "");
    EXPECT_FALSE(plain.once);
    EXPECT_EQ(plain.session_timeout, 10s);
    EXPECT_EQ(plain.kill_after, 1s);
    const auto all = elect_of({"elect", "/e", "--id", "me", "--once", "--session-timeout", "4s",
                               "--kill-after", "1s", "--servers", "b:1", "-v", "--", "x"});
    EXPECT_EQ(all.id, "me");
    EXPECT_TRUE(all.once);
    EXPECT_EQ(all.session_timeout, 4s);
    EXPECT_EQ(all.where.servers, "b:1");
    EXPECT_TRUE(all.where.verbose);
}

TEST(ListArguments, AreAllRead) {
    const auto list =
        std::get<list_settings>(parse_command_line({"list", "/", "--json", "--timeout", "3s"}, "a:1"));
    EXPECT_EQ(list.path, "/");
    EXPECT_TRUE(list.json);
    EXPECT_EQ(list.timeout, 3s);
    EXPECT_EQ(list.where.servers, "a:1");
}

TEST(Help, NamesEveryOptionAndExitCode) {
    const auto text = std::get<printed_text>(parse_command_line({"run", "--help"}, "")).text;
    for (const char* word : {"--lock",
                             "--read-lock",
                             "--write-lock",
                             "--semaphore",
                             "--permits",
                             "--limit",
                             "PADDOCK_TOKENS",
                             "PADDOCK_LOCKS",
                             "--timeout",
                             "--try",
                             "--purpose",
                             "--kill-after",
                             "--session-timeout",
                             "--servers",
                             "--namespace",
                             "PADDOCK_TOKEN",
                             "PADDOCK_LOCK",
                             "PADDOCK_SESSION",
                             "64",
                             "69",
                             "70",
                             "75",
                             "76",
                             "126",
                             "127",
                             "128",
                             "Examples:"})
        EXPECT_NE(text.find(word), std::string::npos) << word;
    const auto who = std::get<printed_text>(parse_command_line({"who", "--help"}, "")).text;
    for (const char* word : {"--json", "--timeout", "--servers", "--namespace", "age_ms"})
        EXPECT_NE(who.find(word), std::string::npos) << word;
    const auto elect = std::get<printed_text>(parse_command_line({"elect", "--help"}, "")).text;
    for (const char* word : {"--id", "--once", "--kill-after", "--session-timeout", "PADDOCK_TOKEN",
                             "PADDOCK_TERM", "PADDOCK_LEADER_ID", "64", "70", "126", "127"})
        EXPECT_NE(elect.find(word), std::string::npos) << word;
    const auto list = std::get<printed_text>(parse_command_line({"list", "--help"}, "")).text;
    for (const char* word :
         {"ROOT", "--json", "--timeout", "--servers", "--namespace", "contenders", "10,000"})
        EXPECT_NE(list.find(word), std::string::npos) << word;
    const auto tool = std::get<printed_text>(parse_command_line({"--help"}, "")).text;
    for (const char* word : {"run", "elect", "who", "list", "PADDOCK_SERVERS", "500ms"})
        EXPECT_NE(tool.find(word), std::string::npos);
    EXPECT_TRUE(std::get<printed_text>(parse_command_line({"--version"}, "")).text.starts_with("paddock "));
}

struct bad_case {
    const char* name;
    words arguments;
    std::vector<const char*> told;  ///< parts of the message: the value and the rule
    friend std::ostream& operator<<(std::ostream& os, const bad_case& c) { return os << c.name; }
};

class BadArguments : public testing::TestWithParam<bad_case> {};

TEST_P(BadArguments, AreRefusedNamingValueAndRule) {
    try {
        parse_command_line(GetParam().arguments, "default:1");
        FAIL() << "accepted";
    } catch (const usage_error& error) {
        const std::string message = error.what();
        for (const char* part : GetParam().told) EXPECT_NE(message.find(part), std::string::npos) << message;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadArguments,
    testing::Values(
        bad_case{"Nothing", {}, {"subcommand"}}, bad_case{"UnknownCommand", {"bogus"}, {"subcommand"}},
        bad_case{"NoLock", {"run", "--", "x"}, {"--lock", "required"}},
        bad_case{"NoCommand", {"run", "--lock", "/l"}, {"CMD", "--"}},
        bad_case{"EmptyCommand", {"run", "--lock", "/l", "--", ""}, {"CMD"}},
        bad_case{"NothingBehindTheMark", {"run", "--lock", "/l", "--"}, {"CMD"}},
        bad_case{"CommandWithoutMark", {"run", "--lock", "/l", "sleep"}, {"sleep", "behind --"}},
        bad_case{"UnknownOption", {"run", "--lock", "/l", "--bad", "--", "x"}, {"--bad", "not expected"}},
        bad_case{"LockTwice", {"run", "--lock", "/l", "--lock", "/l", "--", "x"}, {"--lock", "'/l'", "once"}},
        bad_case{"PathOfTwoKinds",
                 {"run", "--read-lock", "/l", "--write-lock", "/l", "--", "x"},
                 {"--write-lock", "'/l'", "once"}},
        bad_case{"TwoPathsForOneOption", {"run", "--lock", "/l", "/m", "--", "x"}, {"/m"}},
        bad_case{"TwoSemaphores",
                 {"run", "--semaphore", "/s", "--semaphore", "/t", "--limit", "2", "--", "x"},
                 {"--semaphore"}},
        bad_case{"SemaphoreWithoutLimit", {"run", "--semaphore", "/s", "--", "x"}, {"'/s'", "--limit"}},
        bad_case{"PermitsWithoutSemaphore",
                 {"run", "--lock", "/l", "--permits", "2", "--", "x"},
                 {"--permits", "--semaphore"}},
        bad_case{"LimitWithoutSemaphore", {"run", "--limit", "2", "--", "x"}, {"--limit", "--semaphore"}},
        bad_case{"MorePermitsThanLimit",
                 {"run", "--semaphore", "/s", "--limit", "2", "--permits", "3", "--", "x"},
                 {"--permits", "'3'", "--limit (2)"}},
        bad_case{"ZeroPermits",
                 {"run", "--semaphore", "/s", "--limit", "2", "--permits", "0", "--", "x"},
                 {"--permits", "'0'", "from 1"}},
        bad_case{"EmptyPermits",
                 {"run", "--semaphore", "/s", "--limit", "2", "--permits", "", "--", "x"},
                 {"--permits", "''"}},
        bad_case{"JunkLimit", {"run", "--semaphore", "/s", "--limit", "2x", "--", "x"}, {"--limit", "'2x'"}},
        bad_case{"LargeLimit",
                 {"run", "--semaphore", "/s", "--limit", "1000001", "--", "x"},
                 {"--limit", "'1000001'", "1000000"}},
        bad_case{
            "TryAndTimeout", {"run", "--lock", "/l", "--try", "--timeout", "1s", "--", "x"}, {"excludes"}},
        bad_case{"ZeroTimeout",
                 {"run", "--lock", "/l", "--timeout", "0s", "--", "x"},
                 {"--timeout", "'0s'", "zero"}},
        bad_case{"EmptyTimeout", {"run", "--lock", "/l", "--timeout", "", "--", "x"}, {"--timeout"}},
        bad_case{
            "TimeoutWithoutUnit", {"run", "--lock", "/l", "--timeout", "10", "--", "x"}, {"'10'", "units"}},
        bad_case{"NegativeTimeout", {"run", "--lock", "/l", "--timeout=-1s", "--", "x"}, {"'-1s'", "zero"}},
        bad_case{"ShortSession",
                 {"run", "--lock", "/l", "--session-timeout", "99ms", "--", "x"},
                 {"'99ms'", "100ms"}},
        bad_case{
            "LongSession", {"run", "--lock", "/l", "--session-timeout", "25h", "--", "x"}, {"'25h'", "24h"}},
        bad_case{
            "JunkSession", {"run", "--lock", "/l", "--session-timeout", "x", "--", "x"}, {"'x'", "unit"}},
        bad_case{
            "ZeroKillAfter", {"run", "--lock", "/l", "--kill-after", "0ms", "--", "x"}, {"'0ms'", "zero"}},
        bad_case{"LongKillAfter",
                 {"run", "--lock", "/l", "--kill-after", "4s", "--", "x"},
                 {"'4s'", "third", "10s"}},
        bad_case{"KillAfterOfAThird",
                 {"run", "--lock", "/l", "--kill-after", "1s", "--session-timeout", "3s", "--", "x"},
                 {"'1s'", "third", "3s"}},
        bad_case{"EmptyServers", {"run", "--lock", "/l", "--servers", "", "--", "x"}, {"--servers"}},
        bad_case{"EmptyNamespace", {"who", "/l", "--namespace", ""}, {"--namespace"}},
        bad_case{"WhoWithoutPath", {"who"}, {"PATH", "required"}},
        bad_case{"WhoWithTwoPaths", {"who", "/a", "/b"}, {"/b"}},
        bad_case{"WhoWithCommand", {"who", "/a", "--", "x"}, {"'x'", "no command"}},
        bad_case{"ElectWithoutPath", {"elect", "--", "x"}, {"PATH", "required"}},
        bad_case{"ElectWithoutCommand", {"elect", "/e"}, {"CMD", "--"}},
        bad_case{"ElectCommandWithoutMark", {"elect", "/e", "sleep"}, {"sleep", "behind --"}},
        bad_case{"ElectEmptyId", {"elect", "/e", "--id", "", "--", "x"}, {"--id"}},
        bad_case{"ElectLongKillAfter", {"elect", "/e", "--kill-after", "4s", "--", "x"}, {"'4s'", "third"}},
        bad_case{"ListWithoutRoot", {"list"}, {"ROOT", "required"}},
        bad_case{"ListWithCommand", {"list", "/a", "--", "x"}, {"'x'", "list takes no command"}},
        bad_case{"ListWithJunkTimeout", {"list", "/a", "--timeout", "x"}, {"--timeout", "'x'"}},
        bad_case{"WhoWithZeroTimeout", {"who", "/a", "--timeout", "0s"}, {"'0s'", "zero"}}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace paddock::tool
