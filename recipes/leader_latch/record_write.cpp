#include "recipes/leader_latch/record_write.hpp"

#include <utility>

#include "core/limits.hpp"
#include "core/retry.hpp"
#include "core/session/lease_keeper.hpp"
#include "core/text.hpp"

namespace paddock::detail {
namespace {

constexpr std::size_t record_bytes_max = request_bytes_max - 100'000;  // the rest is for two paths

}  // namespace

void check_value(const std::string& value) {
    if (!is_utf8(value))
        throw argument_error(errc::invalid_argument, "value: '" + printable(value) + "' must be valid UTF-8");
    leader_record record;
    record.value = value;
    const std::size_t bytes = write_leader_record(record).size();
    if (bytes > record_bytes_max) {
        throw argument_error(errc::payload_too_large, "value: " + std::to_string(bytes) +
                                                          " bytes as JSON are more than the " +
                                                          std::to_string(record_bytes_max) + " allowed");
    }
}

record_write::record_write(std::shared_ptr<leader_core> core, sink_type sink)
    : operation<bool>(core->client->world(), std::move(sink)), core_(std::move(core)) {}

void record_write::start(const std::function<void(leader_record&)>& change, boot_time deadline) {
    core_->client->admit(shared_from_this());
    if (finished()) return;
    term_ = core_->seat.held();
    if (!term_) return give_up(errc::not_owner);
    change(core_->record);
    number_ = ++core_->changes_of_record;
    data_ = write_leader_record(core_->record);
    expire_at(deadline);
    auto self = std::static_pointer_cast<record_write>(shared_from_this());
    drive(run(std::move(self)));
}

asio::awaitable<void> record_write::run(std::shared_ptr<record_write> self) {
    for (;;) {  // ends by an answer, the deadline, a later change, or with the term
        const auto home = co_await self->core_->client->usable_session(*self);
        if (!home) co_return;
        const bool lost = self->term_->state() == lease_state::lost;
        error_code over;
        if (lost || home->id() != self->term_->who().session_id) over = errc::lease_lost;
        // It would undo what has been written since: a later change may have been sent behind this one. One that was never
        // sent takes the later ones along.
        const bool overtaken = self->number_ != self->core_->changes_of_record;
        if (self->sent_ && overtaken) over = errc::outcome_unknown;
        if (!self->sent_ && overtaken) {
            self->data_ = write_leader_record(self->core_->record);
            self->number_ = self->core_->changes_of_record;
        }
        if (over) {
            self->finish(over, false);
            co_return;
        }
        std::vector<multi_op> ops = checks_of(*self->term_);
        multi_op& set = ops.emplace_back();
        set.what = multi_op::kind::set;
        set.path = self->core_->directory;
        set.data = self->data_;
        const mailbox<multi_reply> written(self->world_.executor());
        home->multi(ops, written.sink());
        const multi_reply answer = co_await written.take();
        if (answer.what == fate::unknown) self->sent_ = true;
        if (!worth_retrying(answer)) {
            self->finish(self->judge(answer), !answer.ec);
            co_return;
        }
        if (answer.what == fate::answered) co_await self->pause(refused_delay);
    }
}

error_code record_write::judge(const multi_reply& answer) const {
    const bool gone = !answer.results.empty() && is_code(answer.results.front().ec, server_errc::no_node);
    return gone ? make_error_code(errc::lease_lost) : answer.ec;
}

}  // namespace paddock::detail
