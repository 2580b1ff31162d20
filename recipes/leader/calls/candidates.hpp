#pragma once

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include <paddock/leader_latch.hpp>

#include "core/call.hpp"
#include "core/contender/listing.hpp"
#include "recipes/leader/layout/leader_plan.hpp"
#include "recipes/leader/term/latch_state.hpp"

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

/// Makes a listing of the first `most` of the queue.
inline auto lister(const std::shared_ptr<const latch_state>& latch, std::size_t most) {
    return [latch, most](queue_listing::sink_type sink) {
        return std::make_shared<queue_listing>(latch->client, latch->settings, latch_queue, most,
                                               std::move(sink));
    };
}

/// Blocks; the first `most` of the queue.
inline std::vector<leader_candidate> list_candidates(const std::shared_ptr<const latch_state>& latch,
                                                     std::size_t most, std::chrono::milliseconds timeout,
                                                     error_code& ec) {
    auto found = call<std::vector<contender_info>>(latch->client, lister(latch, most), timeout, {}, ec);
    return candidates(std::move(found));
}

}  // namespace paddock::detail
