#include "integration/zk_handle_fixture.hpp"

#include <algorithm>

namespace paddock::testing {

using detail::reply_to;
using detail::znode_api;

void session_recorder::on_connected(std::int64_t id, std::chrono::milliseconds timeout,
                                    detail::boot_time sent) {
    session_note note;
    note.what = happened::connected;
    note.session_id = id;
    note.timeout = timeout;
    note.handshake_sent = sent;
    add(note);
}

void session_recorder::on_disconnected() {
    session_note note;
    note.what = happened::disconnected;
    add(note);
}

void session_recorder::on_ended(error_code reason) {
    session_note note;
    note.what = happened::ended;
    note.reason = reason;
    add(note);
}

void session_recorder::on_watch(const std::string& path, detail::watch_event event) {
    session_note note;
    note.what = happened::watch;
    note.path = path;
    note.event = event;
    add(note);
}

void session_recorder::add(const session_note& note) {
    {
        const std::lock_guard lock(mutex_);
        notes_.push_back(note);
    }
    changed_.notify_all();
    if (hook) hook(note);
}

std::vector<session_note> session_recorder::notes() const {
    const std::lock_guard lock(mutex_);
    return notes_;
}

std::size_t session_recorder::count_locked(happened what) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(notes_, [what](const session_note& note) { return note.what == what; }));
}

std::size_t session_recorder::count(happened what) const {
    const std::lock_guard lock(mutex_);
    return count_locked(what);
}

bool session_recorder::wait(happened what, std::size_t times, std::chrono::milliseconds within) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, within, [&] { return count_locked(what) >= times; });
}

session_note session_recorder::last(happened what) const {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(notes_.rbegin(), notes_.rend(),
                                    [what](const session_note& note) { return note.what == what; });
    return found == notes_.rend() ? session_note() : *found;
}

handle_under_test::handle_under_test(const std::string& servers, std::chrono::milliseconds timeout)
    : handle_under_test(detail::session_parameters{
          .servers = servers, .timeout = timeout, .connect_timeout = std::nullopt, .auth = {}}) {}

handle_under_test::handle_under_test(const detail::session_parameters& parameters) {
    on_reactor([&] { handle_ = world_->open(parameters, events_); });
}

handle_under_test::~handle_under_test() { drop(); }

void handle_under_test::drop() {
    on_reactor([this] { handle_.reset(); });
}

detail::create_reply handle_under_test::create(const std::string& path, const std::string& data,
                                               create_mode mode) {
    return ask<detail::create_reply>([&](znode_api& api, reply_to<detail::create_reply> done) {
               api.create(path, data, mode, open_acl(), std::move(done));
           })
        .get();
}

detail::get_reply handle_under_test::get(const std::string& path, bool watch) {
    return ask<detail::get_reply>([&](znode_api& api, reply_to<detail::get_reply> done) {
               api.get(path, watch, std::move(done));
           })
        .get();
}

detail::stat_reply handle_under_test::exists(const std::string& path) {
    return ask<detail::stat_reply>(
               [&](znode_api& api, reply_to<detail::stat_reply> done) { api.exists(path, std::move(done)); })
        .get();
}

detail::children_reply handle_under_test::children(const std::string& path, bool watch) {
    return ask<detail::children_reply>([&](znode_api& api, reply_to<detail::children_reply> done) {
               api.children(path, watch, std::move(done));
           })
        .get();
}

detail::stat_reply handle_under_test::set(const std::string& path, const std::string& data,
                                          std::int32_t version) {
    return ask<detail::stat_reply>([&](znode_api& api, reply_to<detail::stat_reply> done) {
               api.set(path, data, version, std::move(done));
           })
        .get();
}

detail::reply handle_under_test::remove(const std::string& path, std::int32_t version) {
    return ask<detail::reply>([&](znode_api& api, reply_to<detail::reply> done) {
               api.remove(path, version, std::move(done));
           })
        .get();
}

detail::multi_reply handle_under_test::multi(const std::vector<detail::multi_op>& ops) {
    return ask<detail::multi_reply>(
               [&](znode_api& api, reply_to<detail::multi_reply> done) { api.multi(ops, std::move(done)); })
        .get();
}

detail::reply handle_under_test::sync(const std::string& path) {
    return ask<detail::reply>(
               [&](znode_api& api, reply_to<detail::reply> done) { api.sync(path, std::move(done)); })
        .get();
}

void handle_under_test::remove_watch(const std::string& path, detail::watch_kind kind) {
    on_reactor([&] { handle_->remove_watch(path, kind); });
}

detail::wire_counts handle_under_test::counts() {
    return on_reactor([this] { return handle_->counts(); });
}

bool handle_under_test::close(std::chrono::milliseconds within) {
    auto promise = std::make_shared<std::promise<void>>();
    auto closed = promise->get_future();
    on_reactor([&] { handle_->close([promise] { promise->set_value(); }); });
    return closed.wait_for(within) == std::future_status::ready;
}

std::vector<acl> open_acl() { return {acl()}; }

}  // namespace paddock::testing
