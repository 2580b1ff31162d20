#include "core/session/delete_obligations.hpp"

#include <utility>

#include <glog/logging.h>

#include "core/departure_note.hpp"
#include "core/path.hpp"
#include "core/retry.hpp"
#include "core/session/session.hpp"

namespace paddock::detail {
namespace {
constexpr std::size_t not_writable_max = 1000;
}

void delete_obligations::add(std::string path, std::shared_ptr<void> keep,
                             std::function<void(release_result)> done, note_place note) {
    if (host_.ended()) {
        if (done) done(release_result::unconfirmed);
        return;
    }
    const auto id = next_id_++;
    obligation& added = pending_[id];
    added.path = std::move(path);
    added.keep = std::move(keep);
    added.done = std::move(done);
    if (!not_writable_.contains(note.directory)) added.note = std::move(note);
    attempt(id);
}

void delete_obligations::attempt(std::uint64_t id) {
    obligation& due = pending_.at(id);
    if (due.in_flight || !host_.connected()) return;  // on_connected tries again
    due.in_flight = true;
    due.retry.reset();
    if (!due.note.directory.empty()) return attempt_with_note(id, due);
    host_.remove(due.path, [weak = host_.weak_from_this(), this, id](const reply& answer) {
        if (const auto alive = weak.lock()) attempted(id, answer);
    });
}

void delete_obligations::attempt_with_note(std::uint64_t id, obligation& due) {
    const note_place note = std::exchange(due.note, {});
    std::vector<multi_op> ops(2);
    ops[0].what = multi_op::kind::remove;
    ops[0].path = due.path;
    ops[1].what = multi_op::kind::set;
    ops[1].path = note.directory;
    ops[1].data = departure_note(name_of(due.path));
    ops[1].version = note.version;
    host_.multi(ops,
                [weak = host_.weak_from_this(), this, id, in = note.directory](const multi_reply& answer) {
                    if (const auto alive = weak.lock()) attempted_with_note(id, in, answer);
                });
}

// Whatever speaks against the note, the node is deleted without it.
void delete_obligations::attempted_with_note(std::uint64_t id, const std::string& directory,
                                             const multi_reply& answer) {
    const auto at = pending_.find(id);
    if (at == pending_.end()) return;
    const bool answered = answer.what == fate::answered;
    if (!answer.ec || !answered || passes_by_itself(answer.ec.value())) return attempted(id, answer);
    const bool gone = !answer.results.empty() && is_code(answer.results[0].ec, server_errc::no_node);
    if (gone) return settle(id, release_result::confirmed);
    if (is_code(answer.ec, server_errc::no_auth)) {
        if (not_writable_.size() >= not_writable_max) not_writable_.clear();
        not_writable_.insert(directory);
    }
    at->second.in_flight = false;
    attempt(id);
}

void delete_obligations::attempted(std::uint64_t id, const reply& answer) {
    const auto at = pending_.find(id);
    if (at == pending_.end()) return;
    at->second.in_flight = false;
    const bool gone = !answer.ec || is_code(answer.ec, server_errc::no_node);
    if (answer.what == fate::answered && gone) return settle(id, release_result::confirmed);
    if (answer.what != fate::answered && !host_.connected()) return;
    // A definite refusal, such as no permission: the node may still go with the session, and rights may change.
    const bool refused = !worth_retrying(answer);
    LOG_IF(WARNING, refused) << "paddock: session 0x" << std::hex << host_.id() << " cannot delete "
                             << at->second.path << ": " << answer.ec.message()
                             << "; trying again until the session ends";
    environment& world = host_.world();
    const auto delay = at->second.delays.next(world.random_unit());
    at->second.retry = world.call_at(world.now() + delay, [this, id] { attempt(id); });
    // Nobody waits for that: the caller learns that it is not confirmed.
    if (refused && at->second.done) std::exchange(at->second.done, nullptr)(release_result::unconfirmed);
}

void delete_obligations::settle(std::uint64_t id, release_result result) {
    auto settled = pending_.extract(id);
    if (settled.mapped().done) settled.mapped().done(result);
}

void delete_obligations::on_connected() {
    for (auto& [id, due] : pending_) attempt(id);
}

void delete_obligations::end() {
    auto all = std::exchange(pending_, {});
    for (auto& [id, due] : all) {
        if (due.done) due.done(release_result::unconfirmed);
    }
}

}  // namespace paddock::detail
