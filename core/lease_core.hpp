#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <paddock/client_options.hpp>
#include <paddock/lease.hpp>

#include "core/callback_thread.hpp"
#include "core/departure_note.hpp"
#include "core/gate.hpp"
#include "core/session/session_clock.hpp"
#include "core/shared_place.hpp"

namespace paddock::detail {

class session;

/// What leases of one client share: the way into core and the places where signals and handlers run.
struct lease_context {
    std::shared_ptr<gate> entrance;
    post_task handlers;  ///< in order, on the callback executor
    post_task signals;   ///< for stop requests: never behind a user's handler
    loss_policy policy = loss_policy::grace;
};

/// The shared half of a lease: asked by its owner from any thread, told by its session.
class lease_core : public std::enable_shared_from_this<lease_core> {
public:
    /// One node, or one for each claim of a multi_lock: all are held, or the lease is lost.
    struct identity {
        std::vector<std::string> nodes;  ///< paths at the server
        std::vector<note_place> notes;   ///< for each, if any: where its deletion is noted
        std::vector<lease_part> parts;   ///< the same to users
        std::int64_t session_id = 0;
        std::uint64_t epoch = 0;  ///< connection on which the grant was read
    };
    lease_core(identity who, std::shared_ptr<session_clock> clock, std::weak_ptr<session> home,
               std::shared_ptr<const lease_context> context);

    /// A turn at the place that `keeper` keeps: the same node, a token of its own.
    lease_core(const lease_core& keeper, fencing_token token, std::shared_ptr<shared_place> place);

    [[nodiscard]] const identity& who() const noexcept { return who_; }
    [[nodiscard]] const lease_part& first() const noexcept { return who_.parts.front(); }
    [[nodiscard]] const lease_context& context() const noexcept { return *context_; }

    [[nodiscard]] lease_state state();
    [[nodiscard]] loss_reason reason();
    [[nodiscard]] std::chrono::nanoseconds remaining();
    [[nodiscard]] std::stop_token lost_token() const { return lost_.get_token(); }
    std::shared_ptr<void> subscribe(std::function<void(lease_state)> handler);

    /// Asks the session, from any thread. `done` is called on core's executor, unless the answer says that the client
    /// is closed (the lease is then lost) or of another process: then nothing is called.
    [[nodiscard]] error_code release(std::function<void(error_code, release_result)> done);
    /// From any thread: if it was a turn, and its place could be left without asking core.
    [[nodiscard]] std::optional<release_result> release_at_once();
    [[nodiscard]] error_code check(std::function<void(error_code, bool)> done);
    /// The session it belongs to; null once that is gone.
    [[nodiscard]] std::shared_ptr<session> home() const { return home_.lock(); }
    /// Of a turn: whose place it is, to tell places apart.
    [[nodiscard]] const lease_core* keeper() const noexcept { return keeper_; }
    /// No handler is called any more: it is being released.
    void silence() noexcept { silent_ = true; }
    /// It was a turn, and is over: whatever still refers to it finds it lost, though its node may stay.
    void end_turn() noexcept { over_ = true; }
    /// A guarded write is begun before the lease is judged, and ended by its answer. While one is on its way a turn's place
    /// is not passed on: it may still take effect. Any thread.
    void begin_write() noexcept { ++writes_; }
    void end_write() noexcept { --writes_; }
    [[nodiscard]] bool writing() const noexcept { return writes_ > 0; }
    /// It keeps `place` from now on: its changes are told to that alone.
    void keep(std::weak_ptr<shared_place> place);

    // For the session, on its executor.
    void verified(std::uint64_t epoch) { clock_->verify(*mark_, epoch); }
    void lose(loss_reason why) { clock_->lose(*mark_, why); }
    /// Reports a change since the last call to handlers and signals. Returns the state.
    lease_state announce();

private:
    struct listener {
        std::function<void(lease_state)> handler;
    };
    const identity who_;
    const lease_core* const keeper_ = nullptr;  // of a turn: never looked into
    const std::shared_ptr<session_clock> clock_;
    const std::weak_ptr<session> home_;
    const std::shared_ptr<const lease_context> context_;
    const std::shared_ptr<lease_mark> mark_;     // of the node; read and written through the clock
    const std::shared_ptr<shared_place> place_;  // of which this is a turn
    std::stop_source lost_;
    std::atomic<bool> silent_ = false;
    std::atomic<bool> over_ = false;
    std::atomic<int> writes_ = 0;
    std::mutex guard_;  // of what is below
    std::weak_ptr<shared_place> kept_;
    bool keeps_ = false;
    lease_state announced_ = lease_state::held;
    std::list<std::weak_ptr<listener>> listeners_;
};

}  // namespace paddock::detail
