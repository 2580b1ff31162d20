#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <paddock/error.hpp>
#include <paddock/types.hpp>

#include "core/boot_time.hpp"

namespace paddock::detail {

/// What is known of a request's effect once it has completed.
enum class fate {
    answered,  ///< a server answered; the code is its word
    not_sent,  ///< surely without effect
    unknown,   ///< the connection or the session ended after it was sent
};

/// Every request completes exactly once with one of these. Without a server's answer (`what` is not
/// `answered`) `ec` is `errc::outcome_unknown`, or `errc::session_expired` if the session has ended.
struct reply {
    error_code ec;
    fate what = fate::answered;
};
struct create_reply : reply {
    std::string path;  ///< with the sequence number
    stat node;
};
struct get_reply : reply {
    std::string data;
    stat node;
};
struct stat_reply : reply {
    stat node;
};
struct children_reply : reply {
    std::vector<std::string> names;
    stat node;
};

/// One operation of a multi. A create in a multi is persistent, ephemeral or sequential, never a container.
struct multi_op {
    enum class kind { create, set, remove, check };
    kind what = kind::check;
    std::string path;
    std::string data;
    create_mode mode = create_mode::persistent;
    std::vector<acl> acls;
    std::int32_t version = -1;
};
struct multi_result {
    error_code ec;
    std::string path;  ///< of a create
    stat node;         ///< of a set
};
struct multi_reply : reply {
    std::vector<multi_result> results;  ///< one an operation; the failed one carries the code
};

template <class Reply>
using reply_to = std::function<void(Reply)>;

enum class watch_event { created, deleted, changed, children_changed, other };
enum class watch_kind { data, children };

/// Whether the event is one of such a watch. A deletion is told once, and is one of both kinds.
[[nodiscard]] constexpr bool concerns(watch_event event, watch_kind kind) noexcept {
    if (event == watch_event::deleted || event == watch_event::other) return true;
    return (event == watch_event::children_changed) == (kind == watch_kind::children);
}

/// What a session handle reports, on the environment's executor, never inside a call to the handle.
class session_listener {
public:
    virtual ~session_listener() = default;
    /// Connected for the first time or again. `handshake_sent` is the time just before the request for it left.
    virtual void on_connected(std::int64_t session_id, std::chrono::milliseconds timeout,
                              boot_time handshake_sent) = 0;
    /// The connection is gone; the replies to what was sent on it have all been given before or follow at once.
    virtual void on_disconnected() = 0;
    /// The servers have ended the session (`errc::session_expired`), or refused the credentials
    /// (`server_errc::auth_failed`). Final: no other event follows.
    virtual void on_ended(error_code reason) = 0;
    /// One-shot: every watch on `path` of a kind that the event concerns has fired and is gone.
    virtual void on_watch(const std::string& path, watch_event event) = 0;
};

struct wire_counts {
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
};

/// The seam: one session's connection to ZooKeeper, as core sees it. Not thread-safe; used on the
/// environment's executor only. Paths are absolute and valid (core has checked them: the C client's multi
/// corrupts the heap otherwise), sizes within the limit.
///
/// Requests are for the connected state: in any other they complete as `not_sent`. They are sent in call order
/// and answered in that order; several calls in one turn share one network wait. Replies and events come in
/// wire order, after the call has returned. Destroying the object drops the connection without ending the
/// session, completes what is pending as `unknown`, and makes no call to the listener.
class znode_api {
public:
    virtual ~znode_api() = default;

    virtual void create(const std::string& path, const std::string& data, create_mode mode,
                        const std::vector<acl>& acls, reply_to<create_reply> done) = 0;
    /// With `watch`, a successful answer leaves a one-shot data watch; no answer or an error leaves none.
    virtual void get(const std::string& path, bool watch, reply_to<get_reply> done) = 0;
    virtual void exists(const std::string& path, reply_to<stat_reply> done) = 0;
    /// With `watch`, a successful answer leaves a one-shot child watch; no answer or an error leaves none.
    virtual void children(const std::string& path, bool watch, reply_to<children_reply> done) = 0;
    virtual void set(const std::string& path, const std::string& data, std::int32_t version,
                     reply_to<stat_reply> done) = 0;
    virtual void remove(const std::string& path, std::int32_t version, reply_to<reply> done) = 0;
    virtual void multi(const std::vector<multi_op>& ops, reply_to<multi_reply> done) = 0;
    /// Flushes the channel to the leader: a following read sees all that was committed before.
    virtual void sync(const std::string& path, reply_to<reply> done) = 0;

    /// Forgets the watch of this kind on `path`, here and at the server.
    virtual void remove_watch(const std::string& path, watch_kind kind) = 0;

    /// Ends the session at the server if it answers promptly, else just drops the connection. Pending requests are
    /// answered before that, or complete as `unknown`; the listener is not called any more, `done` comes last.
    virtual void close(std::function<void()> done) = 0;

    [[nodiscard]] virtual wire_counts counts() const = 0;
};

}  // namespace paddock::detail
