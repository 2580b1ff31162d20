#include "worker.hpp"

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <random>

#include <paddock/paddock.hpp>

#include "ledger.hpp"

namespace bank {

namespace {

constexpr std::int64_t largest_amount = 100;

const char* text_of(paddock::lease_state state) {
    switch (state) {
        case paddock::lease_state::held: return "held";
        case paddock::lease_state::suspect: return "suspect";
        case paddock::lease_state::lost: return "lost";
    }
    return "unknown";
}

class worker {
public:
    worker(const worker_settings& settings, std::atomic<bool>& hold_still)
        : settings_(settings),
          hold_still_(hold_still),
          ledger_(settings.file),
          accounts_(ledger_.accounts()) {}

    void transfer_under(const paddock::lease& held) {
        const auto token = held.fencing_token();
        if (!ledger_.seal(token)) return refused(held);
        transfer wanted = choose();
        const balances before = ledger_.read(wanted);
        wanted.amount = std::min(wanted.amount, before.source);
        if (hold_still_.exchange(false)) hold(token);
        // A careful program would ask held.state() here. It would not be enough: the process can be frozen
        // between the question and the write. The token in the write is enough.
        const auto number = ledger_.write(settings_.name, token, wanted, before);
        if (!number) return refused(held);
        ++done_;
        std::cout << "done " << *number << std::endl;
    }

    void print_summary(const paddock::client_stats& stats) const {
        std::cout << "left after " << done_ << " transfers, " << refused_ << " refused, " << stats.leases_lost
                  << " leases lost, " << stats.sessions << " sessions, " << stats.reconnects << " reconnects"
                  << std::endl;
    }

private:
    transfer choose() {
        std::uniform_int_distribution<std::int64_t> account(0, accounts_ - 2);
        std::uniform_int_distribution<std::int64_t> amount(1, largest_amount);
        transfer wanted;
        wanted.source = account(random_);
        wanted.target = account(random_);
        if (wanted.target >= wanted.source) ++wanted.target;  // never the same
        wanted.amount = amount(random_);
        return wanted;
    }

    void hold(paddock::fencing_token token) {
        std::cout << "inside " << token.to_string() << std::endl;
        std::string line;
        std::getline(std::cin, line);
    }

    void refused(const paddock::lease& held) {
        ++refused_;
        std::cout << "refused " << held.fencing_token().to_string() << ", the lease is "
                  << text_of(held.state()) << std::endl;
    }

    const worker_settings& settings_;
    std::atomic<bool>& hold_still_;
    ledger ledger_;
    std::int64_t accounts_;
    std::mt19937_64 random_{std::random_device{}()};
    std::int64_t done_ = 0, refused_ = 0;
};

}  // namespace

void work(const worker_settings& settings, std::stop_token stop, std::atomic<bool>& hold_still) {
    paddock::client_options options;
    options.servers = settings.servers;
    options.session_timeout = settings.session_timeout;
    options.application = settings.name;
    paddock::client zk(options);
    paddock::mutex_options purpose;
    purpose.purpose = "moves money";
    paddock::mutex lock(zk, settings.lock, purpose);
    worker self(settings, hold_still);

    while (!stop.stop_requested()) {
        paddock::error_code ec;
        const paddock::lease held = lock.acquire(stop, ec);
        if (held)
            self.transfer_under(held);
        else if (!stop.stop_requested())
            throw boost::system::system_error(ec, settings.lock);
    }
    self.print_summary(zk.stats());
}

}  // namespace bank
