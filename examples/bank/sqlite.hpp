#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <sqlite3.h>

namespace bank {

/// The few things of SQLite that the ledger needs. Every failure throws `std::runtime_error`.
class database {
public:
    /// Opens an existing file, or with `create` makes a new one.
    explicit database(const std::string& file, bool create = false);

    void run(const std::string& sql);
    /// Rows that the last INSERT, UPDATE or DELETE has changed.
    [[nodiscard]] std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }
    [[nodiscard]] std::int64_t last_id() const { return sqlite3_last_insert_rowid(handle_.get()); }
    [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

private:
    struct closer {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    std::unique_ptr<sqlite3, closer> handle_;
};

class statement {
public:
    template <class... Values>
    statement(database& on, const std::string& sql, const Values&... values) : statement(on.handle(), sql) {
        int index = 0;
        (bind(++index, values), ...);
    }

    /// Steps to the next row; false when there is none.
    bool next();
    [[nodiscard]] std::int64_t integer(int column) const {
        return sqlite3_column_int64(handle_.get(), column);
    }
    [[nodiscard]] std::string text(int column) const {
        return reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
    }

private:
    statement(sqlite3* on, const std::string& sql);
    void bind(int index, std::int64_t value);
    void bind(int index, const std::string& value);

    struct finalizer {
        void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
    };
    std::unique_ptr<sqlite3_stmt, finalizer> handle_;
};

/// A write transaction; rolled back unless committed.
class write_transaction {
public:
    explicit write_transaction(database& on) : database_(on) { database_.run("BEGIN IMMEDIATE"); }
    write_transaction(const write_transaction&) = delete;
    write_transaction& operator=(const write_transaction&) = delete;
    ~write_transaction();
    void commit();

private:
    database& database_;
    bool open_ = true;
};

}  // namespace bank
