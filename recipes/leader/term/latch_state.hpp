#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paddock/leader_latch.hpp>

#include "core/client_core.hpp"
#include "core/contender/contender_settings.hpp"
#include "core/teller.hpp"
#include "recipes/leader/layout/leader_record.hpp"
#include "recipes/leader/term/office.hpp"

namespace paddock::detail {

/// What goes on in a term, besides holding it: a selector's function. Started on core's executor; `done` is called once,
/// from any thread, when it has ended, which `term.ended` asks for; it says what the latch does next.
using term_work = std::function<void(leader_term term, std::function<void(after_term)> done)>;

/// What the parts of one latch share. Core's executor, but for what never changes, the seat, and `resign`.
class latch_state : public std::enable_shared_from_this<latch_state> {
public:
    using resigned_sink = std::function<void(error_code, release_result)>;

    virtual ~latch_state();

    /// A campaign's node is `name` and in the queue; empty: there is none any more.
    virtual void joined(std::string_view name) = 0;
    /// The candidacy has ended; `why` not by its own wish.
    virtual void ended(error_code why) = 0;
    /// Any thread. An error says why nothing was started, and `done` is not called then.
    virtual error_code resign(after_term then, resigned_sink done) = 0;
    /// A term has begun: everybody who waits for one has it.
    void begin_term(const leader_term& term);
    /// No other will.
    void end_waits(error_code why);
    /// The term that they would end has ended: they must not meet the next one.
    void end_hand_overs(error_code why);

    const std::shared_ptr<client_core> client;
    const std::string path;       ///< as the user says it
    const std::string directory;  ///< at the server
    const std::string id;
    const std::shared_ptr<teller<std::optional<leader_term>>> changes;
    const term_work work;  ///< empty for a plain latch
    office seat;

    /// Of the present term; written as a whole. Each change has a number.
    leader_record record;
    std::uint64_t changes_of_record = 0;

    std::shared_ptr<const contender_settings> settings;  ///< set once
    std::string own_node;                                ///< name; empty while there is none
    std::vector<std::shared_ptr<operation<leader_term>>> waiting;
    std::vector<std::weak_ptr<operation_base>> hand_overs;  ///< of the present term, until they resign
    bool closed = false;

protected:
    latch_state(std::shared_ptr<client_core> on, std::string shown, leader_options options, term_work what);
};

/// Why nothing can be done for `term` on this session any more; nothing while it can.
error_code term_over(lease_core& term, const session& home);

}  // namespace paddock::detail
