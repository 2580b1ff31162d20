#include "integration/support/shared_servers.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace paddock::testing {
namespace {

class shared_servers final : public ::testing::Environment {
public:
    // GoogleTest calls this after the last test of each iteration.
    void TearDown() override {
        standalone.reset();
        ensemble.reset();
    }

    std::unique_ptr<zk_ensemble> standalone;
    std::unique_ptr<zk_ensemble> ensemble;
};

// GoogleTest owns it. Registered before main, because only then does GoogleTest promise to call it.
shared_servers& instance =
    *static_cast<shared_servers*>(::testing::AddGlobalTestEnvironment(new shared_servers));

zk_ensemble& started(std::unique_ptr<zk_ensemble>& shared, std::size_t size) {
    if (!shared) {
        zk_ensemble_options options;
        options.size = size;
        // For tests that live through elections.
        if (size > 1) options.server.config_lines = {"maxSessionTimeout=60000"};
        shared = std::make_unique<zk_ensemble>(options);
    }
    shared->start();
    return *shared;
}

}  // namespace

zk_ensemble& shared_standalone() { return started(instance.standalone, 1); }

zk_ensemble& shared_ensemble() { return started(instance.ensemble, 3); }

}  // namespace paddock::testing
