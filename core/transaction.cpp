#include <paddock/transaction.hpp>

#include <utility>

#include "core/limits.hpp"
#include "core/path.hpp"
#include "core/text.hpp"
#include "core/transaction_body.hpp"

namespace paddock {

using detail::multi_op;

namespace {

constexpr std::size_t op_overhead =
    64;  // headers, lengths and versions of one operation; ACLs come on top at commit

void add(detail::transaction_body& body, multi_op op) {
    const std::size_t size = op.path.size() + op.data.size() + op_overhead;
    if (body.bytes + size > detail::request_bytes_max) {
        throw argument_error(errc::payload_too_large,
                             "transaction: " + std::to_string(body.bytes + size) + " bytes with '" +
                                 detail::printable(op.path) + "' are more than the " +
                                 std::to_string(detail::request_bytes_max) + " that one request may have");
    }
    body.bytes += size;
    body.ops.push_back(std::move(op));
}

void check_version(std::int32_t version) {
    if (version >= -1) return;
    throw argument_error(errc::invalid_argument,
                         "transaction: version " + std::to_string(version) + " must be -1 (any) or more");
}

multi_op op_on(multi_op::kind what, std::string path, std::int32_t version) {
    detail::validate_path(path, "transaction");
    check_version(version);
    multi_op op;
    op.what = what;
    op.path = std::move(path);
    op.version = version;
    return op;
}

}  // namespace

transaction::transaction(const lease& held) : body_(std::make_unique<detail::transaction_body>()) {
    if (!held) throw boost::system::system_error(errc::empty_lease, "transaction");
    body_->guard = held.core();
    for (const lease_part& part : held.parts()) body_->bytes += part.node.size() + op_overhead;
}

transaction::transaction(const transaction& other)
    : body_(std::make_unique<detail::transaction_body>(*other.body_)) {}
transaction::transaction(transaction&&) noexcept = default;
transaction& transaction::operator=(const transaction& other) {
    if (this != &other) body_ = std::make_unique<detail::transaction_body>(*other.body_);
    return *this;
}
transaction& transaction::operator=(transaction&&) noexcept = default;
transaction::~transaction() = default;

transaction& transaction::create(std::string path, std::string data, create_mode mode) {
    const bool sequential = mode == create_mode::sequential;
    sequential ? detail::validate_sequential_path(path, "transaction")
               : detail::validate_path(path, "transaction");
    if (mode != create_mode::persistent && !sequential) {
        throw argument_error(errc::invalid_argument, "transaction: '" + detail::printable(path) +
                                                         "' must be persistent or sequential");
    }
    multi_op op;
    op.what = multi_op::kind::create;
    op.path = std::move(path);
    op.data = std::move(data);
    op.mode = mode;
    add(*body_, std::move(op));
    return *this;
}

transaction& transaction::set(std::string path, std::string data, std::int32_t version) {
    multi_op op = op_on(multi_op::kind::set, std::move(path), version);
    op.data = std::move(data);
    add(*body_, std::move(op));
    return *this;
}

transaction& transaction::remove(std::string path, std::int32_t version) {
    add(*body_, op_on(multi_op::kind::remove, std::move(path), version));
    return *this;
}

transaction& transaction::check(std::string path, std::int32_t version) {
    add(*body_, op_on(multi_op::kind::check, std::move(path), version));
    return *this;
}

std::size_t transaction::size() const noexcept { return body_->ops.size(); }

}  // namespace paddock
