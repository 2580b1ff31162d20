// The demo's program: several processes move money in one SQLite file, under one lock. See --help.
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "ledger.hpp"
#include "worker.hpp"

namespace {

using namespace std::chrono_literals;

/// Works until SIGTERM or SIGINT; SIGUSR1 makes the next transfer hold still. One thread receives them all.
void work_until_signalled(const bank::worker_settings& settings) {
    sigset_t ours;
    sigemptyset(&ours);
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&ours, signal);
    pthread_sigmask(SIG_BLOCK, &ours, nullptr);  // inherited by every thread to come
    std::stop_source stop;
    std::atomic<bool> hold_still = false;
    std::jthread listener([&](const std::stop_token& over) {
        const timespec patience{0, 100'000'000};
        while (!over.stop_requested()) {
            const int signal = sigtimedwait(&ours, nullptr, &patience);
            if (signal == SIGUSR1) hold_still = true;
            if (signal == SIGTERM || signal == SIGINT) stop.request_stop();
        }
    });
    bank::work(settings, stop.get_token(), hold_still);
}

/// Waits until `found` answers true; the file cannot wake us.
template <class Condition>
int wait_for(Condition found, std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!found()) {
        if (std::chrono::steady_clock::now() > deadline) return 1;
        std::this_thread::sleep_for(10ms);
    }
    return 0;
}

int wait_newer(const std::string& file, const std::string& token, std::chrono::milliseconds limit) {
    bank::ledger ledger(file);
    const auto than = paddock::fencing_token::parse(token);
    return wait_for(
        [&] {
            const auto found = ledger.first_after(than);
            if (found) std::cout << found->to_string() << "\n";
            return found.has_value();
        },
        limit);
}

/// Transfers that a worker has reported as done, by its output, but which the file does not have.
std::int64_t missing_transfers(bank::ledger& ledger, const std::string& worker, const std::string& output) {
    std::ifstream lines(output);
    if (!lines) throw std::runtime_error("cannot read " + output);
    std::int64_t missing = 0;
    for (std::string line;
         std::getline(lines, line) && !lines.eof();)  // a line without end was cut by SIGKILL
        if (line.starts_with("done ") && !ledger.has(worker, std::stoll(line.substr(5)))) ++missing;
    return missing;
}

int audit(const std::string& file, const std::vector<std::string>& reports, std::int64_t least_refusals) {
    bank::ledger ledger(file);
    const auto report = ledger.audit();
    std::int64_t missing = 0;
    for (const std::string& entry : reports) {
        const auto mark = entry.find('=');
        if (mark == std::string::npos) throw std::runtime_error("'" + entry + "': must be WORKER=FILE");
        missing += missing_transfers(ledger, entry.substr(0, mark), entry.substr(mark + 1));
    }
    std::cout << report.transfers << " transfers, " << missing << " of the reported ones lost\n"
              << "total of " << report.accounts << " accounts " << report.total << ", at the start "
              << report.opening_total << "; " << report.wrong_balances << " wrong balances\n"
              << report.disordered_tokens << " transfers out of the order of their tokens\n"
              << report.refusals << " stale writes refused\n";
    return report.sound() && missing == 0 && report.refusals >= least_refusals ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "Moves money between accounts in a SQLite file, under a distributed lock and fenced by its tokens.",
        "bank");
    app.require_subcommand(1);
    std::string file, token;
    std::int64_t accounts = 20, balance = 1000, least_refusals = 0;
    std::int64_t session_ms = 10'000, limit_ms = 30'000;
    std::vector<std::string> reports;
    bank::worker_settings settings;
    settings.servers = "127.0.0.1:2181";
    settings.lock = "/bank/ledger";

    auto* create = app.add_subcommand("create", "Make a new file with accounts");
    create->add_option("FILE", file)->required();
    create->add_option("--accounts", accounts, "Number of accounts (default: 20)")
        ->check(CLI::Range(2, 1000000));
    create->add_option("--balance", balance, "Opening balance of each (default: 1000)")
        ->check(CLI::Range(1, 1000000));
    auto* work = app.add_subcommand(
        "work",
        "Transfer money until SIGTERM. After SIGUSR1 the next transfer stops between read and\n"
        "write until a line comes in");
    work->add_option("FILE", settings.file)->required();
    work->add_option("--name", settings.name, "Name of this worker")->required();
    work->add_option("--servers", settings.servers, "ZooKeeper servers")->envname("PADDOCK_SERVERS");
    work->add_option("--lock", settings.lock, "Path of the lock (default: /bank/ledger)");
    work->add_option("--session-timeout-ms", session_ms, "(default: 10000)")
        ->check(CLI::Range(1, 86'400'000));
    auto* wait = app.add_subcommand("wait", "Wait for a transfer with a larger token, and print that token");
    wait->add_option("FILE", file)->required();
    wait->add_option("TOKEN", token)->required();
    wait->add_option("--limit-ms", limit_ms, "(default: 30000)")->check(CLI::Range(1, 3'600'000));
    auto* check = app.add_subcommand(
        "audit", "Check the total, every balance, the order of tokens and what workers reported");
    check->add_option("FILE", file)->required();
    check->add_option("--report", reports, "WORKER=FILE with the output of that worker");
    check->add_option("--refused", least_refusals, "How many stale writes must have been refused at least");
    CLI11_PARSE(app, argc, argv);

    try {
        settings.session_timeout = std::chrono::milliseconds(session_ms);
        if (create->parsed()) bank::ledger::create(file, accounts, balance);
        if (work->parsed()) work_until_signalled(settings);
        if (wait->parsed()) return wait_newer(file, token, std::chrono::milliseconds(limit_ms));
        if (check->parsed()) return audit(file, reports, least_refusals);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "bank: " << error.what() << "\n";
        return 1;
    }
}
