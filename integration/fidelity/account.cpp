#include "integration/fidelity/account.hpp"

#include <algorithm>
#include <set>

namespace paddock::testing {

namespace {

class writer {
public:
    explicit writer(const account& all) : all_(all) {
        std::set<std::int64_t> zxids{0};  // where there is no node
        const auto collect = [&](const std::vector<entry>& entries) {
            for (const auto& one : entries) {
                for (const auto& node : one.nodes) zxids.insert({node.czxid, node.mzxid});
            }
        };
        for (const auto& entries : all.told) collect(entries);
        collect(all.tree);
        for (const auto zxid : zxids) rank_.emplace(zxid, rank_.size());
    }

    std::string text_of(const entry& one) const {
        std::string text;
        auto node = one.nodes.begin();
        for (const char c : one.text) {
            if (c == stat_mark)
                text += text_of(*node++);
            else
                text += c;
        }
        return text;
    }

private:
    std::string text_of(const stat& node) const {
        return "{c" + std::to_string(rank_.at(node.czxid)) + " m" + std::to_string(rank_.at(node.mzxid)) +
               " version " + std::to_string(node.version) + "/" + std::to_string(node.children_version) +
               owner(node.ephemeral_owner) + " " + std::to_string(node.data_length) + " bytes " +
               std::to_string(node.children) + " children}";
    }
    std::string owner(std::int64_t session) const {
        if (session == 0) return {};
        const auto found = all_.sessions.find(session);
        return " of " + (found == all_.sessions.end() ? "a stranger" : found->second);
    }

    const account& all_;
    std::map<std::int64_t, std::size_t> rank_;
};

void sort_open_events(std::vector<entry>& entries) {
    for (auto at = entries.begin(); at != entries.end(); ++at) {
        if (at->what != entry::kind::connected && at->what != entry::kind::session_end) continue;
        const auto is_event = [](const entry& one) { return one.what == entry::kind::watch; };
        const auto last = std::find_if_not(at + 1, entries.end(), is_event);
        std::ranges::sort(at + 1, last, {}, &entry::text);
    }
}

}  // namespace

std::vector<std::string> lines_of(const account& all) {
    const writer out(all);
    std::vector<std::string> lines;
    for (actor_number who = 0; who < all.told.size(); ++who) {
        auto entries = all.told[who];
        sort_open_events(entries);
        const std::string name = who == the_operator ? "operator: " : "client " + std::to_string(who) + ": ";
        for (const auto& one : entries) lines.push_back(name + out.text_of(one));
    }
    for (const auto& one : all.tree) lines.push_back("tree: " + out.text_of(one));
    for (actor_number who = 0; who < all.watches.size(); ++who) {
        lines.push_back("watches of client " + std::to_string(who) + ": " + std::to_string(all.watches[who]));
    }
    if (!all.stuck.empty()) lines.push_back("stuck: " + all.stuck);
    return lines;
}

tally& tally::operator+=(const tally& other) {
    scripts += other.scripts;
    requests += other.requests;
    successes += other.successes;
    failures += other.failures;
    cuts += other.cuts;
    watch_events += other.watch_events;
    return *this;
}

tally tally_of(const script& told, const account& all) {
    tally sum{.scripts = 1};
    for (const auto& step : told.steps) {
        sum.requests += step.requests.size();
        const bool cuts = step.what == script_step::kind::cut || step.what == script_step::kind::leave;
        sum.cuts += cuts || step.fault ? 1 : 0;
    }
    for (const auto& entries : all.told) {
        for (const auto& one : entries) {
            if (one.what == entry::kind::watch) ++sum.watch_events;
            if (one.what == entry::kind::reply) ++(one.failed ? sum.failures : sum.successes);
        }
    }
    return sum;
}

std::string text_of(const tally& sum) {
    return std::to_string(sum.scripts) + " scripts, " + std::to_string(sum.requests) + " requests (" +
           std::to_string(sum.failures) + " of them failed), " + std::to_string(sum.cuts) + " cuts, " +
           std::to_string(sum.watch_events) + " watch events";
}

}  // namespace paddock::testing
