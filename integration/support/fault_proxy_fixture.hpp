#pragma once

#include <gtest/gtest.h>

#include <string>

#include "integration/support/fault_proxy.hpp"
#include "integration/support/raw_client.hpp"
#include "integration/support/shared_servers.hpp"

namespace paddock::testing {

// A proxy in front of the shared server, and a client that goes past it.
class fault_proxy_fixture : public ::testing::Test {
protected:
    [[nodiscard]] raw_client connect() { return raw_client(proxy_.host(), proxy_.port()); }
    static std::int32_t send_create(raw_client& client, const std::string& path) {
        return client.send(opcode::create, raw_client::create_request(path, "", create_flags::persistent));
    }
    // What the server itself knows, past the proxy.
    [[nodiscard]] bool on_server(const std::string& path) { return direct_.exists(path) == ok; }
    [[nodiscard]] static bool silent(const raw_client& client) { return !client.has_input(); }

    zk_ensemble& zk_ = shared_standalone();
    fault_proxy proxy_{zk_.server(0).host(), zk_.server(0).port()};
    raw_client direct_ = zk_.connect();
    // A path that no other test and no earlier run of this one uses.
    const std::string path_ = "/" +
                              std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) +
                              "-" + std::to_string(direct_.session().id);
};

}  // namespace paddock::testing
