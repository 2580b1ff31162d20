#include "tests/sim/requests.hpp"

#include <utility>

namespace paddock::testing {

namespace {

bool forbidden(const denial& denied, request_kind kind, const std::string& path) {
    return denied && denied(kind, path);
}

request_kind kind_of(detail::multi_op::kind what) {
    switch (what) {
        case detail::multi_op::kind::create: return request_kind::create;
        case detail::multi_op::kind::set: return request_kind::set;
        case detail::multi_op::kind::remove: return request_kind::remove;
        case detail::multi_op::kind::check: return request_kind::get;
    }
    return request_kind::get;
}

// Missing nodes come before missing rights, as in a server's preparation of a write.
error_code permission(const sim_tree& tree, request_kind kind, const std::string& path,
                      const denial& denied) {
    if (!tree.find(kind == request_kind::create ? parent_of(path) : path)) return server_errc::no_node;
    if (forbidden(denied, kind, path)) return server_errc::no_auth;
    return {};
}

error_code check_version(const sim_tree& tree, const detail::multi_op& op) {
    if (op.version != -1 && tree.find(op.path)->version != op.version) return server_errc::bad_version;
    return {};
}

detail::multi_result execute(sim_tree& tree, const detail::multi_op& op, std::int64_t session,
                             const denial& denied, txn& into) {
    detail::multi_result out;
    out.ec = permission(tree, kind_of(op.what), op.path, denied);
    if (out.ec) return out;
    switch (op.what) {
        case detail::multi_op::kind::create:
            out.ec = tree.create({op.path, op.data, op.mode, op.acls, session}, into, out.path);
            break;
        case detail::multi_op::kind::set: out.ec = tree.set(op.path, op.data, op.version, into); break;
        case detail::multi_op::kind::remove: out.ec = tree.remove(op.path, op.version, into); break;
        case detail::multi_op::kind::check: out.ec = check_version(tree, op); break;
    }
    if (!out.ec && op.what == detail::multi_op::kind::set) out.node = *tree.stat_of(op.path);
    if (out.ec) out.path.clear();
    return out;
}

// The C client's shape of a failure: success before the failed operation, runtime inconsistency behind it.
void fail_multi(response& out, std::size_t failed) {
    constexpr int runtime_inconsistency = -2;
    out.ec = out.results[failed].ec;
    for (std::size_t i = 0; i < out.results.size(); ++i) {
        if (i == failed) continue;
        out.results[i] = {};
        if (i > failed) out.results[i].ec = error_code(runtime_inconsistency, zookeeper_category());
    }
}

void execute_multi(sim_tree& tree, const request& what, std::int64_t session, const denial& denied, txn& into,
                   response& out) {
    out.results.resize(what.ops.size());
    for (std::size_t i = 0; i < what.ops.size(); ++i) {
        out.results[i] = execute(tree, what.ops[i], session, denied, into);
        if (!out.results[i].ec) continue;
        fail_multi(out, i);
        tree.undo(into);
        into.changes.clear();
        return;
    }
}

}  // namespace

bool is_write(request_kind kind) {
    return kind == request_kind::create || kind == request_kind::set || kind == request_kind::remove ||
           kind == request_kind::multi;
}

response execute_read(const sim_tree& tree, const request& what, const denial& denied) {
    response out;
    out.kind = what.kind;
    const bool reads_node = what.kind == request_kind::get || what.kind == request_kind::exists ||
                            what.kind == request_kind::children;
    if (!reads_node) return out;
    const auto node = tree.stat_of(what.path);
    if (!node)
        out.ec = server_errc::no_node;
    else if (what.kind != request_kind::exists && forbidden(denied, what.kind, what.path))
        out.ec = server_errc::no_auth;
    if (out.ec) return out;
    out.node = *node;
    if (what.kind == request_kind::get) out.data = tree.find(what.path)->data;
    if (what.kind == request_kind::children) out.names = tree.children(what.path);
    return out;
}

response execute_write(sim_tree& tree, const request& what, std::int64_t session, const denial& denied,
                       txn& into) {
    response out;
    out.kind = what.kind;
    if (what.kind == request_kind::multi) {
        execute_multi(tree, what, session, denied, into, out);
        return out;
    }
    if (what.kind == request_kind::create && what.acls.empty())
        out.ec = server_errc::invalid_acl;
    else
        out.ec = permission(tree, what.kind, what.path, denied);
    if (out.ec) return out;
    switch (what.kind) {
        case request_kind::create:
            out.ec = tree.create({what.path, what.data, what.mode, what.acls, session}, into, out.path);
            if (out.ec)
                out.path.clear();
            else
                out.node = *tree.stat_of(out.path);
            break;
        case request_kind::set:
            out.ec = tree.set(what.path, what.data, what.version, into);
            if (!out.ec) out.node = *tree.stat_of(what.path);
            break;
        default: out.ec = tree.remove(what.path, what.version, into); break;
    }
    return out;
}

}  // namespace paddock::testing
