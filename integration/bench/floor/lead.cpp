#include <array>
#include <optional>

#include "integration/bench/floor/contender.hpp"
#include "integration/bench/floor/verbs.hpp"

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

outcome run(relay& both, std::chrono::duration<double> length) {
    outcome measured;
    const auto begin = clock::now();
    while (clock::now() - begin < length) measured.latencies.push_back(both.hand_over());
    measured.length = clock::now() - begin;
    measured.operations = measured.latencies.size();
    return measured;
}

}  // namespace

void lead(const arguments& given) {
    loop on(given, 2);
    on.make(given.path);
    relay both(on, given.path);
    (void)run(both, given.warm_up);
    say_ready();
    on.await_line();
    report(run(both, given.length));
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
