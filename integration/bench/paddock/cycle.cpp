#include <thread>

#include <paddock/multi_lock.hpp>
#include <paddock/mutex.hpp>
#include <paddock/read_write_lock.hpp>
#include <paddock/semaphore.hpp>

#include "integration/bench/paddock/clients.hpp"
#include "integration/bench/runner/protocol.hpp"
#include "integration/bench/runner/verbs.hpp"

namespace paddock::bench {
namespace {

constexpr std::uint32_t permits = 4;
constexpr std::size_t parts = 3;
constexpr std::size_t writes_one_in = 10;

sharing_options sharing_of(const arguments& given) {
    sharing_options chosen;
    if (given.sharing == "nothing") chosen.turns = 0;
    if (given.sharing == "linger") chosen.linger = std::chrono::minutes(1);
    return chosen;
}

/// What one thread takes in turn.
std::vector<claim> rota_of(client& zk, const arguments& given, std::size_t thread) {
    const std::string path = given.path + "/" + std::to_string(thread % given.locks);
    if (given.claim == "semaphore")
        return {semaphore(zk, path, {.limit = permits, .sharing = sharing_of(given)})};
    if (given.claim == "read_write") {
        const read_write_lock lock(zk, path);
        std::vector<claim> rota(writes_one_in, lock.read());
        rota[thread % writes_one_in] = lock.write();
        return rota;
    }
    if (given.claim == "multi") {
        std::vector<claim> all;
        for (std::size_t i = 0; i < parts; ++i) all.push_back(mutex(zk, path + "-" + std::to_string(i)));
        return {multi_lock(all)};
    }
    mutex_options options;
    options.sharing = sharing_of(given);
    return {mutex(zk, path, options)};
}

/// The latencies of the acquires. What was acquired is given back at once, in the background.
std::vector<clock::duration> work(std::vector<claim>& rota, clock::time_point end, std::size_t most) {
    std::vector<clock::duration> taken;
    for (auto begin = clock::now(); most == 0 ? begin < end : taken.size() < most; begin = clock::now()) {
        const lease held = rota[taken.size() % rota.size()].acquire();
        taken.push_back(clock::now() - begin);
    }
    return taken;
}

outcome run(std::vector<std::vector<claim>>& rotas, std::chrono::duration<double> length, std::size_t most) {
    std::vector<std::vector<clock::duration>> taken(rotas.size());
    const auto begin = clock::now();
    const auto end = begin + std::chrono::duration_cast<clock::duration>(length);
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < rotas.size(); ++i) {
            threads.emplace_back([&, i] { taken[i] = work(rotas[i], end, most); });
        }
    }
    outcome measured;
    measured.length = clock::now() - begin;
    for (const auto& ones : taken) {
        measured.latencies.insert(measured.latencies.end(), ones.begin(), ones.end());
    }
    measured.operations = measured.latencies.size();
    return measured;
}

}  // namespace

void cycle(const arguments& given) {
    const auto clients = connect(given, 1);
    std::vector<std::vector<claim>> rotas;
    for (std::size_t i = 0; i < given.threads; ++i) rotas.push_back(rota_of(*clients.front(), given, i));
    (void)run(rotas, given.warm_up, 0);
    say_ready();
    await_line();
    report(run(rotas, given.length, given.operations));
}

}  // namespace paddock::bench
