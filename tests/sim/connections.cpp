// The handles that servers know, and how their connections begin, stall and end.
#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "tests/sim/client.hpp"
#include "tests/sim/servers.hpp"

namespace paddock::testing {

handle_number sim_servers::enroll(std::weak_ptr<sim_client> handle) {
    handles_.push_back(std::move(handle));
    return handles_.size();
}

std::shared_ptr<sim_client> sim_servers::client(handle_number who) const {
    return who == every_handle || who > handles_.size() ? nullptr : handles_[who - 1].lock();
}

std::vector<std::shared_ptr<sim_link>> sim_servers::links(handle_number who) const {
    std::vector<std::shared_ptr<sim_link>> out;
    for (handle_number i = 1; i <= handles_.size(); ++i) {
        const auto handle = who == every_handle || who == i ? client(i) : nullptr;
        if (handle && handle->link()) out.push_back(handle->link());
    }
    return out;
}

std::size_t sim_servers::watchers(const watch_key& what) const {
    const auto all = links(every_handle);
    return static_cast<std::size_t>(
        std::ranges::count_if(all, [&](const auto& link) { return link->watched.contains(what); }));
}

std::size_t sim_servers::connections() const {
    std::size_t sum = 0;
    for (const auto& one : servers_) sum += one->connections.size();
    return sum;
}

void sim_servers::dial(const std::shared_ptr<sim_link>& link) {
    servers_[link->at]->connections.push_back(link);
    prepare(*link);
}

void sim_servers::prepare(sim_link& link) const {
    const auto stalled = [&](const std::set<handle_number>& who) {
        return who.contains(link.handle) || who.contains(every_handle);
    };
    link.to_server->stall(stalled(stalled_to_server_));
    link.to_client->stall(stalled(stalled_to_client_));
}

void sim_servers::stall(bool on, handle_number who, stalled_way way) {
    const auto change = [&](std::set<handle_number>& stalled) {
        if (on)
            stalled.insert(who);
        else if (who == every_handle)
            stalled.clear();
        else
            stalled.erase(who);
    };
    if (way != stalled_way::to_client) change(stalled_to_server_);
    if (way != stalled_way::to_server) change(stalled_to_client_);
    for (const auto& one : servers_) {
        for (const auto& link : one->connections) prepare(*link);
    }
}

// The server closes: what it has sent before still arrives.
void sim_servers::hang_up(const std::shared_ptr<sim_link>& link) {
    if (!link->open) return;
    detach(*link);
    tell(*link, [weak = std::weak_ptr(link)](sim_client& client) { client.on_hang_up(weak.lock()); });
}

void sim_servers::leave(sim_link& link) {
    if (!link.open) return;
    if (link.fresh && link.session == 0)
        return detach(link);  // a session that nobody knows would only expire
    link.to_server->push(delay(), [this, weak = link.weak_from_this()] {
        if (const auto left = weak.lock()) detach(*left);
    });
}

void sim_servers::detach(sim_link& link) {
    const auto kept = link.shared_from_this();
    link.open = false;
    link.to_server->close();
    server& here = *servers_[link.at];
    for (const auto& turn : std::exchange(link.turns, {}))
        if (!turn->ready && link.session != 0) here.left_behind[link.session].push_back(turn);
    std::erase(here.connections, kept);
    here.replica.forget(link);
    const auto own = here.attached.find(link.session);
    if (own != here.attached.end() && own->second.get() == &link) here.attached.erase(own);
}

void sim_servers::cut(const std::shared_ptr<sim_link>& link, bool requests_arrive) {
    if (requests_arrive) link->to_server->flush();
    link->to_client->close();
    detach(*link);
    records.note(world.now(), link->session, "cut", "", requests_arrive ? "after arrival" : "before arrival");
    const auto client = link->client.lock();
    if (!client) return;
    boost::asio::post(client->local().executor(), [weak = link->client, link] {
        if (const auto self = weak.lock()) self->on_hang_up(link);
    });
}

void sim_servers::bury(const virtual_host& process) {
    for (handle_number i = 1; i <= handles_.size(); ++i) {
        const auto handle = client(i);
        if (handle && &handle->local() == &process) handle->vanish();
    }
}

}  // namespace paddock::testing
