#pragma once

#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "core/backoff.hpp"
#include "core/client_core.hpp"
#include "core/contender/acquire.hpp"
#include "core/contender/queue_join.hpp"
#include "core/contender/queue_turns.hpp"

namespace paddock::detail {

/// One acquire of Curator's semaphore: the mutex, then the lease under it. The mutex is left in the background as soon as
/// the lease is granted, or nobody wants it any more.
class curator_attempt final : public acquire_operation {
public:
    curator_attempt(std::shared_ptr<client_core> core, settings_ptr locks, settings_ptr leases,
                    bool may_queue, sink_type sink);

    void start() override;

private:
    enum class next { granted, again, stop };
    using nodes = std::vector<joined_node>;

    static asio::awaitable<void> run(std::shared_ptr<curator_attempt> self);
    asio::awaitable<next> compete(std::shared_ptr<session> home);
    asio::awaitable<error_code> pass(std::shared_ptr<session> home, const std::vector<settings_ptr>& queue,
                                     nodes& mine);
    asio::awaitable<error_code> pass_leases(std::shared_ptr<session> home, const std::string& mutex,
                                            nodes& mine);
    void guard_mutex(const std::shared_ptr<session>& home, const std::string& mutex);
    void stop_guarding();
    bool grant(nodes& mine);

    const std::shared_ptr<client_core> core_;
    const std::vector<settings_ptr> locks_;
    const std::vector<settings_ptr> leases_;
    const bool may_queue_;
    watch_ticket mutex_watch_;
    scheduled_call guard_again_;
    backoff guard_delays_{std::chrono::milliseconds(100), std::chrono::seconds(2)};
    bool guarding_ = false;
    bool robbed_ = false;     // of the mutex
    std::string lease_node_;  // while it is not granted
    backoff delays_{std::chrono::milliseconds(10), std::chrono::seconds(2)};
};

}  // namespace paddock::detail
