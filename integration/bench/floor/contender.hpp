#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integration/bench/floor/loop.hpp"

namespace paddock::bench {

enum class kind { mutex, semaphore, reader, writer };

/// What a contender does whose predecessors are known.
struct decision {
    std::optional<std::string_view> wait_for;  ///< none: it holds
    bool deletion_is_grant = true;             ///< else it lists anew
};
/// `ahead`: in no order.
[[nodiscard]] decision decide(kind what, std::vector<std::string_view> ahead);

/// Something that is taken and given back.
class taker {
public:
    virtual ~taker() = default;
    virtual void join(std::function<void()> granted) = 0;
    virtual void leave() = 0;  ///< in the background
};

/// One place in one queue at a time, by the fewest requests: create2 and getChildren in one flight; if others are
/// ahead one getData with watch, whose event is the grant; delete. It trusts what a lock must not: that no contender
/// ahead dies, and for a semaphore that permits come back in the order in which they were given.
class contender final : public taker {
public:
    contender(zhandle_t* session, std::string directory, kind what);
    contender(const contender&) = delete;
    contender& operator=(const contender&) = delete;

    void join(std::function<void()> granted) override;
    void leave() override;
    /// Holds, or has its watch.
    [[nodiscard]] bool settled() const noexcept { return settled_; }

private:
    void list();
    void wait_for(std::string_view name);
    void grant();

    static void created(int code, const char* path, const Stat* node, const void* context);
    static void listed(int code, const String_vector* names, const void* context);
    static void watched(int code, const char* data, int length, const Stat* node, const void* context);
    static void fired(zhandle_t* session, int type, int state, const char* path, void* context);

    zhandle_t* session_;
    std::string directory_;
    kind what_;
    std::string name_;   // of its nodes, without the number
    std::string own_;    // path of its node
    std::string ahead_;  // path of the node that it waits for
    bool deletion_is_grant_ = true;
    bool settled_ = false;
    std::function<void()> granted_;
};

/// Deletes in the background.
void remove_node(zhandle_t* session, const std::string& path);

}  // namespace paddock::bench
