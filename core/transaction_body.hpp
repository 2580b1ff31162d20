#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/lease_core.hpp"
#include "core/znode_api.hpp"

namespace paddock::detail {

/// The operations of a transaction, with paths as the user gave them.
struct transaction_body {
    std::shared_ptr<lease_core> guard;
    std::vector<multi_op> ops;
    std::size_t bytes = 0;  ///< of the whole request, as an upper estimate
};

}  // namespace paddock::detail
