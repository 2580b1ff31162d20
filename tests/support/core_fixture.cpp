#include "tests/support/core_fixture.hpp"

#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>

namespace paddock::testing {

core_rig::core_rig(std::uint64_t seed, ensemble_options options) : rig(seed, options) {}

core_rig::~core_rig() = default;

client_options core_rig::three_seconds() {
    client_options options;
    options.servers = "simulated:2181";
    options.session_timeout = 3s;
    options.application = "test";
    return options;
}

core_client& core_rig::add_client(const client_options& options) { return rig::add_client(options); }

core_client& core_rig::connected_client(const client_options& options) {
    core_client& made = add_client(options);
    EXPECT_TRUE(run_until([&] { return made.state() == session_state::connected; }));
    return made;
}

attempt core_rig::track() { return attempts.emplace_back(std::make_shared<outcome<lease>>()); }

mutex_options core_rig::unshared() {
    mutex_options options;
    options.sharing.turns = 0;
    return options;
}

attempt core_rig::acquire(core_client& by, const std::string& path, mutex_options options) {
    const attempt made = track();
    mutex on(by.handle, path, std::move(options));
    on.async_acquire(boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world)));
    return made;
}

attempt core_rig::try_acquire(core_client& by, const std::string& path) {
    const attempt made = track();
    mutex on(by.handle, path, unshared());
    on.async_try_acquire(boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world)));
    return made;
}

attempt core_rig::acquire_within(core_client& by, std::chrono::nanoseconds limit, const std::string& path) {
    const attempt made = track();
    mutex on(by.handle, path, unshared());
    on.async_acquire_until(by.process.steady_now() + limit,
                           boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world)));
    return made;
}

attempt core_rig::hold(core_client& by, const std::string& path) {
    attempt made = acquire(by, path);
    EXPECT_TRUE(run_until_done(made));
    EXPECT_FALSE(made->ec) << made->ec.message();
    return made;
}

void core_rig::expect_clean() {
    if (std::exchange(finished_, true)) return;
    EXPECT_EQ(ensemble.planned(), 0u) << "a planned fault was met by no request";
    heal();
    const auto let_through = [this] {
        bool all = true;
        for (const attempt& one : attempts) {
            one->result = lease();
            all = all && one->done();
        }
        return all;
    };
    EXPECT_TRUE(run_until(let_through, 120s)) << "an operation never completed";
    EXPECT_TRUE(run_until([this] { return quiet(); }, 30s))
        << "a node, watch, obligation or budget share is left";
    for (const attempt& one : attempts) EXPECT_EQ(one->completions, 1);
    attempts.clear();
    EXPECT_EQ(close_clients(), "");
}

}  // namespace paddock::testing
