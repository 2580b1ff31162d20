#include "tests/sim/ensemble.hpp"

#include <algorithm>
#include <utility>

#include "tests/sim/handle.hpp"

namespace paddock::testing {

sim_ensemble::sim_ensemble(virtual_environment& world, ensemble_options options)
    : servers_(std::make_shared<sim_servers>(world, options)) {
    world.set_opener([servers = std::weak_ptr(servers_)](virtual_host& local,
                                                         const detail::session_parameters& parameters,
                                                         detail::session_listener& listener) {
        auto client = std::make_shared<sim_client>(servers.lock(), local, parameters, listener);
        client->start();
        return std::make_unique<sim_handle>(std::move(client));
    });
    world.set_undertaker([servers = std::weak_ptr(servers_)](const virtual_host& process) {
        if (const auto kept = servers.lock()) kept->bury(process);
    });
}

sim_ensemble::~sim_ensemble() {
    servers_->world.set_opener({});
    servers_->world.set_undertaker({});
}

void sim_ensemble::cut(handle_number who, cut_position where) {
    for (const auto& link : servers_->links(who)) servers_->cut(link, where == cut_position::after_arrival);
}

void sim_ensemble::stall(bool on, handle_number who, stalled_way way) { servers_->stall(on, who, way); }
void sim_ensemble::refuse_connections(bool on) { servers_->refusing = on; }
void sim_ensemble::reject_credentials(bool on) { servers_->rejecting = on; }
void sim_ensemble::lag(std::chrono::nanoseconds behind) { servers_->lag(behind); }
void sim_ensemble::power(bool on) { servers_->power(on); }

void sim_ensemble::isolate(handle_number who, bool on) {
    if (who == every_handle) {
        for (server_number i = 0; i < servers_->among.size(); ++i) servers_->among.isolate(i, on);
    } else {
        for (const auto& link : servers_->links(who)) servers_->among.isolate(link->at, on);
    }
}

void sim_ensemble::fail_next(request_kind kind, fault_position where, const request_filter& filter) {
    servers_->faults.add({kind, filter, where, {}, {}, {}});
}

void sim_ensemble::answer_next(request_kind kind, error_code answer, const request_filter& filter) {
    servers_->faults.add({kind, filter, {}, answer, {}, {}});
}

void sim_ensemble::before_next(request_kind kind, std::function<void()> action,
                               const request_filter& filter) {
    servers_->faults.add({kind, filter, {}, {}, std::move(action), {}});
}

void sim_ensemble::after_next(request_kind kind, std::function<void()> action, const request_filter& filter) {
    servers_->faults.add({kind, filter, {}, {}, {}, std::move(action)});
}

void sim_ensemble::enable_random_faults(const fault_rates& rates, std::uint64_t seed) {
    servers_->faults.roll(rates, seed);
}

void sim_ensemble::disable_random_faults() {
    servers_->faults.roll({}, 0);
    servers_->refusing = false;
    servers_->stall(false, every_handle);
}

void sim_ensemble::expire_session(std::int64_t id) { servers_->end_session(id, "expired by the test"); }

std::vector<std::int64_t> sim_ensemble::sessions() const { return servers_->sessions(); }

std::int64_t sim_ensemble::session_of(handle_number who) const {
    const auto client = servers_->client(who);
    return client ? client->session() : 0;
}

std::optional<server_number> sim_ensemble::server_of(handle_number who) const {
    const auto client = servers_->client(who);
    if (!client || !client->link()) return std::nullopt;
    return client->link()->at;
}

detail::boot_time sim_ensemble::contact_of(handle_number who) const {
    const auto client = servers_->client(who);
    return client ? client->contact() : detail::boot_time{};
}

error_code sim_ensemble::create_by_operator(const std::string& path, const std::string& data,
                                            create_mode mode, std::int64_t owner) {
    error_code ec;
    std::string real;
    servers_->commit([&](sim_tree& tree, txn& into) {
        ec = tree.create({path, data, mode, {acl{}}, owner}, into, real);
    });
    return ec;
}

error_code sim_ensemble::set_by_operator(const std::string& path, const std::string& data) {
    error_code ec;
    servers_->commit([&](sim_tree& tree, txn& into) { ec = tree.set(path, data, -1, into); });
    return ec;
}

error_code sim_ensemble::remove_by_operator(const std::string& path) {
    error_code ec;
    servers_->commit([&](sim_tree& tree, txn& into) {
        servers_->situations.deletes(path, tree);
        ec = tree.remove(path, -1, into);
    });
    return ec;
}

void sim_ensemble::reap() { servers_->reap(); }

void sim_ensemble::set_create_count(const std::string& path, std::int32_t count) {
    servers_->set_create_count(path, count);
}

std::optional<stat> sim_ensemble::node(const std::string& path) const {
    return servers_->tree().stat_of(path);
}

std::string sim_ensemble::data(const std::string& path) const {
    const auto* const found = servers_->tree().find(path);
    return found ? found->data : std::string();
}

std::vector<acl> sim_ensemble::acls(const std::string& path) const {
    const auto* const found = servers_->tree().find(path);
    return found ? found->acls : std::vector<acl>();
}

std::vector<std::string> sim_ensemble::children(const std::string& path) const {
    return servers_->tree().children(path);
}

std::vector<std::string> sim_ensemble::paths() const { return servers_->tree().paths(); }
std::size_t sim_ensemble::node_count() const { return servers_->tree().size(); }

std::vector<std::string> sim_ensemble::ephemerals(std::int64_t session) const {
    return servers_->tree().owned(session);
}

std::size_t sim_ensemble::watches(handle_number who) const {
    std::size_t sum = 0;
    for (const auto& link : servers_->links(who)) sum += link->watched.size();
    return sum;
}

std::size_t sim_ensemble::watchers(const std::string& path) const {
    return servers_->watchers({detail::watch_kind::data, path});
}

std::size_t sim_ensemble::child_watchers(const std::string& path) const {
    return servers_->watchers({detail::watch_kind::children, path});
}

std::size_t sim_ensemble::watch_events(handle_number who) const {
    std::size_t sum = 0;
    for (const auto& link : servers_->links(who)) sum += link->watch_events;
    return sum;
}

std::uint64_t sim_ensemble::requests(request_kind kind, handle_number who) const {
    return servers_->records.requests(kind, who);
}

std::vector<exchange> sim_ensemble::exchanges(handle_number who) const {
    return servers_->records.exchanges(who);
}

std::size_t sim_ensemble::network_waits(handle_number who, detail::boot_time from) const {
    return servers_->records.network_waits(who, from);
}

}  // namespace paddock::testing
