#include "tools/paddock/claims.hpp"

#include <chrono>

#include <paddock/multi_lock.hpp>
#include <paddock/mutex.hpp>
#include <paddock/read_write_lock.hpp>
#include <paddock/semaphore.hpp>

namespace paddock::tool {

namespace {

claim claim_of(client& on, const claim_settings& wanted, const std::string& purpose,
               const position_handler& told) {
    const auto position = [told, path = wanted.path](std::size_t ahead) { told(path, ahead); };
    switch (wanted.what) {
        case claim_settings::kind::lock: break;
        case claim_settings::kind::read_lock:
            return read_write_lock(on, wanted.path, {.purpose = purpose, .on_position = position}).read();
        case claim_settings::kind::write_lock:
            return read_write_lock(on, wanted.path, {.purpose = purpose, .on_position = position}).write();
        case claim_settings::kind::permits:
            return semaphore(on, wanted.path,
                             {.limit = wanted.limit, .purpose = purpose, .on_position = position})
                .permits(wanted.permits);
    }
    return mutex(on, wanted.path, {.purpose = purpose, .on_position = position});
}

// Empty when its limit is no conflict, or nobody said so until `deadline`.
std::string conflict_of(client& on, const claim_settings& wanted,
                        std::chrono::steady_clock::time_point deadline) {
    using std::chrono::milliseconds;
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left <= milliseconds(0)) return {};
    const std::string asked = "--limit says " + std::to_string(wanted.limit);
    error_code ec;
    const semaphore_state seen = semaphore(on, wanted.path, {.limit = wanted.limit}).state(left, ec);
    if (ec == errc::conflict) return wanted.path + " is not the directory of a semaphore, " + asked;
    if (ec) return {};
    if (seen.declared == wanted.limit || seen.limit == wanted.limit || seen.limit == 0) return {};
    std::string text = wanted.path + " has a limit of " + std::to_string(seen.declared);
    if (seen.limit != seen.declared) text += " (" + std::to_string(seen.limit) + " in force)";
    return text + ", " + asked + "; every user has to say the same";
}

}  // namespace

claim claim_for(client& on, const std::vector<claim_settings>& wanted, const std::string& purpose,
                const position_handler& told) {
    std::vector<claim> claims;
    for (const claim_settings& one : wanted) claims.push_back(claim_of(on, one, purpose, told));
    if (claims.size() == 1) return claims.front();
    return multi_lock(claims);
}

std::string conflict_text(client& on, const std::vector<claim_settings>& wanted) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    std::string all;
    for (const claim_settings& one : wanted) {
        const std::string text =
            one.what == claim_settings::kind::permits ? conflict_of(on, one, deadline) : std::string();
        if (!text.empty()) all += (all.empty() ? "" : "; ") + text;
    }
    return all.empty() ? make_error_code(errc::conflict).message() : all;
}

}  // namespace paddock::tool
