#pragma once

#include <string>
#include <unordered_map>

namespace paddock::detail {

/// Reads with a watch that are under way, by path. The library can remove a watch only once the read that
/// sets it has been answered, so a removal that comes earlier is remembered here.
class watch_intents {
public:
    /// A read with a watch was sent.
    void sent(const std::string& path) { ++paths_[path].reads; }

    /// True if the watch is to be removed now, else it will be when it has been set.
    [[nodiscard]] bool forget(const std::string& path) {
        const auto found = paths_.find(path);
        if (found == paths_.end()) return true;
        found->second.unwanted = true;
        found->second.before_removal = found->second.reads;
        return false;
    }

    /// Such a read was answered; on success there is a watch. True if it is to be removed now.
    [[nodiscard]] bool answered(const std::string& path, bool success) {
        const auto found = paths_.find(path);
        if (found == paths_.end()) return false;
        under_way& entry = found->second;
        if (entry.before_removal > 0) {
            --entry.before_removal;
        } else if (success) {
            entry.unwanted = false;  // sent after the removal: the watch is wanted again
        }
        if (--entry.reads > 0) return false;
        const bool unwanted = entry.unwanted;
        paths_.erase(found);
        return unwanted;
    }

    /// An event that comes now is of a watch that has been removed, as far as our side knows.
    [[nodiscard]] bool is_unwanted(const std::string& path) const {
        const auto found = paths_.find(path);
        return found != paths_.end() && found->second.unwanted;
    }

private:
    struct under_way {
        int reads = 0;
        int before_removal = 0;  // reads that were sent before it
        bool unwanted = false;
    };
    std::unordered_map<std::string, under_way> paths_;
};

}  // namespace paddock::detail
