#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/znode_api.hpp"

namespace paddock::detail {

/// The watches that our side has and the reads with a watch that are under way, by path and kind. The library
/// reports a deletion once for both kinds, and can remove a watch only once the read that sets it has been
/// answered: which kinds were wanted, and a removal that comes earlier, are remembered here.
class watch_table {
public:
    /// A read with a watch was sent.
    void sent(const std::string& path, watch_kind kind) { ++of(kind)[path].reads; }

    /// True if the watch is to be removed now, else it will be when it has been set.
    [[nodiscard]] bool forget(const std::string& path, watch_kind kind) {
        const auto found = of(kind).find(path);
        if (found == of(kind).end()) return true;
        entry& one = found->second;
        one.set = false;
        one.unwanted = one.reads > 0;
        one.before_removal = one.reads;
        return drop_if_unused(kind, found);
    }

    /// Such a read was answered; on success there is a watch. True if it is to be removed now.
    [[nodiscard]] bool answered(const std::string& path, watch_kind kind, bool success) {
        const auto found = of(kind).find(path);
        if (found == of(kind).end()) return false;
        entry& one = found->second;
        if (one.before_removal > 0) {
            --one.before_removal;
        } else if (success) {
            one.set = true;
            one.unwanted = false;  // sent after the removal: the watch is wanted again
        }
        if (--one.reads > 0) return false;
        const bool unwanted = std::exchange(one.unwanted, false);
        drop_if_unused(kind, found);
        return unwanted;
    }

    /// The library has reported this event. False if it is of removed watches only, as far as our side knows.
    [[nodiscard]] bool fired(const std::string& path, watch_event event) {
        bool wanted = false;
        for (const watch_kind kind : {watch_kind::data, watch_kind::children}) {
            const auto found = of(kind).find(path);
            if (found == of(kind).end() || !concerns(event, kind)) continue;
            wanted = std::exchange(found->second.set, false) || wanted;
            drop_if_unused(kind, found);
        }
        return wanted;
    }

    [[nodiscard]] bool empty() const noexcept { return entries_[0].empty() && entries_[1].empty(); }

private:
    struct entry {
        int reads = 0;           // under way
        int before_removal = 0;  // those that were sent before it
        bool set = false;
        bool unwanted = false;  // to be removed after the last of the reads
    };
    using table = std::unordered_map<std::string, entry>;

    table& of(watch_kind kind) { return entries_.at(static_cast<std::size_t>(kind)); }
    bool drop_if_unused(watch_kind kind, table::iterator at) {
        const bool unused = at->second.reads == 0 && !at->second.set;
        if (unused) of(kind).erase(at);
        return unused;
    }

    std::array<table, 2> entries_;
};

}  // namespace paddock::detail
