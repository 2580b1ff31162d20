#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include <paddock/types.hpp>

#include "core/boot_time.hpp"
#include "core/znode_api.hpp"

namespace paddock::detail {

/// How to open one session.
struct session_parameters {
    std::string servers;  ///< as in `client_options`, already validated
    std::chrono::milliseconds timeout{};
    std::optional<std::chrono::milliseconds> connect_timeout;
    std::vector<credentials> auth;
};

/// A call to come; destroying it takes the call back.
using scheduled_call = std::shared_ptr<void>;

/// The other half of the seam (beside `znode_api`): time, randomness and where sessions come from. The reactor
/// implements it for real servers, the simulated ensemble of the tests in virtual time.
///
/// Everything of core and recipes runs on `executor()`, one call at a time; only the clocks are for any thread.
class environment {
public:
    virtual ~environment() = default;

    virtual boost::asio::any_io_executor executor() = 0;
    [[nodiscard]] virtual boot_time now() const noexcept = 0;
    /// The clock of callers' deadlines.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point steady_now() const noexcept {
        return std::chrono::steady_clock::now();
    }

    /// Calls `action` on the executor once `when` has come, never inside this call.
    [[nodiscard]] virtual scheduled_call call_at(boot_time when, std::function<void()> action) = 0;

    /// Unpredictable bits: names of contenders are made of them (hazard A5, pain 30).
    virtual std::array<std::uint8_t, 16> random_128() = 0;
    /// In [0, 1), for jitter.
    virtual double random_unit() = 0;

    /// Starts opening a session. `listener` outlives the answer's `close`.
    virtual std::unique_ptr<znode_api> open(const session_parameters& parameters,
                                            session_listener& listener) = 0;
};

}  // namespace paddock::detail
