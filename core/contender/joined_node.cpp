#include "core/contender/joined_node.hpp"

#include <utility>

namespace paddock::detail {

joined_node::~joined_node() {
    if (!home) return;
    // The watch goes after the node: then it has fired, and costs no removal.
    using kept = std::pair<budget_share, watch_ticket>;
    auto keep = std::make_shared<kept>(std::move(share), std::move(own_watch));
    home->obligations().add(std::move(path), std::move(keep),
                            [presence = std::move(presence)](release_result) {});
}

}  // namespace paddock::detail
