#include "integration/fidelity/player.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace paddock::testing {

namespace {

struct stuck : std::runtime_error {
    using runtime_error::runtime_error;
};

class player {
public:
    player(const script& told, side& on) : told_(told), on_(on) {}

    account play() {
        std::string where = "at the beginning";
        try {
            begin();
            for (std::size_t i = 0; i < told_.steps.size(); ++i) {
                where = "in step " + std::to_string(i);
                perform(told_.steps[i], std::to_string(i) + ".");
            }
            where = "at the end";
            finish();
        } catch (const stuck& reason) {
            account_.stuck = reason.what() + (" " + where);
        }
        collect();
        return std::move(account_);
    }

private:
    static constexpr actor_number actors = client_count + 1;

    bool takes_part(actor_number who) const { return who < told_.clients || who == the_operator; }

    void wait(const std::function<bool()>& done, const char* what) {
        if (!on_.wait(done)) throw stuck(what);
    }
    template <class View>
    auto ask(View view) {
        const std::lock_guard lock(on_.mutex());
        return view();
    }

    void begin() {
        for (actor_number who = 0; who < actors; ++who) {
            if (!takes_part(who)) continue;
            if (!ask([&] { return on_.at(who).connected(); })) open(who);
            ask([&] {
                on_.at(who).told.clear();
                on_.at(who).sessions = {on_.at(who).session()};
            });
        }
        send(the_operator, "begin.", {creation(""), creation("/a"), creation("/b")});
    }
    request creation(const std::string& name) const {
        request made;
        made.kind = request_kind::create;
        made.path = told_.root + name;
        made.acls.emplace_back();
        return made;
    }

    void perform(const script_step& step, const std::string& number) {
        using kind = script_step::kind;
        switch (step.what) {
            case kind::requests:
                if (acts_unsent(step)) flush({step.who});
                return step.fault ? strike(step, number) : send(step.who, number, step.requests);
            case kind::cut: flush({step.who}); return reconnect(step.who, [&] { on_.cut(step.who); });
            case kind::leave:
                flush({step.who});
                on_.leave(step.who);
                return wait([&] { return !on_.at(step.who).connected(); }, "no disconnect");
            case kind::come_back: return come_back(step.who);
            case kind::expire: return end_session(step.who, [&] { on_.expire(step.who); });
            case kind::close: return end_session(step.who, [&] { close(step, number); });
            case kind::abandon: return abandon(step.who);
            case kind::open: return open(step.who);
        }
    }

    /// A removed watch is gone before the servers know, and a bad multi is refused without asking them: both may come
    /// before an event that is still on its way.
    static bool acts_unsent(const script_step& step) {
        return std::ranges::any_of(step.requests, [](const request& one) {
            return one.kind == request_kind::remove_watch || one.kind == request_kind::multi;
        });
    }
    void issue(actor_number who, const std::string& number, const std::vector<request>& requests) {
        for (std::size_t i = 0; i < requests.size(); ++i) {
            on_.at(who).send(requests[i], number + std::to_string(i));
        }
    }
    void send(actor_number who, const std::string& number, const std::vector<request>& requests) {
        on_.run([&] { issue(who, number, requests); });
        wait_idle(who);
    }
    void wait_idle(actor_number who) {
        wait([&] { return on_.at(who).idle(); }, "no answer");
    }

    void strike(const script_step& step, const std::string& number) {
        flush({step.who});
        reconnect(step.who, [&] { on_.strike(step, [&] { issue(step.who, number, step.requests); }); });
        wait_idle(step.who);
    }
    void reconnect(actor_number who, const std::function<void()>& cut) {
        const std::size_t before = ask([&] { return on_.at(who).disconnects(); });
        cut();
        wait([&] { return on_.at(who).disconnects() > before && on_.at(who).connected(); }, "no reconnect");
        flush({who});
    }
    void come_back(actor_number who) {
        on_.come_back(who);
        wait([&] { return on_.at(who).connected() || on_.at(who).ended(); }, "no return");
        flush({who});
    }

    /// Others see the nodes of the session go.
    void end_session(actor_number who, const std::function<void()>& how) {
        std::vector<actor_number> others;
        for (actor_number other = 0; other < told_.clients; ++other) {
            if (other != who) others.push_back(other);
        }
        flush(clients());
        for (const actor_number other : others) {
            ask([&] { on_.at(other).told.push_back({entry::kind::session_end, "a session is ended", {}}); });
        }
        how();
        flush(others);
    }
    void close(const script_step& step, const std::string& number) {
        on_.run([&] {
            issue(step.who, number, step.requests);
            on_.at(step.who).close();
        });
        wait_idle(step.who);
        on_.run([&] { on_.at(step.who).drop(); });
    }
    void abandon(actor_number who) {
        flush({who});
        on_.run([&] { on_.at(who).drop(); });
    }
    void open(actor_number who) {
        on_.run([&] { on_.at(who).drop(); });
        on_.open(who);
        wait([&] { return on_.at(who).connected(); }, "no session");
    }

    /// Those of them that are connected hear what there is to hear.
    void flush(std::vector<actor_number> whom) {
        ask([&] { std::erase_if(whom, [&](actor_number who) { return !on_.at(who).connected(); }); });
        if (whom.empty()) return;
        on_.run([&] {
            for (const actor_number who : whom) on_.at(who).flush(told_.root);
        });
        for (const actor_number who : whom) wait_idle(who);
    }
    std::vector<actor_number> clients() const {
        if (told_.clients == 1) return {0};
        return {0, 1};
    }

    void finish() {
        for (const actor_number who : clients()) {
            const bool away = ask([&] {
                const actor& one = on_.at(who);
                return one.present() && !one.connected() && !one.ended();
            });
            if (away) come_back(who);
        }
        flush(clients());
        read_tree();
        account_.watches = on_.watches_left([this] {
            std::vector<std::string> paths;
            for (auto at = paths_.rbegin(); at != paths_.rend(); ++at) paths.push_back(*at);
            on_.run([&] {
                for (const auto& path : paths) on_.at(the_operator).remove_quietly(path);
            });
            wait_idle(the_operator);
            flush(clients());
        });
    }
    void read_tree() {
        std::vector<std::string> level{told_.root};
        while (!level.empty()) {
            std::vector<std::string> next;
            on_.run([&] {
                for (const auto& path : level) on_.at(the_operator).read(path, account_.tree, next);
            });
            wait_idle(the_operator);
            paths_.insert(paths_.end(), level.begin(), level.end());
            std::ranges::sort(next);
            level = std::move(next);
        }
    }

    void collect() {
        const std::lock_guard lock(on_.mutex());
        for (actor_number who = 0; who < actors; ++who) {
            if (!takes_part(who)) continue;
            account_.told.at(who) = on_.at(who).told;
            const auto& sessions = on_.at(who).sessions;
            for (std::size_t i = 0; i < sessions.size(); ++i) {
                account_.sessions[sessions[i]] = "client " + std::to_string(who) + "#" + std::to_string(i);
            }
        }
    }

    const script& told_;
    side& on_;
    account account_;
    std::vector<std::string> paths_;  // of the tree, parents first
};

}  // namespace

account play(const script& told, side& on) { return player(told, on).play(); }

}  // namespace paddock::testing
