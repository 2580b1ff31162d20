#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/contender/queue_plan.hpp"
#include "recipes/semaphore/permits/semaphore_record.hpp"

namespace paddock::detail {

/// "permit-3-": what names the nodes of those who want three.
std::string permit_kind(std::uint32_t permits);

/// The permits and the sequence number in a contender's name; nothing for other names.
struct permit_request {
    std::uint32_t permits = 0;
    std::int32_t sequence = 0;
};
std::optional<permit_request> permit_request_of(std::string_view name);

/// Who holds: every contender for whom there is room together with all before it, so the holders are always the front of
/// the queue, and a big request is never passed by small ones (hazards F4, F6). A waiter watches the nearest before it;
/// the first that waits watches the directory, because any holder's departure may make room (hazards F3, F7). After the
/// limit was lowered some may hold behind it: `doubtful` names those of whom only their nodes tell.
///
/// `declared` is the limit that this program wants; a record that knows another one is a conflict (hazard F2).
queue_plan plan_semaphore(std::uint32_t declared, const queue_view& seen);

/// Of a queue in order, those that only a higher limit than the present one can have let in.
std::vector<std::string> beyond_the_limit(const std::vector<queue_entry>& queue,
                                          const semaphore_record& record);

/// The contenders among `children`, in queue order. `holds` says that there is room for it, granted or not yet.
std::vector<queue_entry> semaphore_queue(const std::vector<std::string>& children,
                                         const semaphore_record& record);

}  // namespace paddock::detail
