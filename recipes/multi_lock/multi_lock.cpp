#include <paddock/multi_lock.hpp>

#include <memory>
#include <set>
#include <utility>

#include "core/claim_core.hpp"
#include "core/contender/contender.hpp"

namespace paddock {

namespace detail {
namespace {

constexpr std::size_t claims_max = 64;

/// A place in each of several queues.
class multi_claim_core final : public claim_core {
public:
    multi_claim_core(std::shared_ptr<client_core> on, std::string shown, std::vector<settings_ptr> queues)
        : claim_core(std::move(on), std::move(shown)), queues_(std::move(queues)) {}

private:
    [[nodiscard]] std::shared_ptr<acquire_operation> make_attempt(
        bool may_queue, operation<lease>::sink_type sink) const override {
        return std::make_shared<contender>(client, queues_, may_queue, std::move(sink));
    }

    const std::vector<settings_ptr> queues_;
};

[[noreturn]] void refuse(const std::string& path, const char* rule) {
    throw argument_error(errc::invalid_argument, "multi_lock: '" + path + "' " + rule);
}

std::shared_ptr<claim_core> make_core(const std::vector<claim>& claims) {
    if (claims.empty() || claims.size() > claims_max)
        throw argument_error(errc::invalid_argument, "multi_lock: " + std::to_string(claims.size()) +
                                                         " claims; there must be 1 to " +
                                                         std::to_string(claims_max));
    std::vector<settings_ptr> queues;
    std::set<std::string> directories;
    std::string shown;
    for (const claim& one : claims) {
        if (!one.core()) refuse("", "was moved from; claims must be whole");
        const claim_core& core = *one.core();
        if (core.client != claims.front().core()->client) refuse(core.path, "must be of the same client");
        settings_ptr queue = core.queue();
        if (!queue) refuse(core.path, "is no single place in one queue; it cannot be part of a multi_lock");
        if (!directories.insert(queue->directory).second) refuse(core.path, "is claimed twice");
        shown += (shown.empty() ? "" : " + ") + core.path;
        queues.push_back(std::move(queue));
    }
    return std::make_shared<multi_claim_core>(claims.front().core()->client, std::move(shown),
                                              std::move(queues));
}

}  // namespace
}  // namespace detail

multi_lock::multi_lock(const std::vector<claim>& claims) : claim(detail::make_core(claims)) {}

}  // namespace paddock
