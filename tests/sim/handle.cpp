#include "tests/sim/handle.hpp"

#include <stdexcept>
#include <utility>

namespace paddock::testing {

namespace {

// The C client corrupts the heap on some bad paths: callers must never let one through.
void expect_valid(const std::string& path, bool sequential = false) {
    const bool absolute = !path.empty() && path.front() == '/';
    const bool open = path.size() > 1 && path.back() == '/' && !sequential;  // digits may follow a slash
    if (!absolute || open || path.find("//") != std::string::npos)
        throw std::logic_error("a bad path reached the seam: " + path);
}

request make_request(request_kind kind, const std::string& path) {
    request made;
    made.kind = kind;
    made.path = path;
    return made;
}

template <class Reply>
Reply make_reply(const response& answer, detail::fate what) {
    Reply out;
    out.ec = answer.ec;
    out.what = what;
    return out;
}

}  // namespace

void sim_handle::create(const std::string& path, const std::string& data, create_mode mode,
                        const std::vector<acl>& acls, detail::reply_to<detail::create_reply> done) {
    expect_valid(path, is_sequential(mode));
    request what = make_request(request_kind::create, path);
    what.data = data;
    what.mode = mode;
    what.acls = acls;
    inside_->send(std::move(what), [done = std::move(done)](response& answer, detail::fate fate) {
        auto out = make_reply<detail::create_reply>(answer, fate);
        out.path = std::move(answer.path);
        out.node = answer.node;
        done(std::move(out));
    });
}

void sim_handle::get(const std::string& path, bool watch, detail::reply_to<detail::get_reply> done) {
    expect_valid(path);
    request what = make_request(request_kind::get, path);
    what.watch = watch;
    inside_->send(std::move(what), [done = std::move(done)](response& answer, detail::fate fate) {
        auto out = make_reply<detail::get_reply>(answer, fate);
        out.data = std::move(answer.data);
        out.node = answer.node;
        done(std::move(out));
    });
}

void sim_handle::exists(const std::string& path, detail::reply_to<detail::stat_reply> done) {
    expect_valid(path);
    inside_->send(make_request(request_kind::exists, path),
                  [done = std::move(done)](response& answer, detail::fate fate) {
                      auto out = make_reply<detail::stat_reply>(answer, fate);
                      out.node = answer.node;
                      done(std::move(out));
                  });
}

void sim_handle::children(const std::string& path, bool watch,
                          detail::reply_to<detail::children_reply> done) {
    expect_valid(path);
    request what = make_request(request_kind::children, path);
    what.watch = watch;
    inside_->send(std::move(what), [done = std::move(done)](response& answer, detail::fate fate) {
        auto out = make_reply<detail::children_reply>(answer, fate);
        out.names = std::move(answer.names);
        out.node = answer.node;
        done(std::move(out));
    });
}

void sim_handle::set(const std::string& path, const std::string& data, std::int32_t version,
                     detail::reply_to<detail::stat_reply> done) {
    expect_valid(path);
    request what = make_request(request_kind::set, path);
    what.data = data;
    what.version = version;
    inside_->send(std::move(what), [done = std::move(done)](response& answer, detail::fate fate) {
        auto out = make_reply<detail::stat_reply>(answer, fate);
        out.node = answer.node;
        done(std::move(out));
    });
}

void sim_handle::remove(const std::string& path, std::int32_t version, detail::reply_to<detail::reply> done) {
    expect_valid(path);
    request what = make_request(request_kind::remove, path);
    what.version = version;
    inside_->send(std::move(what), [done = std::move(done)](response& answer, detail::fate fate) {
        done(make_reply<detail::reply>(answer, fate));
    });
}

void sim_handle::multi(const std::vector<detail::multi_op>& ops, detail::reply_to<detail::multi_reply> done) {
    request what;
    what.kind = request_kind::multi;
    for (const auto& op : ops)
        expect_valid(op.path, op.what == detail::multi_op::kind::create && is_sequential(op.mode));
    if (!ops.empty()) what.path = ops.front().path;
    what.ops = ops;
    inside_->send(std::move(what),
                  [done = std::move(done), count = ops.size()](response& answer, detail::fate fate) {
                      auto out = make_reply<detail::multi_reply>(answer, fate);
                      out.results = std::move(answer.results);
                      if (fate != detail::fate::answered) out.results.assign(count, {answer.ec, {}, {}});
                      done(std::move(out));
                  });
}

void sim_handle::sync(const std::string& path, detail::reply_to<detail::reply> done) {
    expect_valid(path);
    inside_->send(make_request(request_kind::sync, path),
                  [done = std::move(done)](response& answer, detail::fate fate) {
                      done(make_reply<detail::reply>(answer, fate));
                  });
}

}  // namespace paddock::testing
