#include "tests/support/fake_servers.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <boost/asio/post.hpp>

#include "tests/support/fake_client.hpp"

namespace paddock::testing {

namespace {

constexpr std::int64_t wall_clock_start_ms = 1'700'000'000'000;

std::int64_t milliseconds(detail::boot_time when) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
}

std::string outcome(const error_code& ec) { return ec ? std::to_string(ec.value()) : "ok"; }

}  // namespace

fake_servers::fake_servers(virtual_environment& where, ensemble_options chosen)
    : world(where), options(chosen), leader(make_replica(nullptr)) {
    if (options.one_way <= std::chrono::nanoseconds(0)) throw std::logic_error("one_way must be above zero");
}

std::shared_ptr<fake_replica> fake_servers::make_replica(const fake_replica* like) {
    auto notify = [this](fake_link& link, const std::string& path, detail::watch_event event) {
        note(link, "event", path, std::to_string(static_cast<int>(event)));
        tell(link, [path, event](fake_client& client) { client.on_event(path, event); });
    };
    return like ? std::make_shared<fake_replica>(*like, notify) : std::make_shared<fake_replica>(notify);
}

void fake_servers::tell(const fake_link& link, std::function<void(fake_client&)> what) {
    link.to_client->push(delay(), [weak = link.client, what = std::move(what)] {
        if (const auto client = weak.lock()) what(*client);
    });
}

void fake_servers::note(const fake_link& link, std::string_view op, const std::string& path,
                        const std::string& result) {
    records.note(world.now(), link.session, op, path, result);
}

std::chrono::nanoseconds fake_servers::delay() { return options.one_way + faults.up_to(options.jitter); }

void fake_servers::commit(const std::function<void(txn&)>& write) {
    auto done = std::make_shared<txn>();
    done->zxid = last_zxid_ + 1;
    done->wall_ms = wall_clock_start_ms + milliseconds(world.now());
    done->committed = world.now();
    write(*done);
    if (!done->changes.empty()) publish(done);
}

void fake_servers::publish(const std::shared_ptr<const txn>& done) {
    last_zxid_ = done->zxid;
    leader->applied(*done);
    std::erase_if(followers_, [](const auto& weak) { return weak.expired(); });
    for (const auto& weak : followers_) {
        const auto follower = weak.lock();
        detail::scheduled_call timer;
        if (!follower->cut_off && follower->lag.count() > 0)
            timer = world.call_at(saturating_add(done->committed, follower->lag), [weak, zxid = done->zxid] {
                if (const auto self = weak.lock()) self->catch_up(zxid);
            });
        follower->learn(done, std::move(timer));
        if (!follower->cut_off && follower->lag.count() == 0) follower->catch_up(done->zxid);
    }
}

void fake_servers::arrive(const std::shared_ptr<fake_link>& link, const request& what) {
    if (!link->open) return;
    if (link->isolated) {
        const bool local =
            !is_write(what.kind) && what.kind != request_kind::sync && what.kind != request_kind::close;
        if (what.kind != request_kind::ping && (!local || !link->held.empty()))
            return link->held.push_back(what);
        return execute(link, what, true);
    }
    const auto whose = sessions.find(link->session);
    if (whose == sessions.end()) return hang_up(link);
    touch(whose->second);
    if (what.bytes() > options.max_request_bytes) return hang_up(link);
    if (survives_faults(link, what)) execute(link, what, true);
}

void fake_servers::execute(const std::shared_ptr<fake_link>& link, const request& what, bool reply_arrives) {
    response answer = perform(link, what);
    answer.zxid = link->server->applied();
    note(*link, name_of(what.kind), answer.path.empty() ? what.path : answer.path, outcome(answer.ec));
    if (!reply_arrives) return hang_up(link);
    tell(*link, [answer](fake_client& client) {
        response copy = answer;
        client.on_response(copy);
    });
    if (what.kind == request_kind::close) hang_up(link);
}

response fake_servers::perform(const std::shared_ptr<fake_link>& link, const request& what) {
    fake_replica& server = *link->server;
    response answer;
    if (is_write(what.kind)) {
        commit([&](txn& into) { answer = execute_write(leader->tree, what, link->session, denied, into); });
        server.catch_up(last_zxid_);  // a server answers its own clients' writes after applying them
        return answer;
    }
    if (what.kind == request_kind::sync) server.catch_up(last_zxid_);
    if (what.kind == request_kind::remove_watch) server.unwatch(what.path, *link);
    if (what.kind == request_kind::close) end_session(link->session, "closed");
    answer = execute_read(server.tree, what, denied);
    if (what.kind == request_kind::get && what.watch && !answer.ec) server.watch(what.path, link);
    std::ranges::shuffle(answer.names, order_);
    return answer;
}

bool fake_servers::survives_faults(const std::shared_ptr<fake_link>& link, const request& what) {
    if (const auto rule = faults.meet(what, link->handle, false)) {
        if (rule->before) rule->before();
        if (!link->open || !sessions.contains(link->session)) return false;
        if (rule->position == fault_position::before_commit)
            hang_up(link);
        else if (rule->position == fault_position::after_commit)
            execute(link, what, false);
        else if (rule->answer) {
            response answer;
            answer.kind = what.kind;
            answer.ec = rule->answer;
            answer.results.resize(what.ops.size(), {rule->answer, {}, {}});
            note(*link, name_of(what.kind), what.path, outcome(answer.ec) + " (planned)");
            tell(*link, [answer](fake_client& client) {
                response copy = answer;
                client.on_response(copy);
            });
        } else
            execute(link, what, true);
        if (rule->after) rule->after();
        return false;
    }
    return survives_dice(link, what);
}

bool fake_servers::survives_dice(const std::shared_ptr<fake_link>& link, const request& what) {
    const fault_rates& rates = faults.rates();
    if (faults.hits(rates.reap)) reap();
    if (faults.hits(rates.refuse) && !refusing) {
        refusing = true;
        later(faults.up_to(rates.longest), [this] { refusing = false; });
    }
    if (faults.hits(rates.stall) && !stalled_.contains(link->handle)) {
        stall(true, link->handle);
        later(faults.up_to(rates.longest), [this, who = link->handle] { stall(false, who); });
    }
    if (faults.hits(rates.expire)) end_session(link->session, "expired by chance");
    if (faults.hits(rates.cut)) cut(link, faults.hits(0.5));
    if (!link->open) return false;
    if (faults.hits(rates.lose_request)) return hang_up(link), false;
    if (faults.hits(rates.lose_reply)) return execute(link, what, false), false;
    return true;
}

void fake_servers::reap() {
    for (const auto& path : leader->tree.abandoned_containers()) {
        commit([&](txn& into) { static_cast<void>(leader->tree.remove(path, -1, into)); });
        records.note(world.now(), 0, "reap", path, "ok");
    }
}

void fake_servers::set_create_count(const std::string& path, std::int32_t count) {
    leader->tree.set_create_count(path, count);
    for (const auto& weak : followers_)
        if (const auto follower = weak.lock()) follower->tree.set_create_count(path, count);
}

void fake_servers::later(std::chrono::nanoseconds after, std::function<void()> action) {
    const auto number = ++next_plan_;
    plans_[number] =
        world.call_at(saturating_add(world.now(), after), [this, number, action = std::move(action)] {
            const auto running = std::exchange(plans_[number], {});
            plans_.erase(number);
            action();
        });
}

}  // namespace paddock::testing
