#include "core/client/zk_log.hpp"

#include <chrono>
#include <map>
#include <string>

#include <glog/logging.h>
#include <zookeeper/zookeeper.h>

namespace paddock::detail {
namespace {

using clock = std::chrono::steady_clock;
constexpr auto quiet_time = std::chrono::seconds(1);
bool muted = false;  // like all here, of the reactor thread only

// Storms of reconnects write two lines an attempt. Only the reactor thread comes here (rule 1).
class rate_limit {
public:
    /// How many lines of this origin were dropped before this one; -1 to drop this one too.
    int admit(std::string_view origin) {
        const auto now = clock::now();
        const auto [place, fresh] = recent_.try_emplace(std::string(origin), entry{now, 0});
        if (fresh) return 0;
        entry& seen = place->second;
        if (now - seen.since < quiet_time) {
            ++seen.dropped;
            return -1;
        }
        const int dropped = seen.dropped;
        seen = {now, 0};
        return dropped;
    }

private:
    struct entry {
        clock::time_point since;
        int dropped = 0;
    };
    std::map<std::string, entry, std::less<>> recent_;  // as many as the library has places that log errors
};

void write_error(const zk_log_line& line) {
    static rate_limit limit;
    const int dropped = limit.admit(line.origin);
    if (dropped < 0) return;
    if (dropped == 0) {
        LOG(WARNING) << "ZooKeeper: " << line.text;
    } else {
        LOG(WARNING) << "ZooKeeper: " << line.text << " (and " << dropped << " like it)";
    }
}

}  // namespace

zk_log_muted::zk_log_muted() { muted = true; }
zk_log_muted::~zk_log_muted() { muted = false; }

zk_log_line parse_zk_log(std::string_view line) {
    zk_log_line result;
    result.text = line;
    const std::size_t level = line.find(":ZOO_");
    const std::size_t origin = level == std::string_view::npos ? level : line.find('@', level);
    const std::size_t text = origin == std::string_view::npos ? origin : line.find(": ", origin);
    if (text != std::string_view::npos) {
        result.level = line[level + 5];
        result.origin = line.substr(origin + 1, text - origin - 1);
        result.text = line.substr(text + 2);
    }
    while (!result.text.empty() && result.text.back() == '\n') result.text.remove_suffix(1);
    return result;
}

void start_zk_log() { zoo_set_debug_level(VLOG_IS_ON(2) ? ZOO_LOG_LEVEL_INFO : ZOO_LOG_LEVEL_WARN); }

void write_zk_log(const char* line) {
    const zk_log_line parsed = parse_zk_log(line);
    if (parsed.level == 'E' && !muted) {
        write_error(parsed);
    } else if (parsed.level == 'E' || parsed.level == 'W') {
        VLOG(1) << "ZooKeeper: " << parsed.text;
    } else {
        VLOG(2) << "ZooKeeper: " << parsed.text;
    }
}

}  // namespace paddock::detail
