#include "core/client/zk_convert.hpp"

namespace paddock::detail {
namespace {

error_code server_code(int code) { return {code, zookeeper_category()}; }

error_code no_answer(bool expired) { return expired ? errc::session_expired : errc::outcome_unknown; }

// c-client 7.6: what the library itself reports for a request that it had sent, or what leaves the outcome
// open.
bool leaves_open(int code) {
    switch (code) {
        case ZSYSTEMERROR:
        case ZRUNTIMEINCONSISTENCY:
        case ZDATAINCONSISTENCY:
        case ZCONNECTIONLOSS:
        case ZMARSHALLINGERROR:
        case ZOPERATIONTIMEOUT:
        case ZAUTHFAILED:
        case ZCLOSING:
        case ZSESSIONEXPIRED: return true;
        default: return false;
    }
}

}  // namespace

reply classify(int code, bool expired) {
    if (code == ZOK) return {};
    if (!leaves_open(code)) return {server_code(code), fate::answered};
    return {no_answer(expired || code == ZSESSIONEXPIRED), fate::unknown};
}

reply refuse(int code, bool expired) {
    // Trying again would be refused again, so this counts as an answer.
    if (code == ZBADARGUMENTS || code == ZUNIMPLEMENTED) return {server_code(code), fate::answered};
    return {no_answer(expired), fate::not_sent};
}

stat to_stat(const Stat& from) {
    return {.czxid = from.czxid,
            .mzxid = from.mzxid,
            .created_ms = from.ctime,
            .modified_ms = from.mtime,
            .version = from.version,
            .children_version = from.cversion,
            .ephemeral_owner = from.ephemeralOwner,
            .data_length = from.dataLength,
            .children = from.numChildren};
}

int to_flags(create_mode mode) {
    switch (mode) {
        case create_mode::persistent: return ZOO_PERSISTENT;
        case create_mode::ephemeral: return ZOO_EPHEMERAL;
        case create_mode::sequential: return ZOO_PERSISTENT_SEQUENTIAL;
        case create_mode::ephemeral_sequential: return ZOO_EPHEMERAL_SEQUENTIAL;
        case create_mode::container: return ZOO_CONTAINER;
    }
    return ZOO_PERSISTENT;
}

std::optional<watch_event> to_watch_event(int type) {
    if (type == ZOO_SESSION_EVENT) return std::nullopt;
    if (type == ZOO_CREATED_EVENT) return watch_event::created;
    if (type == ZOO_DELETED_EVENT) return watch_event::deleted;
    if (type == ZOO_CHANGED_EVENT) return watch_event::changed;
    if (type == ZOO_CHILD_EVENT) return watch_event::children_changed;
    return watch_event::other;
}

std::vector<std::string> to_strings(const String_vector& from) { return {from.data, from.data + from.count}; }

acl_view::acl_view(const std::vector<acl>& from) {
    entries_.reserve(from.size());
    // The library only reads these, in spite of its types.
    for (const acl& entry : from) {
        entries_.push_back({entry.permissions,
                            {const_cast<char*>(entry.scheme.c_str()), const_cast<char*>(entry.id.c_str())}});
    }
    vector_ = {static_cast<std::int32_t>(entries_.size()), entries_.data()};
}

}  // namespace paddock::detail
