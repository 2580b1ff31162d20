#include "core/checked_options.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "tests/support/refusal.hpp"

namespace paddock::detail {
namespace {

using namespace std::chrono_literals;
using paddock::testing::refuses;

TEST(CheckedOptions, DefaultsPass) {
    const auto checked = check_options({});
    EXPECT_EQ(checked.session.parameters.servers, "127.0.0.1:2181");
    EXPECT_EQ(checked.session.parameters.timeout, 10s);
    EXPECT_EQ(checked.prefix.prefix(), "");
    EXPECT_FALSE(checked.application.empty());
    EXPECT_EQ(checked.acls("/a", node_role::parent), std::vector<acl>{acl{}});
}

TEST(CheckedOptions, ValuesArriveWhereTheyAreUsed) {
    client_options options;
    options.servers = "a:1,[::1]:2";
    options.name_space = "/app";
    options.session_timeout = 4s;
    options.connect_timeout = 700ms;
    options.on_loss = loss_policy::strict;
    options.lease_heartbeat = false;
    options.heartbeat_interval = 1s;
    options.auth = {{"digest", "user:password"}, {"ip", ""}};
    options.application = "billing";
    const auto checked = check_options(options);
    EXPECT_EQ(checked.session.parameters.servers, "a:1,[::1]:2");
    EXPECT_EQ(checked.session.parameters.timeout, 4s);
    EXPECT_EQ(checked.session.parameters.connect_timeout, 700ms);
    EXPECT_EQ(checked.session.parameters.auth.size(), 2u);
    EXPECT_EQ(checked.session.on_loss, loss_policy::strict);
    EXPECT_FALSE(checked.session.quorum_checks);
    EXPECT_EQ(checked.session.heartbeat_interval, 1s);
    EXPECT_EQ(checked.prefix.prefix(), "/app");
    EXPECT_EQ(checked.application, "billing");
}

struct bad_option {
    const char* name;
    std::function<void(client_options&)> spoil;
    errc code;
    std::string_view option;
    std::string_view value;
    friend std::ostream& operator<<(std::ostream& os, const bad_option& c) { return os << c.name; }
};
class BadOption : public ::testing::TestWithParam<bad_option> {};
TEST_P(BadOption, IsRefusedByNameAndValue) {
    client_options options;
    GetParam().spoil(options);
    EXPECT_TRUE(refuses([&] { static_cast<void>(check_options(options)); }, GetParam().code,
                        {GetParam().option, GetParam().value}));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadOption,
    ::testing::Values(
        bad_option{"NoServers", [](auto& o) { o.servers = ""; }, errc::invalid_servers, "server", "empty"},
        bad_option{"BadPort", [](auto& o) { o.servers = "a:0"; }, errc::invalid_servers, "server", "'a:0'"},
        bad_option{"RelativeNameSpace", [](auto& o) { o.name_space = "app"; }, errc::invalid_path,
                   "name_space", "'app'"},
        bad_option{"ZeroTimeout", [](auto& o) { o.session_timeout = 0ms; }, errc::invalid_duration,
                   "session_timeout", "0 ms"},
        bad_option{"TooShortTimeout", [](auto& o) { o.session_timeout = 99ms; }, errc::invalid_duration,
                   "session_timeout", "99 ms"},
        bad_option{"NegativeTimeout", [](auto& o) { o.session_timeout = -5s; }, errc::invalid_duration,
                   "session_timeout", "-5000 ms"},
        bad_option{"EndlessTimeout", [](auto& o) { o.session_timeout = 24h + 1ms; }, errc::invalid_duration,
                   "session_timeout", "86400001 ms"},
        bad_option{"LargestTimeout", [](auto& o) { o.session_timeout = std::chrono::milliseconds::max(); },
                   errc::invalid_duration, "session_timeout", "9223372036854775807"},
        bad_option{"ZeroConnectTimeout", [](auto& o) { o.connect_timeout = 0ms; }, errc::invalid_duration,
                   "connect_timeout", "0 ms"},
        bad_option{"NegativeConnectTimeout", [](auto& o) { o.connect_timeout = -1ms; },
                   errc::invalid_duration, "connect_timeout", "-1 ms"},
        bad_option{"ZeroHeartbeat", [](auto& o) { o.heartbeat_interval = 0ms; }, errc::invalid_duration,
                   "heartbeat_interval", "0 ms"},
        bad_option{"SlowHeartbeat", [](auto& o) { o.heartbeat_interval = 2501ms; }, errc::invalid_duration,
                   "heartbeat_interval", "2501 ms"},
        bad_option{"AuthWithoutScheme",
                   [](auto& o) {
                       o.auth = {{"", "x"}};
                   },
                   errc::invalid_argument, "auth", "scheme ''"},
        bad_option{"AuthSchemeWithNul",
                   [](auto& o) {
                       o.auth = {{std::string("a\0b", 3), "x"}};
                   },
                   errc::invalid_argument, "auth", "'a\\x00b'"},
        bad_option{"DigestWithoutColon",
                   [](auto& o) {
                       o.auth = {{"digest", "user"}};
                   },
                   errc::invalid_argument, "auth", "user:password"},
        bad_option{"DigestWithoutUser",
                   [](auto& o) {
                       o.auth = {{"digest", ":password"}};
                   },
                   errc::invalid_argument, "auth", "user:password"},
        bad_option{"LongApplication", [](auto& o) { o.application = std::string(257, 'a'); },
                   errc::invalid_argument, "application", "'aaa"},
        bad_option{"ApplicationNotUtf8", [](auto& o) { o.application = "caf\xe9"; }, errc::invalid_argument,
                   "application", "UTF-8"},
        bad_option{"UnknownPolicy", [](auto& o) { o.on_loss = static_cast<loss_policy>(7); },
                   errc::invalid_argument, "on_loss", "7"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(BadSecret, StaysOutOfTheMessage) {
    client_options options;
    options.auth = {{"digest", "hunter2"}};
    try {
        static_cast<void>(check_options(options));
        FAIL() << "nothing was thrown";
    } catch (const argument_error& refusal) {
        EXPECT_EQ(std::string(refusal.what()).find("hunter2"), std::string::npos);
    }
}

TEST(ShortestAndLongest, ArePossible) {
    client_options options;
    options.session_timeout = 100ms;
    EXPECT_NO_THROW(static_cast<void>(check_options(options)));
    options.session_timeout = 24h;
    options.heartbeat_interval = 6h;
    EXPECT_NO_THROW(static_cast<void>(check_options(options)));
    options.application = std::string(256, 'a');
    EXPECT_NO_THROW(static_cast<void>(check_options(options)));
}

struct bad_acls {
    const char* name;
    std::vector<acl> given;
    friend std::ostream& operator<<(std::ostream& os, const bad_acls& c) { return os << c.name; }
};
class BadAcls : public ::testing::TestWithParam<bad_acls> {};
TEST_P(BadAcls, AreRefusedByPath) {
    const acl_provider provider = [](std::string_view, node_role) { return GetParam().given; };
    EXPECT_TRUE(refuses([&] { provided_acls(provider, "/locks/a", node_role::contender); },
                        errc::invalid_argument, {"acls", "'/locks/a'"}));
}
INSTANTIATE_TEST_SUITE_P(Table, BadAcls,
                         ::testing::Values(bad_acls{"Empty", {}},
                                           bad_acls{"NoScheme", {acl{}, acl{can_read, "", "x"}}},
                                           bad_acls{"UnknownPermission", {acl{32, "world", "anyone"}}},
                                           bad_acls{"NegativePermission", {acl{-1, "world", "anyone"}}}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(ProvidedAcls, SeeThePathAndTheRole) {
    std::string path;
    node_role role = node_role::parent;
    const acl_provider provider = [&](std::string_view asked, node_role as) {
        path = asked;
        role = as;
        return std::vector<acl>{acl{can_read | can_delete, "digest", "u:p"}};
    };
    EXPECT_EQ(provided_acls(provider, "/app/a", node_role::contender).front().permissions, 9);
    EXPECT_EQ(path, "/app/a");
    EXPECT_EQ(role, node_role::contender);
}

}  // namespace
}  // namespace paddock::detail
