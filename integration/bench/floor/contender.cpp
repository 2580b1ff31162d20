#include "integration/bench/floor/contender.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace paddock::bench {
namespace {

constexpr std::size_t permits = 4;
constexpr std::size_t digits = 10;
constexpr std::string_view writer_mark = "-__WRIT__-";

// As ours and Curator's put there: it is read by nobody here, but sent.
constexpr std::string_view record = "127.0.0.1";

std::string_view number(std::string_view name) { return name.substr(name.size() - digits); }
bool earlier(std::string_view left, std::string_view right) { return number(left) < number(right); }

const char* mark(kind what) {
    if (what == kind::reader) return "-__READ__-";
    return what == kind::writer ? writer_mark.data() : "-lock-";
}

// As long as a UUID.
std::string unique_name(kind what) {
    static std::uint64_t last = 0;
    char text[64];
    std::snprintf(text, sizeof text, "_c_00000000-0000-0000-%016llx-%s",
                  static_cast<unsigned long long>(++last), mark(what));
    return text;
}

contender* from(const void* context) { return static_cast<contender*>(const_cast<void*>(context)); }

}  // namespace

decision decide(kind what, std::vector<std::string_view> ahead) {
    if (what == kind::reader) {
        std::erase_if(ahead,
                      [](std::string_view name) { return name.find(writer_mark) == std::string_view::npos; });
    }
    if (what == kind::semaphore) {
        if (ahead.size() < permits) return {};
        const auto giver = ahead.end() - permits;
        std::nth_element(ahead.begin(), giver, ahead.end(), &earlier);
        return {.wait_for = *giver};
    }
    if (ahead.empty()) return {};
    return {.wait_for = *std::ranges::max_element(ahead, &earlier),
            .deletion_is_grant = what != kind::writer};
}

void remove_node(zhandle_t* session, const std::string& path) {
    const auto removed = [](int code, const void*) { demand(code == ZCLOSING ? ZOK : code, "delete"); };
    demand(zoo_adelete(session, path.c_str(), -1, removed, nullptr), "delete");
}

contender::contender(zhandle_t* session, std::string directory, kind what)
    : session_(session), directory_(std::move(directory)), what_(what), name_(unique_name(what)) {}

void contender::join(std::function<void()> granted) {
    granted_ = std::move(granted);
    settled_ = false;
    demand(zoo_acreate2(session_, (directory_ + '/' + name_).c_str(), record.data(),
                        static_cast<int>(record.size()), &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL_SEQUENTIAL,
                        &contender::created, this),
           "create2");
    list();
}

void contender::leave() { remove_node(session_, own_); }

void contender::list() {
    demand(zoo_awget_children(session_, directory_.c_str(), nullptr, nullptr, &contender::listed, this),
           "getChildren");
}

void contender::wait_for(std::string_view name) {
    ahead_ = directory_ + '/' + std::string(name);
    demand(zoo_awget(session_, ahead_.c_str(), &contender::fired, this, &contender::watched, this),
           "getData");
}

void contender::grant() {
    settled_ = true;
    granted_();
}

void contender::created(int code, const char* path, const Stat*, const void* context) {
    demand(code, "create2");
    from(context)->own_ = path;
}

void contender::listed(int code, const String_vector* names, const void* context) {
    demand(code, "getChildren");
    contender* const self = from(context);
    std::vector<std::string_view> ahead;
    for (int i = 0; i < names->count; ++i) {
        const std::string_view name = names->data[i];
        if (earlier(name, self->own_)) ahead.push_back(name);
    }
    const decision next = decide(self->what_, std::move(ahead));
    self->deletion_is_grant_ = next.deletion_is_grant;
    if (next.wait_for) return self->wait_for(*next.wait_for);
    self->grant();
}

void contender::watched(int code, const char*, int, const Stat*, const void* context) {
    contender* const self = from(context);
    if (code == ZNONODE) return self->deletion_is_grant_ ? self->grant() : self->list();
    demand(code, "getData");
    self->settled_ = true;
}

void contender::fired(zhandle_t*, int type, int, const char*, void* context) {
    if (type != ZOO_DELETED_EVENT) return;
    contender* const self = from(context);
    if (self->deletion_is_grant_) return self->grant();
    self->list();
}

}  // namespace paddock::bench
