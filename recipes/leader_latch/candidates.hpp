#pragma once

#include <chrono>
#include <utility>
#include <vector>

#include <paddock/leader_latch.hpp>

#include "core/blocking.hpp"
#include "recipes/leader_latch/leader_core.hpp"

namespace paddock::detail {

/// What a listing of the queue says in this recipe's words.
inline std::vector<leader_candidate> candidates(std::vector<contender_info> found) {
    std::vector<leader_candidate> all;
    for (contender_info& one : found) {
        leader_candidate& added = all.emplace_back();
        added.id = std::move(one.data);
        added.node = std::move(one.node);
        added.token = one.token;
        added.session_id = one.session_id;
        added.leads = all.size() == 1;
    }
    return all;
}

/// Blocks; the first `most` of the queue.
inline std::vector<leader_candidate> list_candidates(const leader_core& core, std::size_t most,
                                                     std::chrono::milliseconds timeout, error_code& ec) {
    blocking_result<std::vector<contender_info>> outcome;
    (void)core.list(most, timeout, outcome.sink(), ec);
    if (ec) return {};
    return candidates(outcome.wait(ec));
}

}  // namespace paddock::detail
