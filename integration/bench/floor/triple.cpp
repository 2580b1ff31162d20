#include "integration/bench/floor/triple.hpp"

#include <utility>

namespace paddock::bench {

triple::triple(zhandle_t* session, const std::string& directory) : session_(session) {
    for (std::size_t i = 0; i < parts; ++i) directories_[i] = part(directory, i);
}

void triple::join(std::function<void()> granted) {
    granted_ = std::move(granted);
    listed_ = 0;
    std::array<std::string, parts> paths;
    for (std::size_t i = 0; i < parts; ++i) {
        paths[i] = directories_[i] + "/_c_00000000-0000-0000-0000-000000000000-lock-";
        zoo_create_op_init(&operations_[i], paths[i].c_str(), "", 0, &ZOO_OPEN_ACL_UNSAFE,
                           ZOO_EPHEMERAL_SEQUENTIAL, nodes_[i].data(), static_cast<int>(nodes_[i].size()));
    }
    demand(zoo_amulti(session_, parts, operations_.data(), results_.data(), &triple::created, this), "multi");
    for (const std::string& one : directories_) {
        demand(zoo_awget_children(session_, one.c_str(), nullptr, nullptr, &triple::listed, this),
               "getChildren");
    }
}

void triple::leave() {
    std::array<zoo_op_t, parts> deletions{};  // copied out before the call returns
    for (std::size_t i = 0; i < parts; ++i) zoo_delete_op_init(&deletions[i], nodes_[i].data(), -1);
    const auto removed = [](int code, const void*) {
        demand(code == ZCLOSING ? ZOK : code, "multi of deletes");
    };
    demand(zoo_amulti(session_, parts, deletions.data(), leave_results_.data(), removed, nullptr),
           "multi of deletes");
}

void triple::created(int code, const void*) { demand(code, "multi"); }

void triple::listed(int code, const String_vector* names, const void* context) {
    demand(code, "getChildren");
    demand(names->count == 1 ? ZOK : ZRUNTIMEINCONSISTENCY, "nobody else is in the queue");
    auto* const self = static_cast<triple*>(const_cast<void*>(context));
    if (++self->listed_ == parts) self->granted_();
}

}  // namespace paddock::bench
