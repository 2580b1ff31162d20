#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <future>
#include <iostream>

#include <paddock/mutex.hpp>

#include "integration/bench/paddock/clients.hpp"
#include "integration/bench/runner/protocol.hpp"
#include "integration/bench/runner/verbs.hpp"

namespace paddock::bench {
namespace {

/// With a contender for each who waits.
mutex in_queue(client& zk, const std::string& path) {
    mutex_options each_its_own;
    each_its_own.sharing.turns = 0;
    return mutex(zk, path, each_its_own);
}

/// A queue behind one holder.
class queue {
public:
    queue(const std::vector<std::unique_ptr<client>>& clients, const std::string& path, std::size_t waiters)
        : grants_(waiters), holder_(in_queue(*clients.front(), path).acquire()) {
        for (std::size_t i = 0; i < waiters; ++i) {
            in_queue(*clients[i % clients.size()], path).async_acquire([this](error_code ec, lease turn) {
                granted(ec, std::move(turn));
            });
        }
    }

    /// The time from each grant to the next; the first counts from the holder's release.
    outcome drain() {
        const auto begin = clock::now();
        holder_ = lease();
        drained_.get_future().wait();
        outcome measured{.operations = grants_.size(), .length = grants_.back() - begin};
        auto last = begin;
        for (const auto moment : grants_) {
            measured.latencies.push_back(moment - last);
            last = moment;
        }
        return measured;
    }

private:
    // On the client's callback thread; of several clients one after another, because one at a time holds.
    void granted(error_code ec, lease turn) {
        if (ec) {
            std::cerr << "bench: a waiter failed: " << ec.message() << '\n';
            std::_Exit(1);
        }
        const std::size_t place = served_++;
        grants_[place] = clock::now();
        turn = lease();
        if (place + 1 == grants_.size()) drained_.set_value();
    }

    std::vector<clock::time_point> grants_;
    std::atomic<std::size_t> served_ = 0;
    std::promise<void> drained_;
    lease holder_;
};

}  // namespace

void drain(const arguments& given) {
    constexpr std::size_t few = 200;
    const auto clients = connect(given, given.clients);
    const auto warm = clock::now() + std::chrono::duration_cast<clock::duration>(given.warm_up);
    while (clock::now() < warm) queue(clients, given.path + "/warm", std::min(given.waiters, few)).drain();
    outcome measured;
    for (std::size_t i = 0; i < given.repeat; ++i) {
        queue one(clients, given.path + "/lock", given.waiters);
        say_ready();  // the harness waits until all are in the queue
        await_line();
        measured += one.drain();
        say_done();
        await_line();
    }
    print(measured);
}

}  // namespace paddock::bench
