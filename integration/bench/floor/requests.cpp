#include <deque>

#include "integration/bench/floor/contender.hpp"
#include "integration/bench/floor/create.hpp"
#include "integration/bench/runner/repeat.hpp"
#include "integration/bench/runner/verbs.hpp"

namespace paddock::bench {
namespace {

/// One request after another: `send` gets what its answer has to be told to, `after` that answer.
template <class Send, class After>
void measure(loop& on, const arguments& given, Send send, After after) {
    const auto once = [&] {
        const auto begin = clock::now();
        std::string answer;
        send(&answer);
        on.run_until([&] { return !answer.empty(); });
        const auto taken = clock::now() - begin;
        after(answer);
        return taken;
    };
    (void)repeat(given.warm_up, once);
    say_ready();
    on.await_line();
    report(repeat(given.length, once));
}

std::string& told(const void* context) { return *static_cast<std::string*>(const_cast<void*>(context)); }

}  // namespace

void create(const arguments& given) {
    loop on(given, 1);
    on.make(given.path);
    const std::string path = given.path + "/_c_00000000-0000-0000-0000-000000000000-lock-";
    const auto send = [&](std::string* answer) {
        const auto created = [](int code, const char* name, const Stat*, const void* context) {
            demand(code, "create2");
            told(context) = name;
        };
        demand(zoo_acreate2(on.session(0), path.c_str(), "", 0, &ZOO_OPEN_ACL_UNSAFE,
                            ZOO_EPHEMERAL_SEQUENTIAL, created, answer),
               "create2");
    };
    measure(on, given, send, [&](const std::string& created) { remove_node(on.session(0), created); });
}

// To see that it is held is enough.
void try_held(const arguments& given) {
    loop on(given, 2);
    on.make(given.path);
    contender holder(on.session(0), given.path, kind::mutex);
    holder.join([] {});
    on.run_until([&] { return holder.settled(); });
    const auto send = [&](std::string* answer) {
        const auto listed = [](int code, const String_vector* names, const void* context) {
            demand(code, "getChildren");
            demand(names->count == 1 ? ZOK : ZRUNTIMEINCONSISTENCY, "it is held");
            told(context) = names->data[0];
        };
        demand(zoo_awget_children(on.session(1), given.path.c_str(), nullptr, nullptr, listed, answer),
               "getChildren");
    };
    measure(on, given, send, [](const std::string&) {});
}

void idle(const arguments& given) {
    loop on(given, 1);
    std::deque<contender> held;
    for (std::size_t i = 0; i < given.waiters; ++i) {
        const std::string path = given.path + "/" + std::to_string(i);
        on.make(path);
        held.emplace_back(on.session(0), path, kind::mutex).join([] {});
    }
    on.run_until([&] { return held.back().settled(); });
    on.run_for(given.warm_up);
    say_ready();
    on.await_line();
    on.run_for(given.length);
    // An operation is one lock held for one second.
    const auto operations = static_cast<std::size_t>(static_cast<double>(held.size()) * given.length.count());
    report({.operations = operations, .length = given.length});
}

}  // namespace paddock::bench
