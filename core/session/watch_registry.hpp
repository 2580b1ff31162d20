#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "core/znode_api.hpp"

namespace paddock::detail {

class watch_registry;

/// Interest in one firing of a watch on one path; destroying it ends the interest, and with the last one the
/// watch itself, here and at the server (hazard B4). May outlive the registry.
using watch_ticket = std::shared_ptr<void>;

/// Who waits for which path on one session, by the kind of watch. The library underneath knows one watcher for
/// all (rule 15); this is our own table, in the order of its activation rules: a watch exists from a successful
/// answer until it fires.
class watch_registry : public std::enable_shared_from_this<watch_registry> {
public:
    using removal = std::function<void(const std::string& path, watch_kind kind)>;
    /// `remove` forgets the watch on a path at the server.
    explicit watch_registry(removal remove);

    /// Announces a read with watch on `path` that is about to be sent. `fired` is called when the watch fires, and
    /// when the session ends; it proves nothing, the caller reads again (rule 16).
    watch_ticket announce(const std::string& path, watch_kind kind, std::function<void()> fired);

    /// Takes part in a watch that is there, without a read; null if there is none.
    watch_ticket join(const std::string& path, watch_kind kind, std::function<void()> fired);

    /// The answer to the announced read: whether the server has left a watch.
    void answered(const std::string& path, watch_kind kind, bool watching);

    void fire(const std::string& path, watch_kind kind);

    /// The session has ended: everyone is told, nothing is sent any more.
    void end();

    /// A path with watches of both kinds counts twice.
    [[nodiscard]] std::size_t paths() const noexcept { return entries_[0].size() + entries_[1].size(); }
    /// What re-registering them would send.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    struct interest {
        std::function<void()> fired;
    };
    struct entry {
        std::list<std::weak_ptr<interest>> interested;
        std::size_t unanswered = 0;
        bool watching = false;
    };
    using table = std::unordered_map<std::string, entry>;
    table& of(watch_kind kind) { return entries_.at(static_cast<std::size_t>(kind)); }
    void leave(const std::string& path, watch_kind kind);
    void drop_if_unused(const std::string& path, watch_kind kind);
    static void tell(std::list<std::weak_ptr<interest>> interested);

    removal remove_;
    std::array<table, 2> entries_;  // by kind
    std::size_t bytes_ = 0;
};

}  // namespace paddock::detail
