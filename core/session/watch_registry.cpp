#include "core/session/watch_registry.hpp"

#include <algorithm>
#include <utility>

namespace paddock::detail {
namespace {
constexpr std::size_t path_overhead = 4;  // length field in the packet that re-registers watches
}

watch_registry::watch_registry(removal remove) : remove_(std::move(remove)) {}

watch_ticket watch_registry::announce(const std::string& path, watch_kind kind, std::function<void()> fired) {
    const auto [at, fresh] = of(kind).try_emplace(path);
    if (fresh) bytes_ += path.size() + path_overhead;
    ++at->second.unanswered;
    // The ticket's end drops the interest first, so that `leave` no longer counts it.
    auto ticket = std::shared_ptr<interest>(new interest{std::move(fired)},
                                            [registry = weak_from_this(), path, kind](interest* gone) {
                                                delete gone;
                                                if (const auto alive = registry.lock())
                                                    alive->leave(path, kind);
                                            });
    at->second.interested.emplace_back(ticket);
    return ticket;
}

watch_ticket watch_registry::join(const std::string& path, watch_kind kind, std::function<void()> fired) {
    const auto at = of(kind).find(path);
    if (at == of(kind).end() || !at->second.watching) return nullptr;
    auto ticket = announce(path, kind, std::move(fired));
    answered(path, kind, true);
    return ticket;
}

void watch_registry::answered(const std::string& path, watch_kind kind, bool watching) {
    table& entries = of(kind);
    const auto at = entries.find(path);
    if (at == entries.end()) return;  // the session has ended in between
    --at->second.unanswered;
    at->second.watching = at->second.watching || watching;
    drop_if_unused(path, kind);
}

void watch_registry::fire(const std::string& path, watch_kind kind) {
    table& entries = of(kind);
    const auto at = entries.find(path);
    if (at == entries.end()) return;
    at->second.watching = false;
    tell(std::exchange(at->second.interested, {}));
    drop_if_unused(path, kind);
}

void watch_registry::end() {
    remove_ = nullptr;
    for (auto& entries : entries_) {
        for (auto& [path, gone] : std::exchange(entries, {})) tell(std::move(gone.interested));
    }
    bytes_ = 0;
}

void watch_registry::leave(const std::string& path, watch_kind kind) {
    table& entries = of(kind);
    const auto at = entries.find(path);
    if (at == entries.end()) return;
    at->second.interested.remove_if([](const auto& ticket) { return ticket.expired(); });
    drop_if_unused(path, kind);
}

void watch_registry::drop_if_unused(const std::string& path, watch_kind kind) {
    table& entries = of(kind);
    const auto at = entries.find(path);
    if (at == entries.end() || at->second.unanswered > 0) return;
    if (at->second.watching && !at->second.interested.empty()) return;
    if (!at->second.watching && !at->second.interested.empty()) {
        // The read failed or the watch has fired: whoever is left reads again by itself.
        at->second.interested.clear();
    }
    if (at->second.watching && remove_) remove_(path, kind);
    bytes_ -= path.size() + path_overhead;
    entries.erase(at);
}

void watch_registry::tell(std::list<std::weak_ptr<interest>> interested) {
    for (const auto& waiting : interested) {
        if (const auto ticket = waiting.lock()) ticket->fired();
    }
}

}  // namespace paddock::detail
