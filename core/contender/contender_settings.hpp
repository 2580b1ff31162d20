#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <paddock/types.hpp>

#include "core/contender/queue_plan.hpp"
#include "core/directory_level.hpp"

namespace paddock::detail {

/// How a grant is made certain, and what its token is.
enum class grant_rule {
    by_turn,  ///< the first in creation order holds; token: czxid of its node
    by_write,  ///< a write on the own node once it is its turn; token: zxid of that write. For recipes whose grants may
               ///< come in another order than their nodes (hazard C10), or of which several hold at once
    by_record,  ///< the directory's record names those who hold; token: zxid of its last change
};

/// What one recipe object asks for with every acquire.
struct contender_settings {
    std::string directory;  ///< path at the server
    std::string shown;      ///< the same without the name space
    std::string kind;       ///< what names its nodes, for instance "lock-"
    plan_function plan;
    grant_rule grant = grant_rule::by_turn;
    bool reads_record = false;                     ///< the plan needs the directory's data
    bool watches_directory = false;                ///< the plan may ask for it, or for its record
    bool leaves_notes = false;                     ///< the directory's data is free for departure notes
    std::vector<acl> acls;                         ///< of the contender's node
    std::vector<directory_level> levels;           ///< the directory's, outermost first
    std::function<std::string()> data;             ///< of the contender's node, made when it joins
    std::function<void(std::size_t)> on_position;  ///< may be empty
    bool tells_core = false;                       ///< `on_position` is called on core's executor
};

}  // namespace paddock::detail
