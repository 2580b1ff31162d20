#include "tests/sim/hazards.hpp"

#include <iterator>

namespace paddock::testing {

namespace {

enum class noticed_by { model, schedule };
using enum noticed_by;

struct row {
    std::string_view name;
    noticed_by whom;
    std::string_view situation;
    bool in_library =
        true;  // false: the library itself keeps out of it; tests of the ensemble alone get there
};
constexpr bool never_in_library = false;

constexpr row rows[] = {
    {"A1", model, "a create took effect, its reply is lost, the session attaches anew"},
    {"A2", model, "a listing misses a create of its own session, by a server that is behind"},
    {"A3", model, "an old connection's request comes to the leader after the session has attached anew"},
    {"A4", model, "the session ends between a create without a reply and the next listing"},
    {"A5", model, "two contenders of one session in one queue"},
    {"A6", schedule, "cancelled while the create is in flight"},
    {"A7", model, "a delete comes after the directory has been reaped"},
    {"A8", model, "a create finds its parent reaped"},
    {"A9", model, "a container is left that was never used"},
    {"A10", model, "no right to create"},
    {"A12", schedule, "foreign children in the queue"},
    {"A14", model, "a directory is out of sequence numbers"},
    {"A15", model, "a request is too big for the server", never_in_library},
    {"B1", schedule, "the predecessor is gone, and it is not yet our turn"},
    {"B2", model, "a read that was to leave a watch finds no node"},
    {"B3", model, "a watch fires at the moment at which it is armed"},
    {"B4", model, "a watch is given up"},
    {"B5", model, "a read that was to leave a watch gets no answer"},
    {"B6", model, "the watches of a session are too many for one packet", never_in_library},
    {"B7", model, "the connection ends while watches are armed"},
    {"B8", schedule, "several wakes before the deadline"},
    {"B10", schedule, "deadline and grant at one moment"},
    {"B11", schedule, "a single try on a suspended session"},
    {"B12", schedule, "the own node is missing in the listing"},
    {"B13", model, "somebody else deletes the node of a waiter"},
    {"B14", model, "the session of a stopped process ends, and others wait for it"},
    {"B15", model, "a listing by a server that is behind"},
    {"C1", model, "the session of a stopped holder ends"},
    {"C2", model, "a holder is disconnected"},
    {"C3", model, "a session expires whose server is cut off and goes on answering"},
    {"C4", model, "a leader answers that has lost its majority"},
    {"C5", model, "no server answers for longer than the session's timeout"},
    {"C6", model, "a session attaches anew after more than its timeout"},
    {"C7", model, "somebody else deletes the node of the holder"},
    {"C8", schedule, "the session of a leader is over, and its latch competes anew"},
    {"C9", model, "sequence numbers begin anew after a reaping"},
    {"C12", schedule, "one process takes the lock that it holds"},
    {"C15", model, "a holder is back within its timeout"},
    {"C16", schedule, "events around a close or a new session"},
    {"C18", model, "the session of a machine ends that is suspended or paused"},
    {"D1", model, "a delete took effect, its reply is lost"},
    {"D2", model, "a delete is lost"},
    {"D3", schedule, "a release after the session has changed"},
    {"D4", model, "the session ends while a delete is in flight"},
    {"D5", schedule, "released twice"},
    {"D6", schedule, "closed while somebody waits"},
    {"D7", schedule, "destroyed in its own callback"},
    {"D8", model, "the close of a session gets no answer, or is not sent"},
    {"D9", model, "the session of a killed process ends"},
    {"E1", model, "a leader is lost while requests wait for their answers"},
    {"E2", model, "no leader for longer than a session's timeout"},
    {"E3", model, "a server takes no more connections"},
    {"E6", model, "the credentials are refused", never_in_library},
    {"E7", model, "no right to read"},
    {"E8", model, "another timeout than asked for"},
    {"E13", schedule, "all servers restarted one after the other"},
    {"E16", model, "a leader that has lost its majority answers a sync", never_in_library},
    {"E17", model, "the first answer to a new session comes from a server that is behind"},
    {"E18", model, "the leader's counter is full"},
    {"E19", model, "refused by throttling or quota"},
    {"E20", model, "no ping when it was due: a request was waiting for its answer"},
    {"F9", schedule, "the connection of one who waits at a closed barrier ends"},
    {"F10", schedule, "a member is gone after its generation was in"},
    {"F11", schedule, "a latch's campaign fails"},
    {"F12", schedule, "the directory of a latch is removed"},
    {"F13", schedule, "an observer is told of a leader that is gone"},
    {"F14", schedule, "a latch leads again after a term"},
    {"F15", schedule, "lost between the grant and its handler"},
};
static_assert(std::size(rows) == static_cast<std::size_t>(hazard::count));

const row& row_of(hazard which) { return rows[static_cast<std::size_t>(which)]; }

}  // namespace

std::string name_of(hazard which) { return std::string(row_of(which).name); }
std::string_view text_of(hazard which) { return row_of(which).situation; }
bool is_noticed_by_the_model(hazard which) { return row_of(which).whom == model; }

hazard_log& hazard_log::operator+=(const hazard_log& other) noexcept {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    return *this;
}

std::vector<hazard> hazard_log::never_reached() const {
    std::vector<hazard> all;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] == 0 && rows[i].in_library) all.push_back(static_cast<hazard>(i));
    }
    return all;
}

std::string hazard_log::text() const {
    std::string out;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] == 0 && !rows[i].in_library) continue;
        out.append(rows[i].name).append(" ").append(std::to_string(counts_[i])).append(" ");
        out.append(rows[i].situation).append("\n");
    }
    const auto missing = never_reached();
    out.append(missing.empty() ? "all reached that the library can get into" : "never reached:");
    for (const hazard one : missing) out.append(" ").append(name_of(one));
    return out.append("\n");
}

}  // namespace paddock::testing
