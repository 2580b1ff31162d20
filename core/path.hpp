#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace paddock::detail {

/// Checks the rules of ZooKeeper paths: absolute, no empty, "." or ".." component, no trailing slash, no
/// control or surrogate characters, valid UTF-8. Throws `argument_error` (`errc::invalid_path`) naming `what`,
/// the path and the rule. The C client checks less, and corrupts the heap where its multi meets a bad path (rule 18).
void validate_path(std::string_view path, std::string_view what);

/// For paths to which the server appends digits: as above, but may end in a slash.
void validate_sequential_path(std::string_view path, std::string_view what);

/// "/a/b" + "c" = "/a/b/c"; "/" + "c" = "/c".
std::string join_path(std::string_view directory, std::string_view name);
/// "/a/b" -> "b".
std::string_view name_of(std::string_view path);

/// "/a/b/c" -> "/a", "/a/b", "/a/b/c"; "/" -> nothing.
std::vector<std::string> ancestry_of(std::string_view path);

/// The prefix that a client puts in front of its paths; empty for none.
class name_space {
public:
    name_space() = default;
    /// `prefix` is empty, "/" or an absolute path, else throws `argument_error`.
    explicit name_space(std::string_view prefix);
    [[nodiscard]] std::string outside(std::string_view path) const;
    /// Takes the prefix off again; `path` comes from `outside`, or from a server's answer to it.
    [[nodiscard]] std::string inside(std::string_view path) const;
    [[nodiscard]] const std::string& prefix() const noexcept { return prefix_; }

private:
    std::string prefix_;
};

}  // namespace paddock::detail
