#include <paddock/error.hpp>

#include <map>

namespace paddock {
namespace {

class paddock_error_category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "paddock"; }
    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
            case errc::timed_out: return "the deadline passed while others were ahead";
            case errc::servers_unreachable: return "the deadline passed and no server had answered";
            case errc::session_expired: return "the session has ended";
            case errc::lease_lost: return "the lease is lost";
            case errc::outcome_unknown: return "the connection broke after sending; the outcome is unknown";
            case errc::client_closed: return "the client is closed";
            case errc::limit_exceeded: return "a budget of the session would be overrun";
            case errc::payload_too_large: return "the request is larger than a server accepts";
            case errc::invalid_path: return "invalid path";
            case errc::invalid_servers: return "invalid server list";
            case errc::invalid_duration: return "invalid duration";
            case errc::invalid_argument: return "invalid argument";
            case errc::not_owner: return "not held by this owner";
            case errc::would_deadlock: return "the caller itself holds what it would wait for";
            case errc::sequence_exhausted: return "the directory's sequence counter is near its end";
            case errc::wrong_process: return "inherited over fork(); only the parent process may use it";
            case errc::empty_lease: return "the lease holds nothing";
            case errc::invalid_token: return "not a fencing token";
            case errc::conflict: return "two programs disagree about a setting that is stored at the servers";
            case errc::broken_barrier: return "a member of the barrier's generation is gone";
        }
        return "unknown paddock error " + std::to_string(value);
    }
};

// The numbers and meanings of the server protocol; unknown ones keep their number.
class zookeeper_error_category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "zookeeper"; }
    std::string message(int value) const override {
        static const std::map<int, const char*> texts = {
            {-1, "system error"},
            {-2, "runtime inconsistency"},
            {-3, "data inconsistency"},
            {-4, "connection loss"},
            {-5, "marshalling error"},
            {-6, "operation is unimplemented"},
            {-7, "operation timeout"},
            {-8, "bad arguments"},
            {-9, "invalid handle state"},
            {-101, "no node"},
            {-102, "not authorised"},
            {-103, "version conflict"},
            {-108, "ephemeral nodes may not have children"},
            {-110, "node exists"},
            {-111, "node has children"},
            {-112, "session expired"},
            {-114, "invalid access control list"},
            {-115, "authentication failed"},
            {-116, "closing"},
            {-118, "session moved to another server"},
            {-119, "server is read-only"},
            {-122, "request timed out at the server"},
            {-124, "server demands SASL authentication"},
            {-125, "quota exceeded"},
            {-127, "throttled by the server"},
        };
        const auto found = texts.find(value);
        return found != texts.end() ? found->second : "server error " + std::to_string(value);
    }
};

}  // namespace

const boost::system::error_category& paddock_category() noexcept {
    static const paddock_error_category category;
    return category;
}

const boost::system::error_category& zookeeper_category() noexcept {
    static const zookeeper_error_category category;
    return category;
}

argument_error::argument_error(errc code, const std::string& text)
    : boost::system::system_error(make_error_code(code), text) {}

argument_error::~argument_error() = default;

}  // namespace paddock
