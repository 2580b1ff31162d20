#include "integration/fidelity/generator.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <string_view>

#include "core/limits.hpp"
#include "tests/sim/tree.hpp"

namespace paddock::testing {

namespace {

using detail::multi_op;

/// Draws everything; the distributions of <random> differ by library.
class author {
public:
    explicit author(std::uint64_t seed) : random_(seed) {
        told_.seed = seed;
        told_.root = "/f" + std::to_string(seed);
        told_.clients = one_in(3) ? 1 : 2;
        liked_ = {1 + below(2), below(12)};
    }

    script write() {
        const std::size_t length = 6 + below(11);
        while (told_.steps.size() < length) add_step();
        return std::move(told_);
    }

private:
    enum class state { connected, away, expired, ended, closed };

    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
    bool one_in(std::size_t chances) { return below(chances) == 0; }

    void add_step() {
        const actor_number who = below(told_.clients);
        switch (states_[who]) {
            case state::connected: return add_connected(who);
            case state::away: return add_away(who);
            case state::expired: return turn(script_step::kind::come_back, who, state::ended);
            case state::ended:
                if (one_in(3)) return add_requests(who, 1);
                return turn(script_step::kind::open, who, state::connected);
            case state::closed: return turn(script_step::kind::open, who, state::connected);
        }
    }

    void turn(script_step::kind what, actor_number who, state then) {
        told_.steps.push_back({.what = what, .who = who});
        states_[who] = then;
    }

    void add_connected(actor_number who) {
        switch (below(24)) {
            case 0: return turn(script_step::kind::cut, who, state::connected);
            case 1:
            case 2: return turn(script_step::kind::leave, who, state::away);
            case 3:
                add_requests(who, below(3));
                told_.steps.back().what = script_step::kind::close;
                states_[who] = state::closed;
                return;
            case 4: return add_requests(the_operator, 1);
            case 5: return turn(script_step::kind::abandon, who, state::closed);
            case 6:
            case 7: return add_absence(who);
            case 8:
            case 9:
            case 10:
            case 11: return add_struck(who);
            case 12:
            case 13:
            case 14:
            case 15: return add_requests(who, 2 + below(4));
            default: return add_requests(who, 1);
        }
    }

    /// A watch is left, and its node may change while the client cannot hear of it.
    void add_absence(actor_number who) {
        const std::string path = any_path();
        request watch;
        watch.kind = one_in(2) ? request_kind::get : request_kind::children;
        watch.path = path;
        watch.watch = true;
        add_requests(who, 1);
        told_.steps.back().requests.push_back(watch);
        if (one_in(4)) {  // and one of the other kind
            watch.kind = watch.kind == request_kind::get ? request_kind::children : request_kind::get;
            told_.steps.back().requests.push_back(watch);
        }
        turn(script_step::kind::leave, who, state::away);
        add_requests(the_operator, below(4));
        for (auto& one : told_.steps.back().requests) {
            if (one.kind == request_kind::multi || one_in(3)) continue;
            one.path = path;
            if (one.kind != request_kind::create) continue;
            one.mode = create_mode::persistent;
            if (one_in(2)) one.path += "/a";  // a child of it
        }
        turn(script_step::kind::come_back, who, state::connected);
    }

    void add_away(actor_number who) {
        switch (below(9)) {
            case 0: return turn(script_step::kind::expire, who, state::expired);
            case 1: return turn(script_step::kind::close, who, state::closed);
            case 2: return add_requests(who, 1 + below(2));  // not sent
            case 3:
            case 4: return add_requests(the_operator, 1 + below(2));
            case 5: return turn(script_step::kind::abandon, who, state::closed);
            default: return turn(script_step::kind::come_back, who, state::connected);
        }
    }

    void add_requests(actor_number who, std::size_t count) {
        script_step made{.who = who};
        for (std::size_t i = 0; i < count; ++i) made.requests.push_back(any_request());
        told_.steps.push_back(std::move(made));
    }

    /// What surely makes one frame: the removal of a watch may wait for the answer to a get, and some requests are
    /// refused before they are sent.
    static bool is_one_frame(const request& what) {
        const auto fits = [](const auto& one) { return one.data.size() <= detail::request_bytes_max / 10; };
        const auto safe = [&](const multi_op& op) {
            const bool creates = op.what == multi_op::kind::create;
            return fits(op) && (!creates || (op.mode != create_mode::container && !op.acls.empty()));
        };
        return what.kind != request_kind::remove_watch && fits(what) && std::ranges::all_of(what.ops, safe);
    }

    void add_struck(actor_number who) {
        add_requests(who, one_in(2) ? 1 : 2 + below(3));
        script_step& made = told_.steps.back();
        for (auto& one : made.requests) {
            while (!is_one_frame(one)) one = any_request();
        }
        static constexpr std::array positions{fault_position::before_send, fault_position::before_commit,
                                              fault_position::after_commit};
        made.fault = positions.at(below(positions.size()));
        made.struck = below(made.requests.size());
    }

    request any_request() {
        using kind = request_kind;
        static constexpr std::array kinds{
            kind::create,       kind::create,       kind::create,   kind::create,   kind::get,
            kind::get,          kind::get,          kind::get,      kind::get,      kind::get,
            kind::exists,       kind::set,          kind::set,      kind::set,      kind::remove,
            kind::remove,       kind::children,     kind::children, kind::children, kind::children,
            kind::multi,        kind::multi,        kind::multi,    kind::multi,    kind::sync,
            kind::remove_watch, kind::remove_watch,
        };
        request made;
        const bool bare = told_.steps.size() < 3 && one_in(2);  // something to work on first
        made.kind = bare ? request_kind::create : kinds.at(below(kinds.size()));
        made.path = any_path();
        if (made.kind == request_kind::create) fill_create(made);
        if (made.kind == request_kind::get || made.kind == request_kind::children) made.watch = !one_in(4);
        if (made.kind == request_kind::remove_watch && one_in(2)) {
            made.watch_kind = detail::watch_kind::children;
        }
        if (made.kind == request_kind::set) made.data = any_data();
        if (made.kind == request_kind::set || made.kind == request_kind::remove) made.version = any_version();
        if (made.kind == request_kind::remove && one_in(40)) made.path = "/";
        if (made.kind == request_kind::multi) {
            for (std::size_t count = 1 + below(4); count > 0; --count) made.ops.push_back(any_op());
        }
        return made;
    }

    void fill_create(request& made) {
        made.mode = static_cast<create_mode>(below(5));
        made.path = path_for(made.mode, made.path);
        made.data = any_data();
        if (!one_in(40)) made.acls.emplace_back();
        if (!is_sequential(made.mode) && one_in(40)) made.path = "/";
    }

    multi_op any_op() {
        multi_op made;
        made.what = static_cast<multi_op::kind>(below(4));
        made.path = any_path();
        made.version = any_version();
        if (made.what == multi_op::kind::create) {
            made.mode = static_cast<create_mode>(below(one_in(30) ? 5 : 4));  // a container is refused
            made.path = path_for(made.mode, made.path);
            if (!one_in(60)) made.acls.emplace_back();
        }
        if (made.what == multi_op::kind::create || made.what == multi_op::kind::set) made.data = any_data();
        return made;
    }

    /// Few, so that names meet again; some are what sequential creations make. Each script prefers two of them.
    std::string any_path() {
        static constexpr std::array<std::string_view, 12> names{"",
                                                                "/a",
                                                                "/b",
                                                                "/c",
                                                                "/a/a",
                                                                "/a/b",
                                                                "/b/a",
                                                                "/a/a/a",
                                                                "/s0000000002",
                                                                "/a/s0000000000",
                                                                "/a/s0000000001",
                                                                "/a/0000000001"};
        const std::size_t drawn = below(3 * names.size());
        return told_.root + std::string(names.at(drawn < names.size() ? drawn : liked_.at(drawn % 2)));
    }
    std::string path_for(create_mode mode, const std::string& near) {
        if (!is_sequential(mode)) return near;
        static constexpr std::array<std::string_view, 5> names{"/s", "/a/s", "/a/s", "/a/", "/c/s"};
        return told_.root + std::string(names.at(below(names.size())));
    }

    std::string any_data() {
        if (one_in(6)) return {};
        if (one_in(100)) return std::string(one_in(4) ? 1'000'001 : 60'000, 'x');
        return "d" + std::to_string(++datum_);
    }

    std::int32_t any_version() {
        static constexpr std::array versions{-1, -1, -1, 0, 0, 1, 2, 7};
        return versions.at(below(versions.size()));
    }

    std::mt19937_64 random_;
    script told_;
    std::array<state, client_count> states_{};
    std::array<std::size_t, 2> liked_{};
    int datum_ = 0;
};

}  // namespace

script make_script(std::uint64_t seed) { return author(seed).write(); }

}  // namespace paddock::testing
