#include "recipes/leader/calls/record_write.hpp"

#include <utility>

#include "core/limits.hpp"
#include "core/retry.hpp"
#include "core/session/lease_keeper.hpp"
#include "core/text.hpp"

namespace paddock::detail {
namespace {

constexpr std::size_t value_bytes_max = request_bytes_max - 100'000;  // the rest is for two paths

}  // namespace

record_write::change_type new_value(std::string value) {
    if (!is_utf8(value))
        throw argument_error(errc::invalid_argument, "value: '" + printable(value) + "' must be valid UTF-8");
    leader_record record;
    record.value = value;
    const std::size_t bytes = write_leader_record(record).size();
    if (bytes > value_bytes_max) {
        throw argument_error(errc::payload_too_large, "value: " + std::to_string(bytes) +
                                                          " bytes as JSON are more than the " +
                                                          std::to_string(value_bytes_max) + " allowed");
    }
    return [value = std::move(value)](leader_record& changed) { changed.value = value; };
}

record_write::record_write(std::shared_ptr<latch_state> latch, change_type change, sink_type sink)
    : round_operation(latch->client, std::move(sink)), latch_(std::move(latch)), change_(std::move(change)) {}

error_code record_write::prepare() {
    term_ = latch_->seat.held();
    if (!term_) return errc::not_owner;
    change_(latch_->record);
    ++latch_->changes_of_record;
    take_record();
    return {};
}

void record_write::take_record() {
    data_ = write_leader_record(latch_->record);
    number_ = latch_->changes_of_record;
}

asio::awaitable<void> record_write::round(std::shared_ptr<session> home) {
    error_code over = term_over(*term_, *home);
    // It would undo what has been written since: a later change may have been sent behind this one. One that was never
    // sent takes the later ones along.
    const bool overtaken = number_ != latch_->changes_of_record;
    if (sent_ && overtaken) over = errc::outcome_unknown;
    if (over) {
        finish(over, false);
        co_return;
    }
    if (overtaken) take_record();
    std::vector<multi_op> ops = checks_of(*term_);
    multi_op& set = ops.emplace_back();
    set.what = multi_op::kind::set;
    set.path = latch_->directory;
    set.data = data_;
    const mailbox<multi_reply> written(world_.executor());
    const bool sent_before = std::exchange(sent_, true);  // the deadline may pass while it is on its way
    home->multi(ops, written.sink());
    const multi_reply answer = co_await written.take();
    sent_ = sent_before || answer.what == fate::unknown;
    if (!worth_retrying(answer)) {
        const bool gone = !answer.results.empty() && is_code(answer.results.front().ec, server_errc::no_node);
        finish(gone ? make_error_code(errc::lease_lost) : answer.ec, !answer.ec);
    } else if (home->asks_for_pause(answer)) {
        co_await pause(refused_delay);
    }
}

}  // namespace paddock::detail
