#include <memory>
#include <set>

#include "integration/bench/floor/contender.hpp"
#include "integration/bench/floor/triple.hpp"
#include "integration/bench/runner/verbs.hpp"

namespace paddock::bench {
namespace {

constexpr std::size_t writes_one_in = 10;

/// What elsewhere is a thread: takes what it has in turn, and gives it back at once.
class worker {
public:
    explicit worker(std::vector<std::unique_ptr<taker>> rota) : rota_(std::move(rota)) {}

    void start(clock::time_point end, std::size_t most) {
        end_ = end;
        most_ = most;
        taken_.clear();
        next();
    }
    [[nodiscard]] bool over() const { return over_; }
    [[nodiscard]] const std::vector<clock::duration>& taken() const { return taken_; }

private:
    void next() {
        const auto begin = clock::now();
        over_ = most_ == 0 ? begin >= end_ : taken_.size() >= most_;
        if (over_) return;
        taker& one = *rota_[taken_.size() % rota_.size()];
        one.join([this, &one, begin] {
            taken_.push_back(clock::now() - begin);
            one.leave();
            next();
        });
    }

    std::vector<std::unique_ptr<taker>> rota_;
    clock::time_point end_;
    std::size_t most_ = 0;
    bool over_ = false;
    std::vector<clock::duration> taken_;
};

std::vector<std::unique_ptr<taker>> rota_of(loop& on, const arguments& given, std::size_t thread) {
    const std::string path = given.path + "/" + std::to_string(thread % given.locks);
    std::vector<std::unique_ptr<taker>> rota;
    if (given.claim == "multi") {
        for (std::size_t i = 0; i < triple::parts; ++i) on.make(triple::part(path, i));
        rota.push_back(std::make_unique<triple>(on.session(0), path));
        return rota;
    }
    on.make(path);
    if (given.claim == "read_write") {
        for (std::size_t i = 0; i < writes_one_in; ++i) {
            const kind what = i == thread % writes_one_in ? kind::writer : kind::reader;
            rota.push_back(std::make_unique<contender>(on.session(0), path, what));
        }
        return rota;
    }
    const kind what = given.claim == "semaphore" ? kind::semaphore : kind::mutex;
    rota.push_back(std::make_unique<contender>(on.session(0), path, what));
    return rota;
}

outcome run(loop& on, std::vector<std::unique_ptr<worker>>& workers, std::chrono::duration<double> length,
            std::size_t most) {
    const auto begin = clock::now();
    const auto end = begin + std::chrono::duration_cast<clock::duration>(length);
    for (const auto& one : workers) one->start(end, most);
    std::size_t over = 0;  // workers before it have ended
    on.run_until([&] {
        while (over < workers.size() && workers[over]->over()) ++over;
        return over == workers.size();
    });
    outcome measured;
    measured.length = clock::now() - begin;
    for (const auto& one : workers) {
        measured.latencies.insert(measured.latencies.end(), one->taken().begin(), one->taken().end());
    }
    measured.operations = measured.latencies.size();
    return measured;
}

}  // namespace

void cycle(const arguments& given) {
    loop on(given, 1);
    std::vector<std::unique_ptr<worker>> workers;
    for (std::size_t i = 0; i < given.threads; ++i) {
        workers.push_back(std::make_unique<worker>(rota_of(on, given, i)));
    }
    (void)run(on, workers, given.warm_up, 0);
    say_ready();
    on.await_line();
    report(run(on, workers, given.length, given.operations));
}

}  // namespace paddock::bench
