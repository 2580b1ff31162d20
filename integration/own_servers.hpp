#pragma once

#include "integration/lock_fixture.hpp"

namespace paddock::testing {

/// Comes before `LockTest` among the bases, which needs servers that serve.
struct started_servers {
    explicit started_servers(const zk_ensemble_options& options) : own_servers(options) {
        own_servers.start();
    }
    zk_ensemble own_servers;
};

/// Servers of one test alone, of a kind that other tests would not bear.
class OwnServersTest : private started_servers, public LockTest {
protected:
    explicit OwnServersTest(const zk_ensemble_options& options)
        : started_servers(options), LockTest(own_servers) {}
};

}  // namespace paddock::testing
