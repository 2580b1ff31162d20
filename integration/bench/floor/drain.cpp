#include <algorithm>
#include <deque>

#include "integration/bench/floor/contender.hpp"
#include "integration/bench/runner/verbs.hpp"

namespace paddock::bench {
namespace {

/// A queue behind one holder.
class queue {
public:
    queue(loop& on, const std::string& path, std::size_t waiters) : on_(on), waiters_(waiters) {
        on.make(path);
        add(path).join([] {});
        on_.run_until(
            [&] { return contenders_.front().settled(); });  // another session's node could come before
        on_.run_until([&] {
            fill(path);
            return contenders_.size() == waiters_ + 1 && settled_ == contenders_.size();
        });
    }

    outcome drain() {
        const auto begin = clock::now();
        contenders_.front().leave();
        on_.run_until([&] { return grants_.size() == waiters_; });
        outcome measured{.operations = waiters_, .length = grants_.back() - begin};
        auto last = begin;
        for (const auto moment : grants_) {
            measured.latencies.push_back(moment - last);
            last = moment;
        }
        return measured;
    }

private:
    contender& add(const std::string& path) {
        return contenders_.emplace_back(on_.session(contenders_.size()), path, kind::mutex);
    }

    // A few at a time: each lists all before it, and the server keeps what we have not read.
    void fill(const std::string& path) {
        constexpr std::size_t joining_max = 64;
        while (settled_ < contenders_.size() && contenders_[settled_].settled()) ++settled_;
        while (contenders_.size() <= waiters_ && contenders_.size() - settled_ < joining_max) {
            contender& one = add(path);
            one.join([this, &one] {
                grants_.push_back(clock::now());
                one.leave();
            });
        }
    }

    loop& on_;
    std::size_t waiters_;
    std::deque<contender> contenders_;  // the holder first
    std::size_t settled_ = 0;           // of those before it all
    std::vector<clock::time_point> grants_;
};

}  // namespace

void drain(const arguments& given) {
    constexpr std::size_t few = 200;
    loop on(given, given.clients);
    const auto warm = clock::now() + std::chrono::duration_cast<clock::duration>(given.warm_up);
    while (clock::now() < warm) queue(on, given.path + "/warm", std::min(given.waiters, few)).drain();
    outcome measured;
    for (std::size_t i = 0; i < given.repeat; ++i) {
        queue one(on, given.path + "/lock", given.waiters);
        say_ready();
        on.await_line();
        measured += one.drain();
        say_done();
        on.await_line();
    }
    print(measured);
}

}  // namespace paddock::bench
