#include "tests/support/core_fixture.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

#include "core/contender/contender.hpp"
#include "core/path.hpp"
#include "recipes/mutex/mutex_plan.hpp"

namespace paddock::testing {
namespace {

std::shared_ptr<detail::client_core> make_core(core_client& owner, const client_options& options) {
    const detail::post_task run = [&owner](detail::unique_task task) {
        ++owner.pending_handlers;
        boost::asio::post(owner.process.executor(), [&owner, task = std::move(task)]() mutable {
            --owner.pending_handlers;
            std::move(task)();
        });
    };
    return std::make_shared<detail::client_core>(owner.process, detail::check_options(options), run, run);
}

std::shared_ptr<const detail::contender_settings> mutex_settings(const core_client& by,
                                                                 const std::string& path) {
    auto made = std::make_shared<detail::contender_settings>();
    made->directory = by.core->options().prefix.outside(path);
    made->kind = detail::mutex_kind;
    made->plan = detail::plan_mutex;
    made->acls = {acl()};
    for (std::string& level : detail::ancestry_of(made->directory))
        made->parents.emplace_back(std::move(level), std::vector<acl>{acl()});
    made->data = [] { return std::string("{}"); };
    return made;
}

}  // namespace

core_client::core_client(virtual_environment& in, sim_ensemble& servers, const client_options& options)
    : world(in), ensemble(servers), process(in), core(make_core(*this, options)), handle(core) {
    core->entrance()->post([started = core] { started->start(); });
}

core_client::~core_client() = default;

handle_number core_client::number() const {
    const auto id = session_id();
    for (handle_number i = ensemble.handles(); i > 0 && id != 0; --i)
        if (ensemble.session_of(i) == id) return i;
    return 0;
}

void core_client::close() {
    if (std::exchange(closing, true)) return;
    core->entrance()->post([this, closed_core = core] { closed_core->close([this] { closed = true; }); });
}

core_rig::core_rig(std::uint64_t seed, ensemble_options options) : world(seed), ensemble(world, options) {}

core_rig::~core_rig() = default;

client_options core_rig::three_seconds() {
    client_options options;
    options.servers = "simulated:2181";
    options.session_timeout = 3s;
    options.application = "test";
    return options;
}

core_client& core_rig::add_client(const client_options& options) {
    return clients.emplace_back(world, ensemble, options);
}

core_client& core_rig::connected_client(const client_options& options) {
    core_client& made = add_client(options);
    EXPECT_TRUE(run_until([&] { return made.state() == session_state::connected; }));
    return made;
}

attempt core_rig::track() { return attempts.emplace_back(std::make_shared<outcome<lease>>()); }

attempt core_rig::acquire(core_client& by, const std::string& path, mutex_options options) {
    const attempt made = track();
    mutex on(by.handle, path, std::move(options));
    on.async_acquire(boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world)));
    return made;
}

attempt core_rig::try_acquire(core_client& by, const std::string& path) {
    const attempt made = track();
    mutex on(by.handle, path);
    on.async_try_acquire(boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world)));
    return made;
}

attempt core_rig::acquire_within(core_client& by, std::chrono::nanoseconds limit, const std::string& path) {
    const attempt made = track();
    auto started =
        std::make_shared<detail::contender>(by.core, mutex_settings(by, path), true, recorded(made, world));
    by.core->entrance()->post([started, end = saturating_add(world.now(), limit)] {
        started->expire_at(end);
        started->start();
    });
    return made;
}

attempt core_rig::hold(core_client& by, const std::string& path) {
    attempt made = acquire(by, path);
    EXPECT_TRUE(run_until_done(made));
    EXPECT_FALSE(made->ec) << made->ec.message();
    return made;
}

bool core_rig::quiet() const {
    for (const core_client& one : clients) {
        const client_stats now = one.stats();
        if (now.waiters + now.obligations + now.leases + now.watches + now.ephemeral_path_bytes > 0)
            return false;
    }
    for (const auto id : ensemble.sessions())
        if (!ensemble.ephemerals(id).empty()) return false;
    return ensemble.watches() == 0;
}

void core_rig::heal() {
    ensemble.disable_random_faults();
    ensemble.power(true);
    ensemble.stall(false);
    ensemble.refuse_connections(false);
    ensemble.reject_credentials(false);
    ensemble.isolate(every_handle, false);
    ensemble.lag(0ns);
    ensemble.deny({});
    for (core_client& one : clients) one.process.thaw();
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
    expect_closed();
}

void core_rig::expect_closed() {
    for (core_client& one : clients) one.close();
    EXPECT_TRUE(run_until([this] { return std::ranges::all_of(clients, &core_client::closed); }));
    world.settle();
    std::vector<std::weak_ptr<detail::client_core>> cores;
    for (const core_client& one : clients) {
        EXPECT_EQ(one.pending_handlers, 0u);
        cores.emplace_back(one.core);
    }
    attempts.clear();
    for (core_client& one : clients) {
        one.core->entrance()->close();
        one.handle = client(std::shared_ptr<detail::client_core>());
        one.core.reset();
    }
    // A driver whose caller has gone may still take its second look, the farewell of an earlier session still wait
    // for its answer.
    const auto gone = [&] {
        return std::ranges::all_of(cores, [](const auto& core) { return core.expired(); });
    };
    EXPECT_TRUE(run_until(gone, 200ms)) << "a reference to a client is left";
    EXPECT_TRUE(run_until([this] { return ensemble.sessions().empty(); }, 60s));
    EXPECT_TRUE(run_until([this] { return world.scheduled_calls() == 0; }, 2s)) << "a timer is left";
    clients.clear();
}

}  // namespace paddock::testing
