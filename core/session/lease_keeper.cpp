#include "core/session/lease_keeper.hpp"

#include <algorithm>
#include <utility>

#include <glog/logging.h>

#include "core/retry.hpp"
#include "core/session/session.hpp"

namespace paddock::detail {
namespace {

constexpr std::size_t checks_per_request = 64;

}  // namespace

multi_op check_of(const lease_core& held) {
    multi_op op;
    op.what = multi_op::kind::check;
    op.path = held.who().node;
    return op;
}

void lease_keeper::hold(const std::shared_ptr<lease_core>& granted, std::shared_ptr<void> share) {
    entry& added = held_[granted->who().node];
    added.lease = granted;
    added.share = std::move(share);
    watch_node(granted);
    host_.schedule_pulse();
    granted->announce();
}

// So that a holder learns at once when somebody deletes its node (hazard C7).
void lease_keeper::watch_node(const std::shared_ptr<lease_core>& held) {
    const auto at = held_.find(held->who().node);
    if (at == held_.end() || !host_.connected()) return;
    const auto home = host_.weak_from_this();
    auto again = [home, this, held] {
        if (home.lock()) watch_node(held);
    };
    at->second.watch = host_.watch(held->who().node, again, [home, this, held](const get_reply& answer) {
        if (!home.lock()) return;
        if (is_code(answer.ec, server_errc::no_node)) return lost(held, loss_reason::node_deleted);
        if (!answer.ec) return;
        // No watch was left: the next verification sets one, on this connection or the next.
        const auto kept = held_.find(held->who().node);
        if (kept != held_.end()) kept->second.watch.reset();
        if (worth_retrying(answer)) return;
        LOG_EVERY_T(WARNING, 60) << "paddock: cannot watch " << held->who().node << ": "
                                 << answer.ec.message() << "; its deletion is noticed by heartbeats only";
    });
}

void lease_keeper::lost(const std::shared_ptr<lease_core>& which, loss_reason why) {
    if (!held_.contains(which->who().node)) return;
    which->lose(why);
    announce();
}

void lease_keeper::release(const std::shared_ptr<lease_core>& held,
                           std::function<void(release_result)> done) {
    if (held->state() == lease_state::lost) announce();  // by the clock or the policy, not yet noticed here
    auto gone = held_.extract(held->who().node);
    if (gone.empty()) {
        if (done) done(release_result::already_lost);
        return;
    }
    auto keep = std::make_shared<entry>(std::move(gone.mapped()));
    host_.obligations().add(held->who().node, std::move(keep), std::move(done));
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
    std::ranges::transform(batch, std::back_inserter(ops), [](const auto& held) { return check_of(*held); });
    const auto epoch = host_.clock()->epoch();
    host_.multi(ops, [home = host_.weak_from_this(), this, batch = std::move(batch),
                      epoch](const multi_reply& answer) {
        const auto alive = home.lock();
        if (alive && !alive->ended()) verified(batch, epoch, answer);
    });
}

void lease_keeper::verified(const std::vector<std::shared_ptr<lease_core>>& batch, std::uint64_t epoch,
                            const multi_reply& answer) {
    if (answer.what != fate::answered) return;  // the next connection verifies all of them
    if (!answer.ec) {
        for (const auto& held : batch) {
            held->verified(epoch);
            const auto at = held_.find(held->who().node);
            if (at != held_.end() && !at->second.watch) watch_node(held);
        }
        host_.schedule_pulse();
        return announce();
    }
    if (!is_code(answer.ec, server_errc::no_node)) {
        if (batch.size() > 1) {  // one of them may be the cause: each for itself
            for (const auto& held : batch) verify({held});
            return;
        }
        if (passes_by_itself(answer.ec.value())) {  // throttled, or a server that is leaving
            const auto delay = std::chrono::milliseconds(100);
            reverify_ = host_.world().call_at(host_.world().now() + delay, [this] { on_connected(); });
            return;
        }
        LOG(WARNING) << "paddock: session 0x" << std::hex << host_.id() << std::dec << " cannot verify "
                     << batch.front()->who().node << ": " << answer.ec.message()
                     << "; its leases turn suspect";
        return;
    }
    // The first failed operation names the missing node; the others were not looked at to the end.
    std::vector<std::shared_ptr<lease_core>> rest;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const bool missing = i < answer.results.size() && is_code(answer.results[i].ec, server_errc::no_node);
        missing ? lost(batch[i], loss_reason::node_deleted) : rest.push_back(batch[i]);
    }
    std::erase_if(rest, [this](const auto& held) { return !held_.contains(held->who().node); });
    if (!rest.empty() && rest.size() < batch.size()) verify(std::move(rest));
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
        // Not ours to keep, whoever still sees the node: the next in the queue shall go on (hazard C6).
        auto keep = std::make_shared<entry>(std::move(given_up.mapped()));
        if (!host_.ended()) host_.obligations().add(node, std::move(keep), {});
    }
}

void lease_keeper::end() {
    reverify_.reset();
    announce();
}

}  // namespace paddock::detail
