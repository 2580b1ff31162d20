#include <array>
#include <optional>

#include "integration/bench/floor/contender.hpp"
#include "integration/bench/runner/repeat.hpp"
#include "integration/bench/runner/verbs.hpp"

namespace paddock::bench {
namespace {

/// Two sessions that lead in turn.
class relay {
public:
    relay(loop& on, const std::string& path)
        : on_(on),
          both_{contender(on.session(0), path, kind::mutex), contender(on.session(1), path, kind::mutex)} {
        both_[0].join([] {});
        on_.run_until([&] { return both_[0].settled(); });
    }

    clock::duration hand_over() {
        contender& leader = both_[turn_ % 2];
        contender& next = both_[++turn_ % 2];
        std::optional<clock::time_point> leads;
        next.join([&] { leads = clock::now(); });
        on_.run_until([&] { return next.settled(); });
        const auto begin = clock::now();
        leader.leave();
        on_.run_until([&] { return leads.has_value(); });
        return *leads - begin;
    }

private:
    loop& on_;
    std::array<contender, 2> both_;
    std::size_t turn_ = 0;
};

}  // namespace

void lead(const arguments& given) {
    loop on(given, 2);
    on.make(given.path);
    relay both(on, given.path);
    const auto hand_over = [&] { return both.hand_over(); };
    (void)repeat(given.warm_up, hand_over);
    say_ready();
    on.await_line();
    report(repeat(given.length, hand_over));
}

void candidate(const arguments& given) {
    loop on(given, 1);
    on.make(given.path);
    contender one(on.session(0), given.path, kind::mutex);
    bool leads = false;
    one.join([&] { leads = true; });
    on.run_until([&] { return one.settled(); });
    say_ready();
    on.await_line();
    on.run_until([&] { return leads; });
    say_done();
    on.await_line();  // leads meanwhile
    print({.operations = 1});
}

}  // namespace paddock::bench
