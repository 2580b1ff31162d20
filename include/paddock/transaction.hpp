#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <paddock/lease.hpp>
#include <paddock/types.hpp>

namespace paddock {

namespace detail {
struct transaction_body;
}

/// Writes that take effect all together or not at all, and only while the lease's node exists.
///
/// Every commit carries a check of that node, so a holder that has been replaced cannot change anything:
/// critical sections whose effects are znodes are linearizable, whatever clocks and pauses do. Source:
/// reliability argument of compare-and-commit as in etcd's concurrency package (`IsOwner` in a Txn).
///
/// The adding members check their arguments and throw `argument_error` before anything is sent. Not
/// thread-safe; a value, may be committed more than once. Commit with `client::commit`.
class PADDOCK_EXPORT transaction {
public:
    /// Guards the writes with `held`. Throws `errc::empty_lease`.
    explicit transaction(const lease& held);
    transaction(const transaction&);
    transaction(transaction&&) noexcept;
    transaction& operator=(const transaction&);
    transaction& operator=(transaction&&) noexcept;
    ~transaction();

    /// Creates a persistent or sequential node. Containers cannot be created in a transaction; ephemeral nodes would
    /// escape the session's budget (ZOOKEEPER-4306). With `sequential` the server appends ten digits to `path`. The node
    /// gets the client's ACL for contenders.
    transaction& create(std::string path, std::string data = {}, create_mode mode = create_mode::persistent);
    /// Replaces the data of a node; `version` -1 for any.
    transaction& set(std::string path, std::string data, std::int32_t version = -1);
    /// Deletes a node without children; `version` -1 for any.
    transaction& remove(std::string path, std::int32_t version = -1);
    /// Demands that a node exists; `version` -1 for any.
    transaction& check(std::string path, std::int32_t version = -1);

    /// Number of operations added, without the guard.
    [[nodiscard]] std::size_t size() const noexcept;

    /// For the library's own use.
    [[nodiscard]] const detail::transaction_body& body() const noexcept { return *body_; }

private:
    std::unique_ptr<detail::transaction_body> body_;
};

/// The answer to one operation of a committed transaction.
struct transaction_result {
    std::string path;  ///< created node with its sequence number, else empty
    stat node;         ///< for `set`
};

}  // namespace paddock
