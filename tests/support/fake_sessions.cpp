#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "tests/support/fake_client.hpp"
#include "tests/support/fake_servers.hpp"

namespace paddock::testing {

namespace {

detail::boot_time round_up(detail::boot_time when, std::chrono::nanoseconds tick) {
    if (tick.count() == 0) return when;
    const auto rest = when.time_since_epoch() % tick;
    return rest.count() == 0 ? when : when + (tick - rest);
}

}  // namespace

handle_number fake_servers::enroll(std::weak_ptr<fake_client> handle) {
    handles_.push_back(std::move(handle));
    return handles_.size();
}

std::shared_ptr<fake_client> fake_servers::client(handle_number who) const {
    return who == every_handle || who > handles_.size() ? nullptr : handles_[who - 1].lock();
}

std::vector<std::shared_ptr<fake_link>> fake_servers::links(handle_number who) const {
    std::vector<std::shared_ptr<fake_link>> out;
    for (handle_number i = 1; i <= handles_.size(); ++i) {
        const auto handle = who == every_handle || who == i ? client(i) : nullptr;
        if (handle && handle->link()) out.push_back(handle->link());
    }
    return out;
}

void fake_servers::prepare(fake_link& link) const {
    const bool stalled = stalled_.contains(link.handle) || stalled_.contains(every_handle);
    link.to_server->stall(stalled);
    link.to_client->stall(stalled);
}

void fake_servers::stall(bool on, handle_number who) {
    if (on)
        stalled_.insert(who);
    else if (who == every_handle)
        stalled_.clear();
    else
        stalled_.erase(who);
    for (const auto& link : links(who)) prepare(*link);
}

void fake_servers::arrive(const std::shared_ptr<fake_link>& link, const connect_request& what) {
    if (!link->open) return;
    if (refusing || !powered_) return hang_up(link);
    if (rejecting) {
        tell(*link, [](fake_client& client) { client.on_rejected(); });
        return hang_up(link);
    }
    const auto known = sessions.find(what.session);
    if (what.session != 0 && known == sessions.end()) {
        records.note(world.now(), what.session, "connect", "", "expired");
        return welcome(link, {});
    }
    session& whose = what.session == 0 ? create_session(what.timeout) : known->second;
    if (whose.link) {
        whose.link->to_server->close();
        detach(*whose.link);
    }
    whose.link = link;
    link->session = whose.id;
    link->server = follower_ ? follower_ : leader;
    link->server->catch_up(what.last_zxid);  // never behind what the session has seen
    touch(whose);
    note(*link, "connect", "", "ok");
    welcome(link, {whose.id, whose.timeout});
    set_watches(link, what);
}

void fake_servers::welcome(const std::shared_ptr<fake_link>& link, const connect_response& answer) {
    tell(*link, [weak = std::weak_ptr(link), answer](fake_client& client) {
        client.on_connect(weak.lock(), answer);
    });
}

fake_servers::session& fake_servers::create_session(std::chrono::milliseconds wanted) {
    session& made = sessions[++last_session_];
    made.id = last_session_;
    made.timeout = std::clamp(wanted, options.min_timeout, options.max_timeout);
    return made;
}

// One packet holds all watches of a handle: past the limit no connection of it survives.
void fake_servers::set_watches(const std::shared_ptr<fake_link>& link, const connect_request& what) {
    std::size_t bytes = 0;
    for (const auto& path : what.watches) bytes += path.size() + 4;
    if (bytes > options.max_request_bytes) return hang_up(link);
    for (const auto& path : what.watches) {
        const node_record* const node = link->server->tree.find(path);
        if (node && node->mzxid <= what.last_zxid) {
            link->server->watch(path, link);
            continue;
        }
        const auto event = node ? detail::watch_event::changed : detail::watch_event::deleted;
        tell(*link, [path, event](fake_client& client) { client.on_event(path, event); });
    }
}

void fake_servers::touch(session& whose) {
    whose.last_touch = world.now();
    if (!whose.expiry) watch_expiry(whose.id);
}

void fake_servers::watch_expiry(std::int64_t id) {
    session& whose = sessions.at(id);
    const auto due = round_up(saturating_add(whose.last_touch, whose.timeout), options.tick);
    if (due <= world.now()) return end_session(id, "expired");
    whose.expiry = world.call_at(due, [this, id] { watch_expiry(id); });
}

void fake_servers::end_session(std::int64_t id, std::string_view why) {
    const auto found = sessions.find(id);
    if (found == sessions.end()) return;
    const session ended = std::move(found->second);
    sessions.erase(found);
    records.note(world.now(), id, "session", "", std::string(why));
    commit([&](txn& into) { leader->tree.remove_owned(id, into); });
    if (ended.link && !ended.link->isolated && why != "closed") hang_up(ended.link);
}

// The server closes: what it has sent before still arrives.
void fake_servers::hang_up(const std::shared_ptr<fake_link>& link) {
    if (!link->open) return;
    detach(*link);
    tell(*link, [weak = std::weak_ptr(link)](fake_client& client) { client.on_hang_up(weak.lock()); });
}

void fake_servers::detach(fake_link& link) {
    link.open = false;
    link.held.clear();
    if (link.server) link.server->forget(link);
    const auto whose = sessions.find(link.session);
    if (whose != sessions.end() && whose->second.link.get() == &link) whose->second.link.reset();
}

void fake_servers::cut(const std::shared_ptr<fake_link>& link, bool requests_arrive) {
    if (requests_arrive) link->to_server->flush();
    link->to_server->close();
    link->to_client->close();
    detach(*link);
    records.note(world.now(), link->session, "cut", "", requests_arrive ? "after arrival" : "before arrival");
    const auto client = link->client.lock();
    if (!client) return;
    boost::asio::post(client->local().executor(), [weak = link->client, link] {
        if (const auto self = weak.lock()) self->on_hang_up(link);
    });
}

void fake_servers::lag(std::chrono::nanoseconds behind) {
    if (behind.count() == 0) {
        if (follower_) {
            follower_->lag = behind;
            follower_->catch_up(last_zxid_);
        }
        follower_.reset();
        return;
    }
    if (!follower_) followers_.push_back(follower_ = make_replica(leader.get()));
    follower_->lag = behind;
}

void fake_servers::isolate(const std::shared_ptr<fake_link>& link, bool on) {
    if (link->isolated == on || !link->server) return;
    link->isolated = on;
    if (on) {
        const auto before = link->server;
        link->server = make_replica(before.get());
        link->server->cut_off = true;
        followers_.push_back(link->server);
        const auto moved = link->watched;
        before->forget(*link);
        for (const auto& path : moved) link->server->watch(path, link);
        return;
    }
    link->server->cut_off = false;
    link->server->catch_up(last_zxid_);
    if (!sessions.contains(link->session)) return hang_up(link);
    for (const auto& what : std::exchange(link->held, {})) arrive(link, what);
}

void fake_servers::power(bool on) {
    powered_ = on;
    if (!on) {
        for (const auto& link : links(every_handle)) cut(link, false);
        for (auto& [id, whose] : sessions) whose.expiry.reset();
        return;
    }
    for (auto& [id, whose] : sessions) touch(whose);  // a new leader gives every session its full timeout
}

}  // namespace paddock::testing
