#include <deque>

#include <paddock/error.hpp>

#include "core/client/zk_request.hpp"
#include "core/client/zk_requests.hpp"
#include "core/limits.hpp"
#include "core/path.hpp"

namespace paddock::detail::zk_requests {
namespace {

constexpr std::size_t sequence_digits = 11;  // with the sign of an overrun counter

bool is_sequential(const multi_op& op) {
    return op.what == multi_op::kind::create &&
           (op.mode == create_mode::sequential || op.mode == create_mode::ephemeral_sequential);
}

// The library corrupts the heap where it meets a bad path or a dead handle, and aborts on the answer to a
// container (rule 18). Core has checked all this already; here the price of a slip would be too high.
bool acceptable(const std::vector<multi_op>& ops) {
    std::size_t bytes = 0;
    for (const multi_op& op : ops) {
        const bool creates = op.what == multi_op::kind::create;
        if (creates && (op.mode == create_mode::container || op.acls.empty())) return false;
        bytes += op.path.size() + op.data.size();
        for (const acl& entry : op.acls) bytes += entry.scheme.size() + entry.id.size();
        try {
            is_sequential(op) ? validate_sequential_path(op.path, "path") : validate_path(op.path, "path");
        } catch (const argument_error&) {
            return false;
        }
    }
    return bytes <= request_bytes_max;
}

// Owns what the library reads during the call and writes to until the completion (rule 19).
class multi_request final : public request<multi_reply> {
public:
    multi_request(zk_loop& owner, const std::vector<multi_op>& ops, reply_to<multi_reply> call)
        : request(owner, std::move(call)), results(ops.size()), paths(ops.size()), stats(ops.size()) {}

    /// Also of what the library did not take: one result an operation, always.
    void set_outcome(const reply& outcome) {
        request::set_outcome(outcome);
        result.results.assign(results.size(), {outcome.ec, {}, {}});
    }

    void collect() {
        if (result.what != fate::answered) return;
        for (std::size_t i = 0; i < results.size(); ++i) {
            multi_result& one = result.results[i];
            one.ec = classify_part(results[i].err);
            if (result.ec || results[i].err != ZOK) continue;
            if (results[i].value != nullptr) one.path = results[i].value;
            if (results[i].stat != nullptr) one.node = to_stat(*results[i].stat);
        }
    }

    std::vector<zoo_op_result_t> results;
    std::vector<std::string> paths;  // room for the names of created nodes
    std::vector<Stat> stats;

private:
    static error_code classify_part(int code) {
        return code == ZOK ? error_code() : error_code(code, zookeeper_category());
    }
};

void on_multi(int code, const void* data) noexcept {
    auto taken = take_back<multi_request>(data, code);
    taken->collect();
    complete(std::move(taken), code);
}

void init(zoo_op_t& target, const multi_op& op, const acl_view& acls, std::string& path, Stat& node) {
    const int bytes = static_cast<int>(op.data.size());
    switch (op.what) {
        case multi_op::kind::create:
            path.resize(op.path.size() + sequence_digits + 1);
            return zoo_create_op_init(&target, op.path.c_str(), op.data.data(), bytes, acls.get(),
                                      to_flags(op.mode), path.data(), static_cast<int>(path.size()));
        case multi_op::kind::set:
            return zoo_set_op_init(&target, op.path.c_str(), op.data.data(), bytes, op.version, &node);
        case multi_op::kind::remove: return zoo_delete_op_init(&target, op.path.c_str(), op.version);
        case multi_op::kind::check: return zoo_check_op_init(&target, op.path.c_str(), op.version);
    }
}

int send_multi(zhandle_t* zh, const std::vector<multi_op>& ops, multi_request& owner) {
    std::vector<zoo_op_t> translated(ops.size());
    std::deque<acl_view> acls;
    for (std::size_t i = 0; i < ops.size(); ++i) {
        init(translated[i], ops[i], acls.emplace_back(ops[i].acls), owner.paths[i], owner.stats[i]);
    }
    return zoo_amulti(zh, static_cast<int>(ops.size()), translated.data(), owner.results.data(), &on_multi,
                      &owner);
}

}  // namespace

void multi(zk_loop& loop, const std::vector<multi_op>& ops, reply_to<multi_reply> done) {
    auto fresh = std::make_unique<multi_request>(loop, ops, std::move(done));
    multi_request& owned = *fresh;
    submit(loop.connected(), std::move(fresh), [&](zhandle_t* zh, const void* /*data*/) {
        return acceptable(ops) ? send_multi(zh, ops, owned) : static_cast<int>(ZBADARGUMENTS);
    });
}

}  // namespace paddock::detail::zk_requests
