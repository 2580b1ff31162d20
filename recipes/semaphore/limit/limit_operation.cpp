#include "recipes/semaphore/limit/limit_operation.hpp"

#include <algorithm>
#include <utility>

#include "core/contender/directory_reading.hpp"
#include "core/contender/granted_nodes.hpp"
#include "recipes/semaphore/permits/semaphore_plan.hpp"

namespace paddock::detail {

semaphore_record changed_record(const limit_change& change, const semaphore_record& known) {
    semaphore_record wanted = known;
    wanted.limit = change.limit;
    wanted.peak = std::max(known.peak, change.limit);
    if (change.redeclares) wanted.declared = change.limit;
    return wanted;
}

asio::awaitable<void> limit_operation::round(std::shared_ptr<session> home) {
    semaphore_state seen;
    const reply outcome = co_await attempt(*home, seen);
    if (outcome.what == fate::answered) answered();
    const bool again = co_await overtaken(*home, outcome);
    if (!again) finish(outcome.ec, seen);
}

// Success once the record is as it is wanted; an error is the answer, or leads to another attempt.
asio::awaitable<reply> limit_operation::attempt(session& home, semaphore_state& seen) {
    directory_reading reading(home, *queue_);
    joined_node directory;
    const reply read = co_await reading.take(home, directory);
    const bool missing = is_code(read.ec, server_errc::no_node);
    if (missing && change_.limit > 0) co_return co_await make_levels(home, queue_->levels);
    if (missing) co_return reply();
    if (read.ec) co_return read;
    const auto record = read_semaphore_record(directory.record);
    reply outcome;
    if (!record && !directory.record.empty()) {
        outcome.ec = errc::conflict;
        co_return outcome;
    }
    if (change_.limit == 0) {
        if (record) co_return co_await count_permits(home, *record, directory.children, seen);
        co_return outcome;
    }
    // Where there is no record yet, the change is to the one that this program would have declared.
    const auto declared = read_semaphore_record(queue_->levels.back().data);
    const semaphore_record known = record.value_or(declared.value_or(semaphore_record()));
    const semaphore_record wanted = changed_record(change_, known);
    if (record && wanted == known) co_return co_await confirm(home, directory.record_version);
    co_return co_await change(home, write_semaphore_record(wanted), directory.record_version);
}

asio::awaitable<reply> limit_operation::count_permits(session& home, const semaphore_record& record,
                                                      const std::vector<std::string>& children,
                                                      semaphore_state& seen) {
    const std::vector<queue_entry> queue = semaphore_queue(children, record);
    const std::vector<std::string> doubtful = beyond_the_limit(queue, record);
    std::vector<std::string> left_over;  // from a higher limit: only their nodes tell that they hold
    const reply looked = co_await find_granted(home, *queue_, doubtful, left_over);
    if (looked.ec) co_return looked;
    seen = semaphore_state();
    seen.limit = record.limit;
    seen.declared = record.declared;
    for (const queue_entry& entry : queue) {
        const bool holds = entry.holds || std::ranges::count(left_over, entry.name) > 0;
        (holds ? seen.held : seen.waiting) += entry.permits;
    }
    co_return looked;
}

asio::awaitable<reply> limit_operation::change(session& home, const std::string& record,
                                               std::int32_t version) {
    const mailbox<stat_reply> written(world_.executor());
    const bool sent_before = std::exchange(sent_, true);  // the deadline may pass while it is on its way
    home.set(queue_->directory, record, version, written.sink());
    const stat_reply answer = co_await written.take();
    sent_ = sent_before || answer.what == fate::unknown;
    co_return answer;
}

// It is so already, by a server that may be behind: the quorum tells whether that record is the last (hazards B15, E17).
asio::awaitable<reply> limit_operation::confirm(session& home, std::int32_t version) {
    std::vector<multi_op> ops(1);
    ops.front().path = queue_->directory;
    ops.front().version = version;
    const mailbox<multi_reply> checked(world_.executor());
    home.multi(ops, checked.sink());
    const multi_reply answer = co_await checked.take();
    co_return answer;
}

}  // namespace paddock::detail
