#include "tests/sim/hazard_watch.hpp"

#include <algorithm>
#include <limits>

namespace paddock::testing {

namespace {

// A sequential create is named without its number.
bool has_node(const sim_tree& tree, const std::string& created) {
    return tree.find(created) != nullptr || tree.has_child_like(created);
}

bool holds(const sim_tree& tree, std::int64_t session) {
    return std::ranges::any_of(tree.owned(session), [&](const auto& path) { return tree.is_first(path); });
}

}  // namespace

void hazard_watch::unanswered(std::int64_t session, request_kind kind, const std::string& path, bool watch) {
    if (kind == request_kind::create) sessions_[session].creates.push_back(path);
    if (kind == request_kind::remove) sessions_[session].removes.push_back(path);
    if (watch) log_.reach(hazard::b5);
}

void hazard_watch::disconnected(std::int64_t session, bool watching, const sim_tree& tree) {
    if (watching) log_.reach(hazard::b7);
    if (holds(tree, session)) log_.reach(hazard::c2);
}

void hazard_watch::attached_anew(std::int64_t session, detail::boot_clock::duration silence,
                                 std::chrono::milliseconds timeout, const sim_tree& tree) {
    if (silence > timeout)
        log_.reach(hazard::c6);
    else if (holds(tree, session))
        log_.reach(hazard::c15);
    const auto found = sessions_.find(session);
    if (found == sessions_.end()) return;
    const auto is_there = [&](const auto& path) { return has_node(tree, path); };
    if (std::ranges::any_of(found->second.creates, is_there)) log_.reach(hazard::a1);
}

void hazard_watch::wrote(std::int64_t session, const request& what, const response& answer,
                         const sim_tree& tree) {
    if (what.kind == request_kind::create) created(session, what, answer, tree);
    if (what.kind == request_kind::remove) removed(session, what, answer);
}

void hazard_watch::created(std::int64_t session, const request& what, const response& answer,
                           const sim_tree& tree) {
    const std::string parent = parent_of(what.path);
    if (answer.ec == server_errc::no_node && reaped_.contains(parent)) log_.reach(hazard::a8);
    if (answer.ec == server_errc::no_auth) log_.reach(hazard::a10);
    if (answer.ec) return;
    if (what.mode == create_mode::container) sessions_[session].containers.push_back(what.path);
    if (answer.path == what.path) return;  // not sequential
    const std::int32_t count = tree.find(parent)->creates;
    if (count < 0 || count == std::numeric_limits<std::int32_t>::max()) log_.reach(hazard::a14);
    if (count == 1 && reaped_.contains(parent)) log_.reach(hazard::c9);
    const auto beside = [&](const auto& path) { return path != answer.path && parent_of(path) == parent; };
    if (std::ranges::any_of(tree.owned(session), beside)) log_.reach(hazard::a5);
}

void hazard_watch::removed(std::int64_t session, const request& what, const response& answer) {
    const auto found = sessions_.find(session);
    if (found != sessions_.end() && std::erase(found->second.removes, what.path) > 0)
        log_.reach(answer.ec ? hazard::d1 : hazard::d2);
    if (answer.ec == server_errc::no_node && reaped_.contains(parent_of(what.path))) log_.reach(hazard::a7);
}

void hazard_watch::refused(const request& what, bool moved) {
    if (moved) log_.reach(hazard::a3);
    if (!moved && what.kind == request_kind::remove) log_.reach(hazard::d4);
}

void hazard_watch::read(std::int64_t session, const request& what, const response& answer,
                        const sim_replica& by, const sim_replica& leader) {
    if (what.watch && answer.ec == server_errc::no_node) log_.reach(hazard::b2);
    if (what.kind == request_kind::get && answer.ec == server_errc::no_auth) log_.reach(hazard::e7);
    const bool behind = by.applied() < leader.applied();
    doubts& known = sessions_[session];
    if (!std::exchange(known.has_read, true) && behind) log_.reach(hazard::e17);
    if (what.kind != request_kind::children) return;
    if (behind && by.tree.children(what.path) != leader.tree.children(what.path)) log_.reach(hazard::b15);
    std::erase_if(known.creates, [&](const auto& path) {
        if (parent_of(path) != what.path) return false;
        if (behind && has_node(leader.tree, path) && !has_node(by.tree, path)) log_.reach(hazard::a2);
        return true;
    });
}

void hazard_watch::answered(const response& answer) {
    if (answer.ec == server_errc::throttled || answer.ec == server_errc::quota_exceeded)
        log_.reach(hazard::e19);
}

void hazard_watch::deletes(const std::string& path, const sim_tree& tree) {
    const node_record* const node = tree.find(path);
    if (node == nullptr || node->owner == 0) return;
    log_.reach(tree.is_first(path) ? hazard::c7 : hazard::b13);
}

void hazard_watch::ends(std::int64_t session, bool asked_for, virtual_host::condition process,
                        const sim_tree& tree) {
    const doubts known = std::move(sessions_[session]);
    sessions_.erase(session);
    const auto unused = [&](const auto& path) {
        const node_record* const node = tree.find(path);
        return node != nullptr && node->container && node->creates == 0;
    };
    if (std::ranges::any_of(known.containers, unused)) log_.reach(hazard::a9);
    if (asked_for) return;
    const auto is_there = [&](const auto& path) { return has_node(tree, path); };
    if (std::ranges::any_of(known.creates, is_there)) log_.reach(hazard::a4);
    if (!known.removes.empty()) log_.reach(hazard::d4);
    for (const auto& path : tree.owned(session))
        stopped(process, tree.is_first(path), tree.children(parent_of(path)).size() > 1);
}

void hazard_watch::stopped(virtual_host::condition process, bool first, bool others_wait) {
    using enum virtual_host::condition;
    if (process == killed) log_.reach(hazard::d9);
    if (process == suspended || process == paused) log_.reach(hazard::c18);
    if (process == runs || process == killed) return;
    if (first) log_.reach(hazard::c1);
    if (others_wait) log_.reach(hazard::b14);
}

}  // namespace paddock::testing
