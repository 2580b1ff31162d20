#include "tools/paddock/claims.hpp"

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

}  // namespace

claim claim_for(client& on, const std::vector<claim_settings>& wanted, const std::string& purpose,
                const position_handler& told) {
    std::vector<claim> claims;
    for (const claim_settings& one : wanted) claims.push_back(claim_of(on, one, purpose, told));
    if (claims.size() == 1) return claims.front();
    return multi_lock(claims);
}

}  // namespace paddock::tool
