#include "core/contender/listing.hpp"

#include <algorithm>
#include <utility>

#include "core/ask_all.hpp"
#include "core/contender/directory_reading.hpp"
#include "core/holder_record.hpp"
#include "core/path.hpp"
#include "core/retry.hpp"

namespace paddock::detail {
contender_info describe_contender(const queue_entry& entry, grant_rule grant, get_reply node) {
    contender_info info;
    info.node = entry.name;
    info.kind = entry.kind;
    const bool by_write = grant == grant_rule::by_write;
    info.holds = by_write ? node.node.version > 0 : entry.holds;
    info.permits = entry.permits;
    info.sequence = entry.sequence;
    info.token = fencing_token(by_write ? node.node.mzxid : node.node.czxid);
    info.session_id = node.node.ephemeral_owner;
    info.created_ms = node.node.created_ms;
    info.record = read_record(node.data);
    info.data = std::move(node.data);
    return info;
}

queue_listing::queue_listing(std::shared_ptr<client_core> core,
                             std::shared_ptr<const contender_settings> queue, queue_order order,
                             std::size_t most, sink_type sink)
    : operation(core->world(), std::move(sink)),
      core_(std::move(core)),
      queue_(std::move(queue)),
      order_(std::move(order)),
      most_(most) {}

void queue_listing::start() {
    core_->admit(shared_from_this());
    if (finished()) return;
    auto self = std::static_pointer_cast<queue_listing>(shared_from_this());
    drive(run(std::move(self)));
}

asio::awaitable<void> queue_listing::run(std::shared_ptr<queue_listing> self) {
    for (;;) {  // ends by an answer, the deadline, or when the caller has given up
        const auto home = co_await self->core_->usable_session(*self);
        if (!home) co_return;
        std::vector<contender_info> found;
        const reply outcome = co_await self->read(*home, found);
        if (outcome.what == fate::answered) self->answered();
        if (!worth_retrying(outcome)) {
            const bool missing = is_code(outcome.ec, server_errc::no_node);
            self->finish(missing ? error_code() : outcome.ec, std::move(found));
            co_return;
        }
        if (home->asks_for_pause(outcome)) co_await self->pause(refused_delay);
    }
}

asio::awaitable<reply> queue_listing::read(session& home, std::vector<contender_info>& found) {
    directory_reading reading(home, *queue_);
    joined_node directory;
    const reply seen = co_await reading.take(home, directory);
    if (seen.ec) co_return seen;
    std::vector<queue_entry> entries = order_(directory.children, directory.record);
    const bool more = entries.size() > most_;
    if (more) entries.resize(most_);
    reply outcome = co_await read_nodes(home, entries, found);
    // Of a longer queue one that left in between makes room for the next.
    const bool again = more && !outcome.ec && found.size() < entries.size();
    if (again) answered();
    if (again) outcome.what = fate::not_sent;
    co_return outcome;
}

asio::awaitable<reply> queue_listing::read_nodes(session& home, const std::vector<queue_entry>& entries,
                                                 std::vector<contender_info>& found) {
    reply outcome;
    const asker<get_reply> send = [&](std::size_t i, reply_to<get_reply> done) {
        home.get(join_path(queue_->directory, entries[i].name), std::move(done));
    };
    const taker<get_reply> take = [&](std::size_t i, get_reply node) {
        const bool gone = is_code(node.ec, server_errc::no_node);  // it left in the meantime
        if (node.ec && !gone && !outcome.ec) outcome = node;
        if (!node.ec) found.push_back(describe_contender(entries[i], queue_->grant, std::move(node)));
        return !outcome.ec;
    };
    co_await ask_all<get_reply>(world_.executor(), entries.size(), send, take);
    co_return outcome;
}

}  // namespace paddock::detail
