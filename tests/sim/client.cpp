#include "tests/sim/client.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <boost/asio/post.hpp>

#include "core/limits.hpp"

namespace paddock::testing {

namespace {

/// What our side of the C client does not let out: it could cost the connection, or the process.
bool is_refused(const request& what) {
    std::size_t bytes = what.data.size();
    for (const auto& op : what.ops) {
        const bool creates = op.what == detail::multi_op::kind::create;
        if (creates && (op.mode == create_mode::container || op.acls.empty())) return true;
        bytes += op.path.size() + op.data.size();
        for (const auto& entry : op.acls) bytes += entry.scheme.size() + entry.id.size();
    }
    return bytes > detail::request_bytes_max;
}

}  // namespace

sim_client::sim_client(std::shared_ptr<sim_servers> servers, virtual_host& local,
                       detail::session_parameters parameters, detail::session_listener& listener)
    : servers_(std::move(servers)),
      local_(local),
      parameters_(std::move(parameters)),
      listener_(&listener),
      timeout_(parameters_.timeout),
      policy_(parameters_.timeout, parameters_.connect_timeout) {
    policy_.set_round(servers_->among.size());
}

sim_client::~sim_client() { drop_link(); }

void sim_client::send(request what, completion done) {
    if (state_ != state::connected) {
        const error_code ec = state_ == state::ended ? errc::session_expired : errc::outcome_unknown;
        return refuse(what, ec, detail::fate::not_sent, std::move(done));
    }
    if (is_refused(what)) return refuse(what, bad_arguments, detail::fate::answered, std::move(done));
    const auto index = servers_->records.sent(number_, what, servers_->world.now());
    const auto watch = what.watch ? std::optional(what.watched()) : std::nullopt;
    pending_.push_back({what.kind, what.path, watch, index, local_.now(), std::move(done)});
    sim_faults& faults = servers_->faults;
    if (faults.meet(what, number_, true) || faults.hits(faults.rates().lose_unsent)) {
        servers_->cut(link_, false);
        return;
    }
    transmit(std::move(what));
}

void sim_client::refuse(const request& what, error_code ec, detail::fate fate, completion done) {
    response answer;
    answer.kind = what.kind;
    answer.ec = ec;
    answer.results.assign(what.ops.size(), {ec, {}, {}});
    boost::asio::post(local_.executor(), [answer, fate, done = std::move(done)]() mutable {
        if (done) done(answer, fate);
    });
}

void sim_client::transmit(request what) {
    counts_.bytes_sent += what.bytes();
    last_sent_ = local_.awake();
    const auto turn = std::make_shared<sim_turn>();
    turn->answer.kind = what.kind;
    turn->what = std::move(what);
    link_->to_server->push(servers_->delay(), [servers = servers_.get(), weak = std::weak_ptr(link_), turn] {
        if (const auto link = weak.lock()) servers->arrive(link, turn);
    });
}

void sim_client::remove_watch(const std::string& path, detail::watch_kind kind) {
    request what;
    what.kind = request_kind::remove_watch;
    what.path = path;
    what.watch_kind = kind;
    watches_.erase(what.watched());
    for (auto& one : pending_)
        if (one.watch == what.watched()) one.watch.reset();
    if (state_ != state::connected) return;
    send(std::move(what), {});
}

void sim_client::on_response(response& answer) {
    last_received_ = local_.awake();
    counts_.bytes_received += answer.bytes();
    if (answer.kind == request_kind::ping) return arm();  // its zxid counts for nothing
    if (answer.zxid != 0) last_zxid_ = answer.zxid;
    policy_.proved();
    if (answer.kind == request_kind::close) return finish_close();
    notice_held_back_ping();
    const auto done = std::move(pending_.front());
    pending_.pop_front();
    if (done.kind != answer.kind) throw std::logic_error("a reply came out of order");
    servers_->records.answered(number_, done.index, servers_->world.now());
    contact_ = std::max(contact_, done.sent);
    if (done.watch && !answer.ec) watches_.insert(*done.watch);
    if (done.watch) armed_ = *done.watch, armed_at_ = servers_->world.now();
    arm();
    // As the C client's answers are classified: a server that failed at it may have done it.
    const bool failed = answer.ec == server_errc::marshalling_error;
    if (failed) answer.ec = errc::outcome_unknown;
    if (done.done) done.done(answer, failed ? detail::fate::unknown : detail::fate::answered);
}

void sim_client::on_event(const std::string& path, detail::watch_event event) {
    last_received_ = local_.awake();
    counts_.bytes_received += response{}.bytes() + path.size();
    std::size_t fired = 0;
    for (const auto kind : {detail::watch_kind::data, detail::watch_kind::children}) {
        if (!detail::concerns(event, kind)) continue;
        const watch_key watch{kind, path};
        if (armed_at_ == servers_->world.now() && armed_ == watch) servers_->hazards.reach(hazard::b3);
        fired += watches_.erase(watch);
    }
    if (fired > 0 && listener_) listener_->on_watch(path, event);
}

void sim_client::fail(std::deque<pending> lost) {
    const error_code ec = state_ == state::ended ? errc::session_expired : errc::outcome_unknown;
    for (auto& one : lost) {
        response none;
        none.kind = one.kind;
        none.ec = ec;
        if (!one.path.empty())
            servers_->situations.unanswered(session_, one.kind, one.path, one.watch.has_value());
        if (one.done) one.done(none, detail::fate::unknown);
    }
}

}  // namespace paddock::testing
