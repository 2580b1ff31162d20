#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <paddock/claim.hpp>

#include "tools/paddock/command_line.hpp"

namespace paddock::tool {

/// Called with what is waited for and how many are ahead.
using position_handler = std::function<void(const std::string& path, std::size_t ahead)>;

/// The claim of everything that was named: several are one `multi_lock`. Throws `paddock::argument_error`.
claim claim_for(client& on, const std::vector<claim_settings>& wanted, const std::string& purpose,
                const position_handler& told);

/// What is to be said after `errc::conflict`: which of the semaphores is used with which limit. Asks the servers, for 2 s
/// at most; what cannot be found out is left out.
std::string conflict_text(client& on, const std::vector<claim_settings>& wanted);

}  // namespace paddock::tool
