#include "integration/fidelity/actor.hpp"

#include <algorithm>
#include <array>

namespace paddock::testing {

namespace {

std::string outcome(const detail::reply& got) {
    static constexpr std::array fates{"", " unknown", " not sent"};
    const std::size_t fate = got.what == detail::fate::answered  ? 0
                             : got.what == detail::fate::unknown ? 1
                                                                 : 2;
    if (!got.ec) return std::string("ok") + fates.at(fate);
    return got.ec.category().name() + (" " + std::to_string(got.ec.value())) + fates.at(fate);
}

std::string shown(const std::string& data) {
    if (data.size() <= 20) return " '" + data + "'";
    return " (" + std::to_string(data.size()) + " bytes, hash " +
           std::to_string(std::hash<std::string>()(data)) + ")";
}

std::string joined(std::vector<std::string> names) {
    std::ranges::sort(names);
    std::string all;
    for (const auto& name : names) all += " " + name;
    return all;
}

}  // namespace

void actor::use(std::unique_ptr<detail::znode_api> handle) {
    const std::lock_guard lock(journal_.mutex);
    handle_ = std::move(handle);
    connected_ = ended_ = false;
    session_ = 0;
}

void actor::drop() {
    const std::lock_guard lock(journal_.mutex);
    handle_.reset();
    connected_ = false;
}

void actor::add(entry::kind what, std::string text, std::vector<stat> nodes) {
    told.push_back({what, std::move(text), std::move(nodes)});
}

void actor::expect(std::size_t answers) {
    const std::lock_guard lock(journal_.mutex);
    unanswered_ += answers;
}

void actor::answered(const std::function<void()>& what) {
    {
        const std::lock_guard lock(journal_.mutex);
        what();
        --unanswered_;
    }
    journal_.changed.notify_all();
}

template <class Reply, class Show>
detail::reply_to<Reply> actor::answer(const std::string& number, Show show) {
    expect(1);
    return [this, number, show](const Reply& got) {
        answered([&] {
            entry made{entry::kind::reply, number + " " + outcome(got), {}, bool(got.ec)};
            show(got, made);
            told.push_back(std::move(made));
        });
    };
}

void actor::send(const request& what, const std::string& number) {
    const auto node = [](const auto& got, entry& made) {
        if (got.ec) return;
        made.text += stat_mark;
        made.nodes.push_back(got.node);
    };
    const auto nothing = [](const detail::reply&, entry&) {};
    switch (what.kind) {
        case request_kind::create:
            return handle_->create(what.path, what.data, what.mode, what.acls,
                                   answer<detail::create_reply>(number, [node](const auto& got, entry& made) {
                                       made.text += " " + got.path;
                                       node(got, made);
                                   }));
        case request_kind::get:
            return handle_->get(what.path, what.watch,
                                answer<detail::get_reply>(number, [node](const auto& got, entry& made) {
                                    made.text += shown(got.data);
                                    node(got, made);
                                }));
        case request_kind::exists:
            return handle_->exists(what.path, answer<detail::stat_reply>(number, node));
        case request_kind::children:
            return handle_->children(
                what.path, what.watch,
                answer<detail::children_reply>(number, [node](const auto& got, entry& made) {
                    made.text += joined(got.names);
                    node(got, made);
                }));
        case request_kind::set:
            return handle_->set(what.path, what.data, what.version, answer<detail::stat_reply>(number, node));
        case request_kind::remove:
            return handle_->remove(what.path, what.version, answer<detail::reply>(number, nothing));
        case request_kind::multi:
            return handle_->multi(what.ops,
                                  answer<detail::multi_reply>(number, [](const auto& got, entry& made) {
                                      for (const auto& one : got.results) {
                                          made.text += "; " + outcome({one.ec}) + " " + one.path + stat_mark;
                                          made.nodes.push_back(one.node);
                                      }
                                  }));
        case request_kind::sync: return handle_->sync(what.path, answer<detail::reply>(number, nothing));
        case request_kind::remove_watch: return handle_->remove_watch(what.path, what.watch_kind);
        default: break;  // no request of the seam
    }
}

void actor::flush(const std::string& root) {
    handle_->exists(root, answer<detail::stat_reply>("", [](const auto&, entry& made) {
                        made.what = entry::kind::flushed;
                        made.text = "flushed" + made.text;
                    }));
}

void actor::read(const std::string& path, std::vector<entry>& into, std::vector<std::string>& children) {
    expect(2);
    handle_->get(path, false, [this, path, &into](const detail::get_reply& got) {
        answered([&] {
            into.push_back(
                {entry::kind::other, path + " " + outcome(got) + shown(got.data) + stat_mark, {got.node}});
        });
    });
    handle_->children(path, false, [this, path, &children](const detail::children_reply& got) {
        answered([&] {
            for (const auto& name : got.names) children.push_back(path + "/" + name);
        });
    });
}

void actor::remove_quietly(const std::string& path) {
    expect(1);
    handle_->remove(path, -1, [this](const detail::reply&) { answered([] {}); });
}

void actor::close() {
    expect(1);
    handle_->close([this] {
        answered([this] {
            connected_ = false;
            add(entry::kind::other, "closed");
        });
    });
}

void actor::on_connected(std::int64_t id, std::chrono::milliseconds timeout, detail::boot_time /*sent*/) {
    {
        const std::lock_guard lock(journal_.mutex);
        connected_ = true;
        session_ = id;
        if (std::ranges::find(sessions, id) == sessions.end()) sessions.push_back(id);
        const auto nth = std::ranges::find(sessions, id) - sessions.begin();
        add(entry::kind::connected, "connected with session " + std::to_string(nth) + " for " +
                                        std::to_string(timeout.count()) + " ms");
    }
    journal_.changed.notify_all();
}

void actor::on_disconnected() {
    {
        const std::lock_guard lock(journal_.mutex);
        connected_ = false;
        ++disconnects_;
        add(entry::kind::other, "disconnected");
    }
    journal_.changed.notify_all();
}

void actor::on_ended(error_code reason) {
    {
        const std::lock_guard lock(journal_.mutex);
        connected_ = false;
        ended_ = true;
        add(entry::kind::other, "ended: " + reason.message());
    }
    journal_.changed.notify_all();
}

void actor::on_watch(const std::string& path, detail::watch_event event) {
    static constexpr std::array names{"created", "deleted", "changed", "children changed", "other event"};
    const std::lock_guard lock(journal_.mutex);
    add(entry::kind::watch, std::string(names.at(static_cast<std::size_t>(event))) + " " + path);
}

}  // namespace paddock::testing
