#include "ledger.hpp"

#include <chrono>
#include <stdexcept>

namespace bank {

namespace {

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

void ledger::create(const std::string& file, std::int64_t accounts, std::int64_t balance) {
    database made(file, true);
    write_transaction all(made);
    made.run(
        "CREATE TABLE accounts (id INTEGER PRIMARY KEY, opening INTEGER NOT NULL, balance INTEGER NOT NULL)");
    made.run("CREATE TABLE fence (mark TEXT NOT NULL)");  // tokens order as text
    made.run("INSERT INTO fence VALUES ('')");
    made.run(
        "CREATE TABLE transfers (id INTEGER PRIMARY KEY AUTOINCREMENT, worker TEXT NOT NULL, token TEXT "
        "NOT NULL, "
        "source INTEGER NOT NULL, target INTEGER NOT NULL, amount INTEGER NOT NULL, at_ms INTEGER NOT NULL)");
    made.run("CREATE TABLE refusals (worker TEXT NOT NULL, token TEXT NOT NULL, at_ms INTEGER NOT NULL)");
    for (std::int64_t id = 0; id < accounts; ++id)
        statement(made, "INSERT INTO accounts VALUES (?1, ?2, ?2)", id, balance).next();
    all.commit();
}

ledger::ledger(const std::string& file) : database_(file) {}

std::int64_t ledger::number(const std::string& sql) {
    statement query(database_, sql);
    return query.next() ? query.integer(0) : 0;
}

std::int64_t ledger::accounts() { return number("SELECT count(*) FROM accounts"); }

bool ledger::present(paddock::fencing_token token) {
    statement(database_, "UPDATE fence SET mark = ?1 WHERE mark <= ?1", token.to_string()).next();
    return database_.changes() == 1;
}

bool ledger::seal(paddock::fencing_token token) {
    write_transaction all(database_);
    const bool accepted = present(token);
    all.commit();
    return accepted;
}

balances ledger::read(const transfer& wanted) {
    const auto balance_of = [&](std::int64_t account) {
        statement query(database_, "SELECT balance FROM accounts WHERE id = ?1", account);
        if (!query.next()) throw std::runtime_error("no account " + std::to_string(account));
        return query.integer(0);
    };
    balances found;
    found.source = balance_of(wanted.source);
    found.target = balance_of(wanted.target);
    return found;
}

std::optional<std::int64_t> ledger::write(const std::string& worker, paddock::fencing_token token,
                                          const transfer& wanted, const balances& before) {
    write_transaction all(database_);
    if (!present(token)) {
        statement(database_, "INSERT INTO refusals VALUES (?1, ?2, ?3)", worker, token.to_string(), now_ms())
            .next();
        all.commit();
        return std::nullopt;
    }
    const auto set_balance = [&](std::int64_t account, std::int64_t balance) {
        statement(database_, "UPDATE accounts SET balance = ?2 WHERE id = ?1", account, balance).next();
    };
    set_balance(wanted.source, before.source - wanted.amount);
    set_balance(wanted.target, before.target + wanted.amount);
    statement(database_,
              "INSERT INTO transfers (worker, token, source, target, amount, at_ms) VALUES (?1, ?2, ?3, ?4, "
              "?5, ?6)",
              worker, token.to_string(), wanted.source, wanted.target, wanted.amount, now_ms())
        .next();
    const std::int64_t id = database_.last_id();
    all.commit();
    return id;
}

std::optional<paddock::fencing_token> ledger::first_after(paddock::fencing_token token) {
    statement query(database_, "SELECT token FROM transfers WHERE token > ?1 ORDER BY id LIMIT 1",
                    token.to_string());
    if (!query.next()) return std::nullopt;
    return paddock::fencing_token::parse(query.text(0));
}

bool ledger::has(const std::string& worker, std::int64_t number) {
    return statement(database_, "SELECT 1 FROM transfers WHERE id = ?1 AND worker = ?2", number, worker)
        .next();
}

std::map<std::int64_t, std::int64_t> ledger::replayed() {
    std::map<std::int64_t, std::int64_t> expected;
    statement accounts(database_, "SELECT id, opening FROM accounts");
    while (accounts.next()) expected[accounts.integer(0)] = accounts.integer(1);
    statement moves(database_, "SELECT source, target, amount FROM transfers");
    while (moves.next()) {
        expected[moves.integer(0)] -= moves.integer(2);
        expected[moves.integer(1)] += moves.integer(2);
    }
    return expected;
}

audit_report ledger::audit() {
    const write_transaction nobody_writes(database_);
    audit_report report;
    report.accounts = accounts();
    report.transfers = number("SELECT count(*) FROM transfers");
    report.refusals = number("SELECT count(*) FROM refusals");
    report.opening_total = number("SELECT sum(opening) FROM accounts");
    report.total = number("SELECT sum(balance) FROM accounts");
    const auto expected = replayed();
    statement found(database_, "SELECT id, balance FROM accounts");
    while (found.next())
        if (expected.at(found.integer(0)) != found.integer(1)) ++report.wrong_balances;
    report.disordered_tokens = number(
        "SELECT count(*) FROM (SELECT token, lag(token) OVER (ORDER BY id) AS before FROM transfers) "
        "WHERE token < before");
    return report;
}

}  // namespace bank
