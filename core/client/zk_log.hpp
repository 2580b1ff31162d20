#pragma once

#include <string_view>

namespace paddock::detail {

/// The C client's log lines go to glog: its errors as warnings, most of them being mere loss of a connection,
/// at most one a second from each place of the library; its warnings and notes as VLOG 1 and 2.
void start_zk_log();

/// The callback for `zookeeper_init2`.
void write_zk_log(const char* line);

/// While one exists, losses of connections are not logged: we cause them ourselves.
class zk_log_muted {
public:
    zk_log_muted();
    zk_log_muted(const zk_log_muted&) = delete;
    zk_log_muted& operator=(const zk_log_muted&) = delete;
    ~zk_log_muted();
};

/// One line of the library, taken apart: "date time,ms:pid:ZOO_WARN@function@123: text".
struct zk_log_line {
    char level = 'I';         ///< E, W, I or D
    std::string_view origin;  ///< function@123
    std::string_view text;
};
zk_log_line parse_zk_log(std::string_view line);

}  // namespace paddock::detail
