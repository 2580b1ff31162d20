#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/support/fake_faults.hpp"
#include "tests/support/fake_link.hpp"
#include "tests/support/fake_records.hpp"
#include "tests/support/fake_replica.hpp"
#include "tests/support/fake_requests.hpp"
#include "tests/support/virtual_environment.hpp"

namespace paddock::testing {

struct ensemble_options {
    std::chrono::nanoseconds one_way =
        std::chrono::milliseconds(1);    ///< from client to server and back; above zero
    std::chrono::nanoseconds jitter{0};  ///< up to this much is added, at random
    std::chrono::nanoseconds reconnect_delay = std::chrono::milliseconds(10);
    std::chrono::milliseconds min_timeout{100};  ///< session timeouts are negotiated into these limits
    std::chrono::milliseconds max_timeout = std::chrono::hours(1);
    std::chrono::nanoseconds tick{0};           ///< sessions expire at multiples of it
    std::size_t max_request_bytes = 1'048'575;  ///< a bigger one closes the connection
};

/// The servers' side: sessions, the order of all writes, who sees them when. Lives as long as any handle.
class fake_servers {
public:
    struct session {
        std::int64_t id = 0;
        std::chrono::milliseconds timeout{};
        detail::boot_time last_touch;
        detail::scheduled_call expiry;
        std::shared_ptr<fake_link> link;
    };

    fake_servers(virtual_environment& world, ensemble_options chosen);

    // For fake_client.
    handle_number enroll(std::weak_ptr<fake_client> handle);
    void prepare(fake_link& link) const;
    void arrive(const std::shared_ptr<fake_link>& link, const connect_request& what);
    void arrive(const std::shared_ptr<fake_link>& link, const request& what);
    /// The client has dropped the connection.
    void detach(fake_link& link);
    [[nodiscard]] std::chrono::nanoseconds delay();

    // For fake_ensemble.
    void commit(const std::function<void(txn&)>& write);
    void end_session(std::int64_t id, std::string_view why);
    void hang_up(const std::shared_ptr<fake_link>& link);
    void cut(const std::shared_ptr<fake_link>& link, bool requests_arrive);
    void stall(bool on, handle_number who);
    void lag(std::chrono::nanoseconds behind);
    void isolate(const std::shared_ptr<fake_link>& link, bool on);
    void power(bool on);
    void reap();
    void set_create_count(const std::string& path, std::int32_t count);
    [[nodiscard]] std::size_t handles() const { return handles_.size(); }
    void later(std::chrono::nanoseconds after, std::function<void()> action);
    [[nodiscard]] std::shared_ptr<fake_client> client(handle_number who) const;
    [[nodiscard]] std::vector<std::shared_ptr<fake_link>> links(handle_number who) const;

    virtual_environment& world;
    ensemble_options options;
    fake_records records;
    fake_faults faults;
    denial denied;
    bool refusing = false;
    bool rejecting = false;
    std::map<std::int64_t, session> sessions;
    const std::shared_ptr<fake_replica> leader;

private:
    session& create_session(std::chrono::milliseconds wanted);
    void welcome(const std::shared_ptr<fake_link>& link, const connect_response& answer);
    void touch(session& whose);
    void watch_expiry(std::int64_t id);
    void set_watches(const std::shared_ptr<fake_link>& link, const connect_request& what);
    bool survives_faults(const std::shared_ptr<fake_link>& link, const request& what);
    bool survives_dice(const std::shared_ptr<fake_link>& link, const request& what);
    void execute(const std::shared_ptr<fake_link>& link, const request& what, bool reply_arrives);
    response perform(const std::shared_ptr<fake_link>& link, const request& what);
    void tell(const fake_link& link, std::function<void(fake_client&)> what);
    void note(const fake_link& link, std::string_view op, const std::string& path, const std::string& result);
    std::shared_ptr<fake_replica> make_replica(const fake_replica* like);
    void publish(const std::shared_ptr<const txn>& done);

    std::vector<std::weak_ptr<fake_client>> handles_;
    std::set<handle_number> stalled_;
    std::vector<std::weak_ptr<fake_replica>> followers_;
    std::shared_ptr<fake_replica> follower_;  // set while it lags: new connections go there
    std::map<std::uint64_t, detail::scheduled_call> plans_;
    std::uint64_t next_plan_ = 0;
    std::int64_t last_session_ = 0x100000000000000;
    std::int64_t last_zxid_ = std::int64_t{1} << 32;
    bool powered_ = true;
    std::mt19937_64 order_{7};  // of children in replies: servers promise none
};

}  // namespace paddock::testing
