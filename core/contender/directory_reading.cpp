#include "core/contender/directory_reading.hpp"

#include <utility>

namespace paddock::detail {

directory_reading::directory_reading(session& home, const contender_settings& queue,
                                     std::function<void()> changed, watch_scope scope)
    : reads_record_(queue.reads_record),
      epoch_(home.clock()->epoch()),
      record_(home.world().executor()),
      children_(home.world().executor()) {
    if (reads_record_ && changed)
        watches_.push_back(home.watch(queue.directory, changed, record_.sink()));
    else if (reads_record_)
        home.get(queue.directory, record_.sink());
    if (changed && scope == watch_scope::directory)
        watches_.push_back(home.watch_children(queue.directory, changed, children_.sink()));
    else
        home.children(queue.directory, children_.sink());
}

asio::awaitable<reply> directory_reading::take(session& home, joined_node& into) {
    get_reply record;
    if (reads_record_) record = co_await record_.take();
    children_reply seen = co_await children_.take();
    if (record.ec && !seen.ec) co_return record;
    if (seen.ec) co_return seen;
    home.listings().seen(seen.names.size());
    into.epoch = epoch_;
    into.children = std::move(seen.names);
    into.record = std::move(record.data);
    into.record_version = record.node.version;
    into.record_since = record.node.mzxid;
    co_return reply();
}

}  // namespace paddock::detail
