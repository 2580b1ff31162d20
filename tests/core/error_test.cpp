#include <paddock/error.hpp>

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace paddock {
namespace {

TEST(Errors, HaveTheirOwnTexts) {
    std::set<std::string> texts;
    for (int value = 1; value <= static_cast<int>(errc::broken_barrier); ++value) {
        const error_code code = static_cast<errc>(value);
        EXPECT_EQ(code.category(), paddock_category());
        EXPECT_EQ(code.message().find("unknown paddock error"), std::string::npos) << code.message();
        EXPECT_TRUE(texts.insert(code.message()).second) << code.message();
    }
    EXPECT_STREQ(paddock_category().name(), "paddock");
}

TEST(Errors, ServersCodesHaveTheirOwnTexts) {
    std::set<std::string> texts;
    for (const auto code : {server_errc::system_error, server_errc::marshalling_error,
                            server_errc::unimplemented, server_errc::no_node, server_errc::no_auth,
                            server_errc::bad_version, server_errc::no_children_for_ephemerals,
                            server_errc::node_exists, server_errc::not_empty, server_errc::invalid_acl,
                            server_errc::auth_failed, server_errc::quota_exceeded, server_errc::throttled}) {
        const error_code made = code;
        EXPECT_EQ(made.category(), zookeeper_category());
        EXPECT_TRUE(texts.insert(made.message()).second) << made.message();
        EXPECT_EQ(made.message().find("server error"), std::string::npos) << made.message();
    }
    EXPECT_STREQ(zookeeper_category().name(), "zookeeper");
}

TEST(Errors, UnknownValuesKeepTheirNumber) {
    EXPECT_NE(error_code(4242, paddock_category()).message().find("4242"), std::string::npos);
    EXPECT_NE(error_code(-4242, zookeeper_category()).message().find("-4242"), std::string::npos);
}

TEST(Errors, CategoriesDoNotMix) {
    EXPECT_NE(error_code(-101, paddock_category()), make_error_code(server_errc::no_node));
    EXPECT_TRUE(make_error_code(errc::timed_out).failed());
}

TEST(ArgumentError, CarriesCodeAndText) {
    const argument_error error(errc::invalid_path, "mutex: path 'x' must be absolute");
    EXPECT_EQ(error.code(), errc::invalid_path);
    EXPECT_NE(std::string(error.what()).find("mutex: path 'x' must be absolute"), std::string::npos);
}

}  // namespace
}  // namespace paddock
