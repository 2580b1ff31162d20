#pragma once

#include <cstddef>

#include "tests/support/core_fixture.hpp"

namespace paddock::testing {

/// Two clients, and mutexes whose threads share a place.
class LocalQueue : public CoreTest {
protected:
    static mutex_options shared(std::size_t turns = 100) {
        mutex_options options;
        options.sharing.turns = turns;
        options.sharing.time = 10s;
        return options;
    }
    attempt start(core_client& by, const mutex_options& options = shared()) {
        return acquire(by, "/locks/a", options);
    }
    attempt queue_up(core_client& by, const mutex_options& options = shared()) {
        attempt made = start(by, options);
        world.advance(20ms);
        return made;
    }
    attempt hold_shared(core_client& by, const mutex_options& options = shared()) {
        attempt made = start(by, options);
        EXPECT_TRUE(granted(made));
        world.advance(5ms);
        return made;
    }

    core_client& one = connected_client();
    core_client& two = connected_client();
};

}  // namespace paddock::testing
