#include <algorithm>
#include <future>
#include <stdexcept>
#include <thread>

#include <paddock/leader_latch.hpp>

#include "integration/bench/paddock/clients.hpp"
#include "integration/bench/runner/repeat.hpp"
#include "integration/bench/runner/verbs.hpp"

namespace paddock::bench {
namespace {

/// Until the latch of this client is in the queue. It is asked for again and again, because latches and observers tell
/// who leads, not who waits. Throws std::runtime_error when that takes too long.
void await_joined(leader_latch& latch, const client& by) {
    const auto deadline = clock::now() + std::chrono::seconds(30);
    const auto own = [&](const leader_candidate& one) { return one.session_id == by.session_id(); };
    while (std::ranges::none_of(latch.participants(), own)) {
        if (clock::now() > deadline) throw std::runtime_error("a latch does not join the queue");
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

/// Two clients whose latches lead in turn.
class relay {
public:
    explicit relay(const arguments& given) : path_(given.path + "/leader"), clients_(connect(given, 2)) {
        leader_ = join();
        (void)leader_->await();
    }

    /// From the leader's close to the next one's term.
    clock::duration hand_over() {
        auto next = join();
        await_joined(*next, *clients_.front());
        std::promise<clock::time_point> leads;
        next->async_await([&](error_code, const leader_term&) { leads.set_value(clock::now()); });
        const auto begin = clock::now();
        leader_->close();
        const auto moment = leads.get_future().get();
        leader_ = std::move(next);
        return moment - begin;
    }

private:
    std::unique_ptr<leader_latch> join() {
        std::swap(clients_.front(), clients_.back());
        auto latch = std::make_unique<leader_latch>(*clients_.front(), path_);
        latch->start();
        return latch;
    }

    std::string path_;
    std::vector<std::unique_ptr<client>> clients_;
    std::unique_ptr<leader_latch> leader_;
};

}  // namespace

void lead(const arguments& given) {
    relay both(given);
    const auto hand_over = [&] { return both.hand_over(); };
    (void)repeat(given.warm_up, hand_over);
    say_ready();
    await_line();
    report(repeat(given.length, hand_over));
}

void candidate(const arguments& given) {
    const auto clients = connect(given, 1);
    leader_latch latch(*clients.front(), given.path + "/leader");
    latch.start();
    await_joined(latch, *clients.front());
    say_ready();
    await_line();
    (void)latch.await();
    report({.operations = 1});
}

}  // namespace paddock::bench
