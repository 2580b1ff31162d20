#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "core/session/session.hpp"

namespace paddock::detail {

template <class Reply>
bool session::refuse(const reply_to<Reply>& done) {
    if (connected_) return false;
    asio::post(world_.executor(), [done, ended = ended_] {
        Reply answer;
        answer.ec = ended ? errc::session_expired : errc::outcome_unknown;
        answer.what = fate::not_sent;
        done(std::move(answer));
    });
    return true;
}

template <class Reply>
reply_to<Reply> session::tracked(reply_to<Reply> done, bool is_write) {
    const boot_time sent = world_.now();
    const boot_time touched = reported_.known_by(sent, clock_->timing().report_delay());
    unanswered_.push_back(sent);
    last_sent_ = sent;
    ++totals_->requests_sent;
    schedule_nudge();
    return [self = shared_from_this(), done = std::move(done), sent, touched, is_write](Reply answer) {
        self->answered(answer, sent, touched, is_write);
        done(std::move(answer));
    };
}

void session::answered(const reply& answer, boot_time sent, boot_time touched, bool is_write) {
    if (!unanswered_.empty()) unanswered_.pop_front();
    if (answer.what == fate::answered) {
        // A successful write went through a quorum; an error may have come from one server alone.
        is_write && !answer.ec ? confirmed(sent, touched) : clock_->contact(sent);
        reported_.answered(sent, world_.now(), clock_->timing().report_delay());
        usual_wait_ = (7 * usual_wait_ + (world_.now() - sent)) / 8;
    }
    expired();
}

// Holders are told when this makes their leases certain again.
void session::confirmed(boot_time sent, boot_time touched) {
    const bool was_certain = clock_->suspect_at() > world_.now();
    clock_->quorum_contact(sent, touched);
    if (leases_->count() == 0 || was_certain) return;
    retell_ = world_.call_at(world_.now(), [this] {
        leases_->announce();
        schedule_pulse();
    });
}

void session::create(const std::string& path, const std::string& data, create_mode mode,
                     const std::vector<acl>& acls, reply_to<create_reply> done) {
    if (!refuse(done)) handle_->create(path, data, mode, acls, tracked(std::move(done), true));
}

void session::get(const std::string& path, reply_to<get_reply> done) {
    if (!refuse(done)) handle_->get(path, false, tracked(std::move(done), false));
}

void session::exists(const std::string& path, reply_to<stat_reply> done) {
    if (!refuse(done)) handle_->exists(path, tracked(std::move(done), false));
}

void session::children(const std::string& path, reply_to<children_reply> done) {
    if (!refuse(done)) handle_->children(path, false, tracked(std::move(done), false));
}

void session::set(const std::string& path, const std::string& data, std::int32_t version,
                  reply_to<stat_reply> done) {
    if (!refuse(done)) handle_->set(path, data, version, tracked(std::move(done), true));
}

void session::remove(const std::string& path, reply_to<reply> done) {
    if (!refuse(done)) handle_->remove(path, -1, tracked(std::move(done), true));
}

void session::multi(const std::vector<multi_op>& ops, reply_to<multi_reply> done) {
    if (!refuse(done)) handle_->multi(ops, tracked(std::move(done), true));
}

template <class Reply>
reply_to<Reply> session::watching(const std::string& path, watch_kind kind, reply_to<Reply> done) {
    return [registry = watches_, path, kind, done = std::move(done)](Reply answer) {
        registry->answered(path, kind, answer.what == fate::answered && !answer.ec);
        done(std::move(answer));
    };
}

watch_ticket session::watch(const std::string& path, std::function<void()> fired, reply_to<get_reply> done) {
    if (refuse(done)) return {};
    auto ticket = watches_->announce(path, watch_kind::data, std::move(fired));
    handle_->get(path, true, tracked(watching(path, watch_kind::data, std::move(done)), false));
    return ticket;
}

watch_ticket session::watch_children(const std::string& path, std::function<void()> fired,
                                     reply_to<children_reply> done) {
    if (refuse(done)) return {};
    auto ticket = watches_->announce(path, watch_kind::children, std::move(fired));
    handle_->children(path, true, tracked(watching(path, watch_kind::children, std::move(done)), false));
    return ticket;
}

}  // namespace paddock::detail
