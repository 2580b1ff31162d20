#include "recipes/leader/layout/leader_plan.hpp"

#include <algorithm>

#include <boost/asio/error.hpp>

#include "core/contender/fifo_plan.hpp"

namespace paddock::detail {

queue_plan plan_latch(const queue_view& seen) { return plan_fifo(latch_kind, seen); }

std::vector<queue_entry> latch_queue(const std::vector<std::string>& children, std::string_view) {
    return fifo_queue(latch_kind, "latch", children);
}

std::string heir_of(std::string_view own, const std::vector<std::string>& children) {
    const std::vector<queue_entry> queue = latch_queue(children);
    const auto at = std::ranges::find(queue, own, &queue_entry::name);
    return at == queue.end() || at + 1 == queue.end() ? std::string() : (at + 1)->name;
}

campaign_end judge_campaign(const error_code& ec) {
    if (ec == boost::asio::error::operation_aborted) return campaign_end::withdrawn;
    const bool over =
        ec == errc::client_closed || ec == errc::wrong_process || ec == server_errc::auth_failed;
    return over ? campaign_end::final : campaign_end::failed;
}

}  // namespace paddock::detail
