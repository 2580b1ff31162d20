#include "integration/support/temp_dir.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace paddock::testing {
namespace {

std::filesystem::path fastest_parent() {
    const char* ram_disk = "/dev/shm";
    if (::access(ram_disk, W_OK | X_OK) == 0) return ram_disk;
    return std::filesystem::temp_directory_path();
}

}  // namespace

std::filesystem::path make_unique_directory(const std::filesystem::path& parent, const std::string& purpose) {
    std::string pattern = (parent / ("paddock-" + purpose + "-" + std::string(6, 'X'))).string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), "mkdtemp " + pattern);
    }
    return pattern;
}

temp_dir::temp_dir(const std::string& purpose) : path_(make_unique_directory(fastest_parent(), purpose)) {}

temp_dir::~temp_dir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace paddock::testing
