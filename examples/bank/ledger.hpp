#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <paddock/fencing_token.hpp>

#include "sqlite.hpp"

namespace bank {

struct transfer {
    std::int64_t source = 0, target = 0, amount = 0;
};

/// Balances as they were read; the transfer is made of them, so a write that comes too late would undo others.
struct balances {
    std::int64_t source = 0, target = 0;
};

struct audit_report {
    std::int64_t accounts = 0, transfers = 0, refusals = 0;
    std::int64_t opening_total = 0, total = 0;
    std::int64_t wrong_balances = 0;     ///< accounts that differ from opening balance and transfers
    std::int64_t disordered_tokens = 0;  ///< transfers after one with a larger token
    [[nodiscard]] bool sound() const {
        return total == opening_total && wrong_balances == 0 && disordered_tokens == 0;
    }
};

/// Accounts in a SQLite file, fenced: the file remembers the largest token that was presented and refuses
/// smaller ones, in the transaction that writes. Two holders at once can therefore do no harm here.
class ledger {
public:
    static void create(const std::string& file, std::int64_t accounts, std::int64_t balance);

    explicit ledger(const std::string& file);

    [[nodiscard]] std::int64_t accounts();

    /// Seal rule: a new holder presents its token before its first read. False if it is too old.
    bool seal(paddock::fencing_token token);

    balances read(const transfer& wanted);

    /// Writes both new balances and the record of the transfer; its number, or none if the token is too old (which
    /// is recorded too).
    std::optional<std::int64_t> write(const std::string& worker, paddock::fencing_token token,
                                      const transfer& wanted, const balances& before);

    /// The token of the first transfer made with a larger one.
    std::optional<paddock::fencing_token> first_after(paddock::fencing_token token);

    [[nodiscard]] bool has(const std::string& worker, std::int64_t number);
    audit_report audit();

private:
    bool present(paddock::fencing_token token);
    std::int64_t number(const std::string& sql);
    std::map<std::int64_t, std::int64_t> replayed();

    database database_;
};

}  // namespace bank
