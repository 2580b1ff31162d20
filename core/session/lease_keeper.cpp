#include "core/session/lease_keeper.hpp"

#include <algorithm>
#include <utility>

#include <glog/logging.h>

#include "core/retry.hpp"
#include "core/session/session.hpp"

namespace paddock::detail {
namespace {

constexpr std::size_t checks_per_request = 64;
constexpr auto unwatched_for = std::chrono::milliseconds(2);  // at most, after a grant

const std::string& key_of(const lease_core& held) { return held.who().nodes.front(); }

// What a release of several nodes came to: the least of what became of them.
class joint_result {
public:
    joint_result(std::size_t nodes, std::function<void(release_result)> done)
        : left_(nodes), done_(std::move(done)) {}
    void one(release_result result) {
        if (result == release_result::unconfirmed) all_ = result;
        if (--left_ == 0 && done_) done_(all_);
    }

private:
    std::size_t left_;
    release_result all_ = release_result::confirmed;
    std::function<void(release_result)> done_;
};

}  // namespace

std::vector<multi_op> checks_of(const lease_core& held) {
    std::vector<multi_op> ops;
    for (const std::string& node : held.who().nodes) {
        multi_op& op = ops.emplace_back();
        op.what = multi_op::kind::check;
        op.path = node;
    }
    return ops;
}

void lease_keeper::hold(const std::shared_ptr<lease_core>& granted, std::shared_ptr<void> share,
                        std::shared_ptr<void> presence) {
    entry& added = held_[key_of(*granted)];
    added.lease = granted;
    added.share = std::move(share);
    added.presence = std::move(presence);
    added.watches.resize(granted->who().nodes.size());
    // Who has waited has its watches already.
    for (std::size_t i = 0; i < added.watches.size(); ++i) {
        added.watches[i] =
            host_.watches().join(granted->who().nodes[i], watch_kind::data, watch_again(granted, i));
    }
    const bool watched = std::ranges::all_of(added.watches, [](const auto& one) { return one != nullptr; });
    if (!watched) watch_after(unwatched_for, granted);  // what is given back before that costs no watch
    host_.schedule_pulse();
    granted->announce();
}

void lease_keeper::watch_after(std::chrono::nanoseconds pause, const std::shared_ptr<lease_core>& held) {
    unwatched_.push_back(held);
    if (watch_) return;
    watch_ = host_.world().call_at(host_.world().now() + pause, [this] {
        watch_.reset();
        for (const auto& one : std::exchange(unwatched_, {}))
            if (const auto still_held = one.lock()) watch_unwatched(still_held);
    });
}

void lease_keeper::watch_unwatched(const std::shared_ptr<lease_core>& held) {
    const auto at = held_.find(key_of(*held));
    for (std::size_t i = 0; at != held_.end() && i < at->second.watches.size(); ++i) {
        if (!at->second.watches[i]) watch_node(held, i);
    }
}

std::function<void()> lease_keeper::watch_again(const std::shared_ptr<lease_core>& held, std::size_t which) {
    return [home = host_.weak_from_this(), this, held, which] {
        if (home.lock()) watch_node(held, which);
    };
}

// So that a holder learns at once when somebody deletes its node (hazard C7).
void lease_keeper::watch_node(const std::shared_ptr<lease_core>& held, std::size_t which) {
    const auto at = held_.find(key_of(*held));
    if (at == held_.end() || !host_.connected()) return;
    const auto home = host_.weak_from_this();
    const std::string& node = held->who().nodes[which];
    at->second.watches[which] =
        host_.watch(node, watch_again(held, which), [home, this, held, which](const get_reply& answer) {
            if (!home.lock()) return;
            if (is_code(answer.ec, server_errc::no_node)) return lost(held, loss_reason::node_deleted);
            if (!answer.ec) return;
            // No watch was left: the next verification sets one too, on this connection or the next.
            const auto kept = held_.find(key_of(*held));
            if (kept != held_.end()) kept->second.watches[which].reset();
            if (worth_retrying(answer)) {
                if (host_.asks_for_pause(answer))
                    watch_after(delays_.next(host_.world().random_unit()), held);
                return;
            }
            LOG_EVERY_T(WARNING, 60) << "paddock: cannot watch " << held->who().nodes[which] << ": "
                                     << answer.ec.message() << "; its deletion is noticed by heartbeats only";
        });
}

void lease_keeper::lost(const std::shared_ptr<lease_core>& which, loss_reason why) {
    if (!held_.contains(key_of(*which))) return;
    which->lose(why);
    announce();
}

void lease_keeper::release(const std::shared_ptr<lease_core>& held,
                           std::function<void(release_result)> done) {
    if (held->state() == lease_state::lost) announce();  // by the clock or the policy, not yet noticed here
    auto gone = held_.extract(key_of(*held));
    if (gone.empty()) {
        if (done) done(release_result::already_lost);
        return;
    }
    remove(std::move(gone.mapped()), within_a_timeout(std::move(done)));
}

// Servers that refuse for now, or a connection that comes and goes, could keep a caller for ever.
std::function<void(release_result)> lease_keeper::within_a_timeout(std::function<void(release_result)> done) {
    if (!done) return done;
    struct waiting {
        std::function<void(release_result)> done;
        scheduled_call limit;
        void tell(release_result result) {
            limit.reset();
            if (done) std::exchange(done, nullptr)(result);
        }
    };
    auto who = std::make_shared<waiting>();
    who->done = std::move(done);
    environment& world = host_.world();
    const auto end = saturating_add(world.now(), host_.timeout());
    who->limit = world.call_at(end, [weak = std::weak_ptr(who)] {
        if (const auto late = weak.lock()) late->tell(release_result::unconfirmed);
    });
    return [who](release_result result) { who->tell(result); };
}

std::shared_ptr<void> lease_keeper::detach(const std::shared_ptr<lease_core>& held) {
    if (held->state() == lease_state::lost) announce();
    auto gone = held_.extract(key_of(*held));
    if (gone.empty()) return nullptr;
    return std::make_shared<entry>(std::move(gone.mapped()));
}

// Budgets and watches are kept until the nodes are gone.
void lease_keeper::remove(entry given_up, std::function<void(release_result)> done) {
    if (given_up.presence) {
        done = [done = std::move(done), presence = std::move(given_up.presence)](release_result result) {
            if (done) done(result);
        };
    }
    const auto keep = std::make_shared<entry>(std::move(given_up));
    const lease_core::identity& who = keep->lease->who();
    const auto joint = std::make_shared<joint_result>(who.nodes.size(), std::move(done));
    for (std::size_t i = 0; i < who.nodes.size(); ++i) {
        note_place note;
        if (i < who.notes.size()) note = who.notes[i];
        host_.obligations().add(
            who.nodes[i], keep, [joint](release_result result) { joint->one(result); }, std::move(note));
    }
}

void lease_keeper::found(const std::shared_ptr<lease_core>& held, std::uint64_t epoch) {
    held->verified(epoch);
    host_.schedule_pulse();
    announce();
}

void lease_keeper::missing(const std::shared_ptr<lease_core>& held) { lost(held, loss_reason::node_deleted); }

void lease_keeper::heartbeat() {
    auto next = held_.upper_bound(last_checked_);
    if (next == held_.end()) next = held_.begin();
    if (next == held_.end()) return;
    last_checked_ = next->first;
    std::vector<std::shared_ptr<lease_core>> one = {next->second.lease};
    verify(std::move(one));
}

void lease_keeper::on_connected() {
    std::vector<std::shared_ptr<lease_core>> batch;
    for (const auto& [node, held] : held_) {
        batch.push_back(held.lease);
        if (batch.size() == checks_per_request) verify(std::exchange(batch, {}));
    }
    if (!batch.empty()) verify(std::move(batch));
}

// suspect -> held only by a quorum check that names the node (reliability.md 3.2).
void lease_keeper::verify(std::vector<std::shared_ptr<lease_core>> batch) {
    std::vector<multi_op> ops;
    for (const auto& held : batch) std::ranges::move(checks_of(*held), std::back_inserter(ops));
    const auto epoch = host_.clock()->epoch();
    host_.multi(ops, [home = host_.weak_from_this(), this, batch = std::move(batch),
                      epoch](const multi_reply& answer) {
        const auto alive = home.lock();
        if (alive && !alive->ended()) verified(batch, epoch, answer);
    });
}

void lease_keeper::verified(const std::vector<std::shared_ptr<lease_core>>& batch, std::uint64_t epoch,
                            const multi_reply& answer) {
    if (answer.what != fate::answered) {
        if (host_.asks_for_pause(answer)) verify_later();  // else the next connection verifies all of them
        return;
    }
    if (!answer.ec) {
        for (const auto& held : batch) {
            held->verified(epoch);
            watch_unwatched(held);
        }
        delays_.reset();
        host_.schedule_pulse();
        return announce();
    }
    if (!is_code(answer.ec, server_errc::no_node)) {
        if (passes_by_itself(answer.ec.value()))
            return verify_later();  // throttled, or a server that is leaving
        if (batch.size() > 1) {     // one of them may be the cause: each for itself
            for (const auto& held : batch) verify({held});
            return;
        }
        LOG(WARNING) << "paddock: session 0x" << std::hex << host_.id() << std::dec << " cannot verify "
                     << key_of(*batch.front()) << ": " << answer.ec.message() << "; its leases turn suspect";
        return;
    }
    // The first failed operation names the missing node; the others were not looked at to the end.
    std::vector<std::shared_ptr<lease_core>> rest;
    std::size_t next = 0;
    for (const auto& held : batch) {
        bool missing = false;
        for (std::size_t left = held->who().nodes.size(); left > 0; --left, ++next)
            missing = missing || (next < answer.results.size() &&
                                  is_code(answer.results[next].ec, server_errc::no_node));
        missing ? lost(held, loss_reason::node_deleted) : rest.push_back(held);
    }
    std::erase_if(rest, [this](const auto& held) { return !held_.contains(key_of(*held)); });
    if (!rest.empty() && rest.size() < batch.size()) verify(std::move(rest));
}

void lease_keeper::verify_later() {
    if (reverify_) return;
    environment& world = host_.world();
    reverify_ = world.call_at(world.now() + delays_.next(world.random_unit()), [this] {
        reverify_.reset();
        on_connected();
    });
}

void lease_keeper::announce() {
    announced_at_ = host_.world().now();
    std::vector<std::string> gone;
    for (const auto& [node, held] : held_) {
        if (held.lease->announce() == lease_state::lost) gone.push_back(node);
    }
    for (const std::string& node : gone) {
        auto given_up = held_.extract(node);
        if (given_up.mapped().lease->reason() != loss_reason::client_closed) host_.count_lost_lease();
        // Not ours to keep, whoever still sees the nodes: the next in the queue shall go on (hazard C6).
        if (!host_.ended()) remove(std::move(given_up.mapped()), {});
    }
}

void lease_keeper::end() {
    watch_.reset();
    reverify_.reset();
    announce();
}

}  // namespace paddock::detail
