#include "tools/paddock/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace paddock::tool {

terminal::terminal() : fd_(open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (fd_ >= 0) tcgetattr(fd_, &modes_);
}

terminal::~terminal() {
    if (fd_ >= 0) close(fd_);
}

bool terminal::is_ours() const noexcept { return fd_ >= 0 && tcgetpgrp(fd_) == getpgrp(); }

bool terminal::should_be_given() const noexcept {
    return is_ours() && isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
}

void terminal::give_to(pid_t group) const noexcept {
    if (fd_ >= 0) tcsetpgrp(fd_, group);
}

void terminal::take_back(pid_t group, bool repair) const noexcept {
    if (fd_ < 0 || tcgetpgrp(fd_) != group) return;
    tcsetpgrp(fd_, getpgrp());
    if (repair) tcsetattr(fd_, TCSADRAIN, &modes_);
}

}  // namespace paddock::tool
