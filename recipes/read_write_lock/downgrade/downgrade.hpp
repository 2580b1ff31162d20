#pragma once

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include <paddock/lease.hpp>

#include "core/client_core.hpp"
#include "core/contender/contender_settings.hpp"
#include "core/operation.hpp"

namespace paddock::detail {

/// Replaces a writer's node by a reader's in one write, under the same number: no zxid lies in between (hazard C14).
/// The name is its own, so the write can be sent again after a lost reply: it took effect, or has none. Goes on to the
/// end when its caller has given up; the lease that comes of it is then released.
class downgrade final : public operation<lease> {
public:
    /// `writer` is a lease of this queue.
    downgrade(std::shared_ptr<client_core> core, std::shared_ptr<const contender_settings> readers,
              lease writer, sink_type sink);
    void start();

private:
    enum class next { done, again, lost, failed };

    static asio::awaitable<void> run(std::shared_ptr<downgrade> self);
    asio::awaitable<void> replace(std::shared_ptr<session> home);
    asio::awaitable<next> attempt(session& home, const std::string& reader, error_code& why);
    asio::awaitable<next> look(session& home, const std::string& reader);
    asio::awaitable<void> back_off();
    asio::awaitable<bool> confirm(std::shared_ptr<session> home, const std::string& reader);
    void grant(const std::shared_ptr<session>& home, const std::string& reader);

    const std::shared_ptr<client_core> core_;
    const std::shared_ptr<const contender_settings> readers_;
    lease writer_;
    const std::shared_ptr<lease_core> held_;
    std::shared_ptr<void> kept_;  // budget and watches of the writer's node
    std::uint64_t epoch_ = 0;     // connection on which the reader's node was last known to exist
    backoff delays_{std::chrono::milliseconds(10), std::chrono::seconds(2)};
};

}  // namespace paddock::detail
