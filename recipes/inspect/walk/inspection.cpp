#include "recipes/inspect/walk/inspection.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "core/ask_all.hpp"
#include "core/contender/listing.hpp"
#include "core/path.hpp"

namespace paddock::detail {
namespace {

constexpr std::size_t nodes_in_flight = 32;
constexpr std::int32_t record_bytes_max =
    256 * 1024;  // what is longer is judged by the children's names alone
constexpr std::string_view own_of_zookeeper = "/zookeeper";

// The first failure counts, except that a node that is gone is gone.
void note(reply& outcome, const reply& answer) {
    if (answer.ec && (!outcome.ec || is_code(answer.ec, server_errc::no_node))) outcome = answer;
}

grant_rule grant_of(recipe_kind kind) {
    return kind == recipe_kind::semaphore ? grant_rule::by_write : grant_rule::by_turn;
}

bool has_record(const reply& outcome, const stat& node) {
    return !outcome.ec && node.data_length > 0 && node.data_length <= record_bytes_max;
}

bool has_children(const reply& outcome, const stat& node) { return !outcome.ec && node.children > 0; }

}  // namespace

inspection::inspection(std::shared_ptr<client_core> core, inspection_scope scope, sink_type sink)
    : round_operation(std::move(core), std::move(sink)), scope_(std::move(scope)) {
    pending_.push_back(scope_.root);
}

void inspection::give_up(error_code ec) {
    given_up = true;
    std::ranges::sort(found_, {}, &directory_report::path);
    finish(ec, std::exchange(found_, {}));
    wake.notify();
}

asio::awaitable<void> inspection::round(std::shared_ptr<session> home) {
    flight nodes = next_flight();
    co_await look(*home, nodes);
    co_await read(*home, nodes);
    co_await judge(*home, nodes);
    co_await describe(*home, nodes);
    bool refused = false;
    for (visit& node : nodes) {
        if (settle(node)) continue;
        refused = refused || node.outcome.what == fate::answered;
        taken_ -= node.taken;
        pending_.push_front(std::move(node.path));
    }
    if (refused) co_await pause(refused_delay);
    if (!failure_ && cut_ && pending_.empty()) failure_ = errc::limit_exceeded;
    if (failure_ || pending_.empty()) give_up(failure_);  // all there is
}

inspection::flight inspection::next_flight() {
    flight nodes;
    for (; !pending_.empty() && nodes.size() < nodes_in_flight; pending_.pop_front())
        nodes.emplace_back().path = std::move(pending_.front());
    taken_ += nodes.size();
    return nodes;
}

std::size_t inspection::room() const noexcept {
    const std::size_t promised = taken_ + pending_.size();
    return scope_.most_nodes - std::min(promised, scope_.most_nodes);
}

// What a node has: most have neither children nor data, and are not asked for more.
asio::awaitable<void> inspection::look(session& home, flight& nodes) {
    const asker<stat_reply> send = [&](std::size_t i, reply_to<stat_reply> done) {
        home.exists(nodes[i].path, std::move(done));
    };
    const taker<stat_reply> take = [&](std::size_t i, const stat_reply& answer) {
        if (answer.what == fate::answered) answered();
        nodes[i].outcome = answer;
        nodes[i].node = answer.node;
        return true;
    };
    co_await ask_all<stat_reply>(world_.executor(), nodes.size(), send, take);
}

asio::awaitable<void> inspection::read(session& home, flight& nodes) {
    std::vector<mailbox<get_reply>> records;
    std::vector<mailbox<children_reply>> listings;
    for (const visit& node : nodes) {
        records.emplace_back(world_.executor());
        listings.emplace_back(world_.executor());
        if (has_record(node.outcome, node.node)) home.get(node.path, records.back().sink());
        if (has_children(node.outcome, node.node)) home.children(node.path, listings.back().sink());
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        visit& node = nodes[i];
        const bool reads = has_record(node.outcome, node.node);
        const bool lists = has_children(node.outcome, node.node);
        if (reads) {
            get_reply answer = co_await records[i].take();
            note(node.outcome, answer);
            node.data = std::move(answer.data);
        }
        if (lists) {
            children_reply answer = co_await listings[i].take();
            note(node.outcome, answer);
            node.children = std::move(answer.names);
        }
    }
}

asio::awaitable<void> inspection::judge(session& home, flight& nodes) {
    for (visit& node : nodes) {
        if (node.outcome.ec) continue;
        // Servers do not say what is a container; but a queue that was ever used has had children.
        const bool plain = node.node.ephemeral_owner == 0 && node.node.children_version == 0;
        node.found = judge_directory({node.children, node.data, plain});
        if (node.found.report.kind == recipe_kind::curator_semaphore) co_await list_curator(home, node);
    }
}

asio::awaitable<void> inspection::list_curator(session& home, visit& node) {
    const mailbox<children_reply> leases(world_.executor());
    const mailbox<children_reply> locks(world_.executor());
    home.children(join_path(node.path, curator_leases), leases.sink());
    home.children(join_path(node.path, curator_locks), locks.sink());
    const children_reply held = co_await leases.take();
    const children_reply queued = co_await locks.take();
    // Of a directory that may be something else a child that may not be read says nothing.
    const bool certain = std::ranges::count(node.children, curator_locks) > 0;
    for (const reply& answer : {reply(held), reply(queued)})
        if (worth_retrying(answer) || (certain && !is_code(answer.ec, server_errc::no_node)))
            note(node.outcome, answer);
    judge_curator(node.children, held.names, queued.names, node.found);
}

// The contenders of all directories of a flight, without regard to whose they are.
asio::awaitable<void> inspection::describe(session& home, flight& nodes) {
    std::vector<std::pair<visit*, const queue_entry*>> all;
    for (visit& node : nodes) {
        if (node.outcome.ec) continue;
        for (const queue_entry& entry : node.found.entries) {
            node.cut = room() == 0;
            if (node.cut) break;
            all.emplace_back(&node, &entry);
            ++node.taken;
            ++taken_;
        }
    }
    const asker<get_reply> send = [&](std::size_t i, reply_to<get_reply> done) {
        home.get(join_path(all[i].first->path, all[i].second->name), std::move(done));
    };
    const taker<get_reply> take = [&](std::size_t i, get_reply answer) {
        visit& node = *all[i].first;
        directory_report& report = node.found.report;
        if (!answer.ec) {
            const grant_rule grant = grant_of(report.kind);
            report.contenders.push_back(describe_contender(*all[i].second, grant, std::move(answer)));
        } else if (!is_code(answer.ec, server_errc::no_node)) {  // not left in the meantime
            note(node.outcome, answer);
        }
        return !given_up;
    };
    co_await ask_all<get_reply>(world_.executor(), all.size(), send, take);
}

// False if it has to be read again.
bool inspection::settle(visit& node) {
    const reply& outcome = node.outcome;
    if (worth_retrying(outcome)) return false;
    cut_ = cut_ || node.cut;
    const bool is_root = node.path == scope_.root;
    const bool missing = is_code(outcome.ec, server_errc::no_node);
    if (outcome.ec && !missing && is_root) failure_ = outcome.ec;
    if (outcome.ec && !(missing && is_root && !scope_.tree)) return true;
    directory_report& report = node.found.report;
    report.path = core_->options().prefix.inside(node.path);
    if (scope_.tree) descend(node);
    if (!scope_.tree || report.kind != recipe_kind::unknown) found_.push_back(std::move(report));
    return true;
}

void inspection::descend(const visit& node) {
    std::unordered_set<std::string_view> known;
    for (const queue_entry& entry : node.found.entries) known.insert(entry.name);
    if (node.found.report.kind == recipe_kind::curator_semaphore)
        known.insert({curator_leases, curator_locks});
    for (const std::string& name : node.children) {
        std::string path = join_path(node.path, name);
        if (known.contains(name) || path == own_of_zookeeper) continue;
        if (room() == 0) {
            cut_ = true;
            return;
        }
        pending_.push_back(std::move(path));
    }
}

}  // namespace paddock::detail
