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

}  // namespace paddock::tool
