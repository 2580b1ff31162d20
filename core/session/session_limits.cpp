#include "core/session/session_limits.hpp"

namespace paddock::detail {

session_limits::session_limits(std::size_t watch_bytes, std::size_t path_bytes)
    : watch_bytes_max_(watch_bytes), path_bytes_max_(path_bytes) {}

budget_share session_limits::take(std::size_t path_length, error_code& ec, std::size_t also_watched) {
    const std::size_t watched = 2 * (path_length + 4) + (also_watched > 0 ? also_watched + 4 : 0);
    if (used_->watch_bytes + watched > watch_bytes_max_ ||
        used_->path_bytes + path_length > path_bytes_max_) {
        ec = errc::limit_exceeded;
        return {};
    }
    ec = {};
    used_->watch_bytes += watched;
    used_->path_bytes += path_length;
    const auto give_back = [used = used_, watched, path_length](void*) {
        used->watch_bytes -= watched;
        used->path_bytes -= path_length;
    };
    return {used_.get(), give_back};
}

}  // namespace paddock::detail
