#include "sqlite.hpp"

#include <stdexcept>

namespace bank {

namespace {

constexpr int busy_timeout_ms = 20'000;

[[noreturn]] void fail(sqlite3* handle, const std::string& what) {
    throw std::runtime_error(what + ": " + (handle != nullptr ? sqlite3_errmsg(handle) : "out of memory"));
}

}  // namespace

database::database(const std::string& file, bool create) {
    sqlite3* handle = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
    const int result = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);
    if (result != SQLITE_OK) fail(handle, "cannot open " + file);
    sqlite3_busy_timeout(handle, busy_timeout_ms);
    run("PRAGMA journal_mode = WAL");
    run("PRAGMA synchronous = NORMAL");
}

void database::run(const std::string& sql) {
    if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        fail(handle_.get(), sql);
}

statement::statement(sqlite3* on, const std::string& sql) {
    sqlite3_stmt* handle = nullptr;
    if (sqlite3_prepare_v2(on, sql.c_str(), -1, &handle, nullptr) != SQLITE_OK) fail(on, sql);
    handle_.reset(handle);
}

void statement::bind(int index, std::int64_t value) { sqlite3_bind_int64(handle_.get(), index, value); }

void statement::bind(int index, const std::string& value) {
    sqlite3_bind_text(handle_.get(), index, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
}

bool statement::next() {
    const int result = sqlite3_step(handle_.get());
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        fail(sqlite3_db_handle(handle_.get()), sqlite3_sql(handle_.get()));
    return result == SQLITE_ROW;
}

write_transaction::~write_transaction() {
    if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void write_transaction::commit() {
    database_.run("COMMIT");
    open_ = false;
}

}  // namespace bank
