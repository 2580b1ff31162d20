#pragma once

#include <string>
#include <unordered_map>

namespace paddock::detail {

/// Reads with a watch that are under way, by path. The library can remove a watch only once the read that
/// sets it has been answered, so a removal that comes earlier is remembered here.
class watch_intents {
public:
    /// A read with a watch was sent. The watch is wanted, whatever came before.
    void sent(const std::string& path) {
        under_way& entry = paths_[path];
        ++entry.reads;
        entry.unwanted = false;
    }

    /// True if the watch is to be removed now, else it will be when it has been set.
    [[nodiscard]] bool forget(const std::string& path) {
        const auto found = paths_.find(path);
        if (found == paths_.end()) return true;
        found->second.unwanted = true;
        return false;
    }

    /// Such a read was answered. True if its watch is to be removed now.
    [[nodiscard]] bool answered(const std::string& path) {
        const auto found = paths_.find(path);
        if (found == paths_.end() || --found->second.reads > 0) return false;
        const bool unwanted = found->second.unwanted;
        paths_.erase(found);
        return unwanted;
    }

private:
    struct under_way {
        int reads = 0;
        bool unwanted = false;
    };
    std::unordered_map<std::string, under_way> paths_;
};

}  // namespace paddock::detail
