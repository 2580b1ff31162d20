#include "integration/interop/our_process.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "integration/support/eventually.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

child_options holder_of(const std::filesystem::path& dir, const std::string& servers,
                        const std::string& path) {
    const std::string never = dir / "never";  // nobody writes there
    if (::mkfifo(never.c_str(), 0600) != 0) throw std::system_error(errno, std::generic_category(), never);
    child_options chosen;
    chosen.argv = {LOCK_WORKER, "hold", servers, path, "/none", never};
    chosen.output = dir / "output";
    return chosen;
}

}  // namespace

our_process::our_process(const std::filesystem::path& dir, const std::string& servers,
                         const std::string& path)
    : process_(holder_of(dir, servers, path)) {
    const auto holds = [&] {
        std::string word;
        std::ifstream(dir / "output") >> word;
        return word == "held";
    };
    if (!eventually(holds, 30s)) throw std::runtime_error("a process of ours did not get " + path);
}

}  // namespace paddock::testing
