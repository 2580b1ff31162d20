#include "core/node_reader.hpp"

#include <vector>

#include "core/retry.hpp"

namespace paddock::detail {

void node_reader::send(session& home, bool watch, reply_to<get_reply> done) {
    if (!watch) return home.get(path_, std::move(done));
    *changed_ = false;
    watch_ = home.watch(
        path_,
        [weak = host_.weak_from_this(), changed = changed_] {
            const auto host = weak.lock();  // held: the last other reference may be a caller's
            if (!host) return;
            *changed = true;
            host->wake.notify();
        },
        std::move(done));
}

asio::awaitable<get_reply> node_reader::read(session& home, bool watch) {
    const mailbox<get_reply> looked(host_.world().executor());
    send(home, watch, looked.sink());
    const get_reply seen = co_await looked.take();
    if (seen.what == fate::answered) host_.answered();
    co_return seen;
}

asio::awaitable<get_reply> node_reader::read_fresh(session& home, bool watch) {
    if (fresh_on(home)) {
        const get_reply seen = co_await read(home, watch);
        co_return seen;
    }
    std::vector<multi_op> write(1);
    write.front().what = multi_op::kind::check;
    write.front().path = path_;
    const mailbox<multi_reply> written(host_.world().executor());
    const mailbox<get_reply> looked(host_.world().executor());
    home.multi(write, written.sink());
    send(home, watch, looked.sink());
    const multi_reply flushed = co_await written.take();
    get_reply seen = co_await looked.take();
    if (seen.what == fate::answered) host_.answered();
    if (worth_retrying(flushed)) {  // a refused write proves nothing
        seen.ec = flushed.ec;
        seen.what = flushed.what;
    } else {
        fresh_on_ = home.id();
    }
    co_return seen;
}

asio::awaitable<void> node_reader::wait_for_change(session& home) {
    while (!*changed_ && !host_.given_up && !home.ended()) co_await host_.wake.wait();
}

}  // namespace paddock::detail
