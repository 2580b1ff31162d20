#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <paddock/leader_latch.hpp>

#include "core/contender/contender.hpp"
#include "core/contender/listing.hpp"
#include "recipes/leader_latch/leader_record.hpp"
#include "recipes/leader_latch/office.hpp"
#include "recipes/leader_latch/teller.hpp"

namespace paddock::detail {

class candidacy;
class heir_watch;

/// What goes on in a term, besides holding it: a selector's function. Started on core's executor; `done` is called once,
/// from any thread, when it has ended, which `term.ended` asks for; it says what the latch does next.
using term_work = std::function<void(leader_term term, std::function<void(after_term)> done)>;

/// Somebody who waits for this latch to lead.
class leadership_wait final : public operation<leader_term> {
public:
    leadership_wait(std::shared_ptr<client_core> on, sink_type sink)
        : operation(on->world(), std::move(sink)), client(std::move(on)) {}
    [[nodiscard]] error_code deadline_error() const override {
        const bool connected = client->snapshot().state == session_state::connected;
        return connected ? errc::timed_out : errc::servers_unreachable;
    }
    const std::shared_ptr<client_core> client;
};

/// One latch: what its callers ask for, and the candidacy that competes for it.
class leader_core : public std::enable_shared_from_this<leader_core> {
public:
    /// Checks the arguments; no I/O. Throws `argument_error`.
    static std::shared_ptr<leader_core> make(std::shared_ptr<client_core> on, std::string directory,
                                             leader_options options, term_work work = {});
    ~leader_core();

    // Any thread. An error says why nothing was started, and no sink is called then.
    error_code start();
    error_code close(close_mode mode, std::function<void(error_code, bool)> done);
    error_code resign(after_term then, std::function<void(error_code, release_result)> done);
    std::shared_ptr<operation_base> await(std::chrono::steady_clock::time_point deadline,
                                          operation<leader_term>::sink_type sink, error_code& refused);
    std::shared_ptr<operation_base> publish(std::string value, std::chrono::milliseconds timeout,
                                            operation<bool>::sink_type sink, error_code& refused);
    std::shared_ptr<operation_base> hand_over(std::chrono::milliseconds limit, after_term then,
                                              operation<hand_over_result>::sink_type sink,
                                              error_code& refused);
    std::shared_ptr<queue_listing> list(std::size_t most, std::chrono::milliseconds timeout,
                                        queue_listing::sink_type sink, error_code& refused) const;

    [[nodiscard]] bool leads() const { return !foreign() && seat.leads(); }
    [[nodiscard]] std::chrono::milliseconds remaining() const {
        return foreign() ? std::chrono::milliseconds::zero() : seat.remaining();
    }
    [[nodiscard]] std::optional<leader_term> term() const { return foreign() ? std::nullopt : seat.term(); }
    [[nodiscard]] candidate_state state() const { return foreign() ? candidate_state::idle : seat.state(); }
    [[nodiscard]] error_code failure() const { return foreign() ? errc::wrong_process : seat.failure(); }
    [[nodiscard]] transaction guard() const {
        if (foreign()) throw boost::system::system_error(errc::wrong_process, path);
        return seat.guard(path);
    }

    const std::shared_ptr<client_core> client;
    const std::string path;       ///< as the user says it
    const std::string directory;  ///< at the server
    office seat;
    const std::shared_ptr<teller<std::optional<leader_term>>> changes;
    const std::shared_ptr<teller<std::function<void()>>> heirs;  ///< null: it does not want to be told
    const std::string id;
    const term_work work;  ///< empty for a plain latch

    // Core's executor.
    [[nodiscard]] const std::shared_ptr<const contender_settings>& settings() const noexcept {
        return settings_;
    }
    /// A term has begun: everybody who waits for one has it.
    void begin_term(const leader_term& term);
    /// The candidacy has ended; `why` not by its own wish.
    void ended(error_code why);
    /// A campaign's node is `name` and in the queue; empty: there is none any more.
    void joined(std::string_view name);
    [[nodiscard]] const std::string& own_node() const noexcept { return own_node_; }

    /// Of the present term; written as a whole. Each change has a number.
    leader_record record;
    std::uint64_t changes_of_record = 0;

private:
    leader_core(std::shared_ptr<client_core> on, std::string shown, std::string where, leader_options options,
                term_work what);
    // A lock of the seat may have been held when the process was forked.
    [[nodiscard]] bool foreign() const { return client->entrance()->in_other_process(); }
    void compete();
    void retire();

    std::shared_ptr<const contender_settings> settings_;
    std::shared_ptr<candidacy> running_;
    std::shared_ptr<heir_watch> heir_watch_;
    std::vector<std::shared_ptr<leadership_wait>> waiting_;
    std::vector<std::function<void()>> at_end_;
    std::string own_node_;
    bool closed_ = false;
};

}  // namespace paddock::detail
