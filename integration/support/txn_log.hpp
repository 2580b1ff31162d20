#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace paddock::testing {

/// One effect of a committed write, as a server wrote it to its transaction log.
struct logged_change {
    enum class kind { created, written, removed, session_closed };
    kind what = kind::created;
    std::string path;
    std::int64_t session = 0;  ///< that sent it
};

/// By zxid; several servers' logs add up, because each may have been down for some of it.
using txn_history = std::map<std::int64_t, std::vector<logged_change>>;

/// Adds what the logs below a server's data directory say (format: FileTxnLog and the records of zookeeper.jute, 3.8). Of
/// a log that is still written, or was cut off by a kill, what is whole.
void read_txn_logs(const std::filesystem::path& data_dir, txn_history& into);

}  // namespace paddock::testing
