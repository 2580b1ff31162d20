#include "core/client/zk_requests.hpp"

#include "core/client/zk_request.hpp"
#include "core/limits.hpp"

namespace paddock::detail::zk_requests {
namespace {

void on_watch_removed(int /*code*/, const void* /*data*/) noexcept {}

void remove_known_watch(zk_loop& loop, const std::string& path, watch_kind kind) {
    zhandle_t* const zh = loop.handle();
    if (zh == nullptr) return;
    const ZooWatcherType type = kind == watch_kind::data ? ZWATCHTYPE_DATA : ZWATCHTYPE_CHILD;
    const auto remove = [&](int local) {
        take_xid(zh);
        // The header's type is wrong: the function itself is called (c-client 3).
        return zoo_aremove_all_watches(zh, path.c_str(), type, local,
                                       reinterpret_cast<void_completion_t*>(&on_watch_removed), nullptr);
    };
    if (loop.connected() != nullptr && remove(0) == ZOK) loop.sent();
    // At once on our side too: were the server's answer lost, the next connection would set the watch again.
    remove(1);
}

/// A read that may leave a watch.
template <class Reply, watch_kind kind>
class read_request final : public request<Reply> {
public:
    using request<Reply>::request;
    void run() override {
        // Only now the library knows the watch, so that it can be removed.
        if (watched_ && this->loop.watches().answered(path_, kind, !this->result.ec)) {
            remove_known_watch(this->loop, path_, kind);
        }
        request<Reply>::run();
    }
    void watch(const std::string& path) {
        if (this->loop.connected() == nullptr) return;
        watched_ = true;
        path_ = path;
        this->loop.watches().sent(path, kind);
    }

private:
    std::string path_;
    bool watched_ = false;
};
using get_request = read_request<get_reply, watch_kind::data>;
using children_request = read_request<children_reply, watch_kind::children>;

// The completions: they copy what lives only during the call, and let nothing out (rule 13).

void on_created(int code, const char* path, const Stat* node, const void* data) noexcept {
    auto taken = take_back<request<create_reply>>(data, code);
    if (path != nullptr) taken->result.path = path;
    if (node != nullptr) taken->result.node = to_stat(*node);
    complete(std::move(taken), code);
}

void on_data(int code, const char* bytes, int length, const Stat* node, const void* data) noexcept {
    auto taken = take_back<get_request>(data, code);
    if (bytes != nullptr && length > 0) taken->result.data.assign(bytes, static_cast<std::size_t>(length));
    if (node != nullptr) taken->result.node = to_stat(*node);
    complete(std::move(taken), code);
}

void on_stat(int code, const Stat* node, const void* data) noexcept {
    auto taken = take_back<request<stat_reply>>(data, code);
    if (node != nullptr) taken->result.node = to_stat(*node);
    complete(std::move(taken), code);
}

void on_children(int code, const String_vector* names, const Stat* node, const void* data) noexcept {
    auto taken = take_back<children_request>(data, code);
    if (names != nullptr) taken->result.names = to_strings(*names);
    if (node != nullptr) taken->result.node = to_stat(*node);
    complete(std::move(taken), code);
}

void on_void(int code, const void* data) noexcept { complete(take_back<request<reply>>(data, code), code); }

void on_path(int code, const char* /*path*/, const void* data) noexcept { on_void(code, data); }

void on_probed(int code, const Stat* /*node*/, const void* data) noexcept { on_void(code, data); }

bool fits(std::size_t bytes) { return bytes <= request_bytes_max; }

int length(const std::string& data) { return static_cast<int>(data.size()); }

}  // namespace

void create(zk_loop& loop, const std::string& path, const std::string& data, create_mode mode,
            const std::vector<acl>& acls, reply_to<create_reply> done) {
    const acl_view entries(acls);
    submit(loop.connected(), std::make_unique<request<create_reply>>(loop, std::move(done)),
           [&](zhandle_t* zh, const void* request) {
               if (!fits(data.size())) return static_cast<int>(ZBADARGUMENTS);
               return zoo_acreate2(zh, path.c_str(), data.data(), length(data), entries.get(), to_flags(mode),
                                   &on_created, request);
           });
}

void get(zk_loop& loop, const std::string& path, bool watch, reply_to<get_reply> done) {
    auto fresh = std::make_unique<get_request>(loop, std::move(done));
    if (watch) fresh->watch(path);
    submit(loop.connected(), std::move(fresh), [&](zhandle_t* zh, const void* request) {
        return zoo_aget(zh, path.c_str(), watch ? 1 : 0, &on_data,
                        request);  // the handle's own watcher (rule 15)
    });
}

void exists(zk_loop& loop, const std::string& path, reply_to<stat_reply> done) {
    submit(loop.connected(), std::make_unique<request<stat_reply>>(loop, std::move(done)),
           [&](zhandle_t* zh, const void* request) {
               return zoo_aexists(zh, path.c_str(), 0, &on_stat, request);
           });
}

void children(zk_loop& loop, const std::string& path, bool watch, reply_to<children_reply> done) {
    auto fresh = std::make_unique<children_request>(loop, std::move(done));
    if (watch) fresh->watch(path);
    submit(loop.connected(), std::move(fresh), [&](zhandle_t* zh, const void* request) {
        return zoo_aget_children2(zh, path.c_str(), watch ? 1 : 0, &on_children, request);
    });
}

void set(zk_loop& loop, const std::string& path, const std::string& data, std::int32_t version,
         reply_to<stat_reply> done) {
    submit(loop.connected(), std::make_unique<request<stat_reply>>(loop, std::move(done)),
           [&](zhandle_t* zh, const void* request) {
               if (!fits(data.size())) return static_cast<int>(ZBADARGUMENTS);
               return zoo_aset(zh, path.c_str(), data.data(), length(data), version, &on_stat, request);
           });
}

void remove(zk_loop& loop, const std::string& path, std::int32_t version, reply_to<reply> done) {
    submit(loop.connected(), std::make_unique<request<reply>>(loop, std::move(done)),
           [&](zhandle_t* zh, const void* request) {
               return zoo_adelete(zh, path.c_str(), version, &on_void, request);
           });
}

void sync(zk_loop& loop, const std::string& path, reply_to<reply> done) {
    submit(
        loop.connected(), std::make_unique<request<reply>>(loop, std::move(done)),
        [&](zhandle_t* zh, const void* request) { return zoo_async(zh, path.c_str(), &on_path, request); });
}

void remove_watch(zk_loop& loop, const std::string& path, watch_kind kind) {
    if (loop.watches().forget(path, kind)) remove_known_watch(loop, path, kind);
}

void probe(zk_loop& loop, zhandle_t* zh, std::function<void(reply)> done) {
    submit(
        zh, std::make_unique<request<reply>>(loop, std::move(done)),
        [](zhandle_t* live, const void* request) { return zoo_aexists(live, "/", 0, &on_probed, request); });
}

}  // namespace paddock::detail::zk_requests
