#include <set>

#include <paddock/transaction.hpp>

#include "tests/simulation/mutex_jobs.hpp"
#include "tests/simulation/violation.hpp"

namespace paddock::testing {
namespace {

constexpr const char* ledger = "/ledger";

/// Holders of one lock write their tokens into a node, guarded by the lease: it never goes back, whatever happens to
/// clocks and processes.
class transaction_workload final : public mutex_jobs {
public:
    explicit transaction_workload(stage& on) : mutex_jobs(on) { on_.ensemble.create_by_operator(ledger); }

    void act() override {
        core_client* const by = on_.actor();
        if (by == nullptr) return;
        const job_ptr made = begin(*by, false);
        if (made) mutex_of(*by, made->paths.front()).async_acquire(token(made));
    }

protected:
    void use(const job_ptr& holder) override {
        lease_workload::use(holder);
        // Long after the grant too: the lease may be over by then.
        for (const auto longest : {std::chrono::milliseconds(100), std::chrono::milliseconds(4000)})
            on_.later(*holder->by, longest, [this, holder] { commit(holder); });
    }

    void see(const txn& agreed) override {
        lease_workload::see(agreed);
        for (const tree_change& change : agreed.changes) {
            if (change.path.starts_with("/ledger/"))
                require(written_.insert(change.after.data).second, "I4",
                        "one transaction is committed twice");
            if (change.path != ledger || change.what != tree_change::kind::changed) continue;
            require(change.after.data >= change.before.data, "I3", "a guarded write undid a later holder's");
        }
    }

    void robbed(const job_ptr& holder) override {
        lease_workload::robbed(holder);
        commit(holder);
    }

private:
    void commit(const job_ptr& holder) {
        if (!holder->held || holder->paths.front() != directories().front() || holder->by->closing) return;
        transaction writes(holder->held);
        writes.set(ledger, holder->token.to_string());
        writes.create(std::string(ledger) + "/entry-", std::to_string(++entries_), create_mode::sequential);
        const bool alive = lease_workload::alive(*holder);
        holder->by->handle.async_commit(
            writes, std::chrono::seconds(5), [alive](error_code ec, const std::vector<transaction_result>&) {
                require(ec || alive, "I3", "a transaction is committed after its lease was gone");
            });
    }

    std::uint64_t entries_ = 0;
    std::set<std::string> written_;
};

}  // namespace

std::unique_ptr<workload> make_transaction_workload(stage& on) {
    return std::make_unique<transaction_workload>(on);
}

}  // namespace paddock::testing
