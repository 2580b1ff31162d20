#include "core/path.hpp"

#include <paddock/error.hpp>

#include "core/text.hpp"

namespace paddock::detail {
namespace {

constexpr std::size_t longest_path = 4096;  // far above use; keeps budgets and logs sane

[[noreturn]] void refuse(std::string_view what, std::string_view path, std::string_view rule) {
    throw argument_error(errc::invalid_path,
                         std::string(what) + ": path '" + printable(path) + "' " + std::string(rule));
}

// Characters that servers refuse: controls, DEL to U+009F, surrogates (so all that Java writes with two of them),
// private use up to U+F8FF, U+FFF0 and up.
bool refused_character(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0xd800 && c <= 0xf8ff) || c >= 0xfff0;
}

void check_component(std::string_view component, std::string_view what, std::string_view path) {
    if (component.empty()) refuse(what, path, "must not have an empty component ('//')");
    if (component == "." || component == "..")
        refuse(what, path, "must not have the relative component '.' or '..'");
}

void check_characters(std::string_view path, std::string_view what) {
    if (path.find('\0') != std::string_view::npos) refuse(what, path, "must not contain a NUL character");
    for (std::string_view rest = path; !rest.empty();) {
        const auto character = next_utf8(rest);
        if (!character) refuse(what, path, "must be valid UTF-8");
        if (refused_character(*character)) refuse(what, path, "contains a character that servers refuse");
    }
}

}  // namespace

void validate_path(std::string_view path, std::string_view what) {
    if (path.empty()) refuse(what, path, "must not be empty");
    if (path.front() != '/') refuse(what, path, "must be absolute (start with '/')");
    if (path.size() > longest_path) refuse(what, path, "must not be longer than 4096 bytes");
    check_characters(path, what);
    if (path == "/") return;
    if (path.back() == '/') refuse(what, path, "must not end with '/'");
    for (std::string_view rest = path.substr(1);;) {
        const auto slash = rest.find('/');
        check_component(rest.substr(0, slash), what, path);
        if (slash == std::string_view::npos) return;
        rest.remove_prefix(slash + 1);
    }
}

void validate_sequential_path(std::string_view path, std::string_view what) {
    validate_path(!path.empty() && path.back() == '/' ? std::string(path) + "0" : std::string(path), what);
}

std::string join_path(std::string_view directory, std::string_view name) {
    std::string joined;
    joined.reserve(directory.size() + 1 + name.size());
    if (directory != "/") joined += directory;
    joined += '/';
    joined += name;
    return joined;
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::vector<std::string> ancestry_of(std::string_view path) {
    std::vector<std::string> levels;
    if (path == "/") return levels;
    for (auto slash = path.find('/', 1); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
        levels.emplace_back(path.substr(0, slash));
    }
    levels.emplace_back(path);
    return levels;
}

name_space::name_space(std::string_view prefix) {
    if (prefix.empty() || prefix == "/") return;
    validate_path(prefix, "name_space");
    prefix_ = prefix;
}

std::string name_space::outside(std::string_view path) const {
    if (prefix_.empty()) return std::string(path);
    return path == "/" ? prefix_ : prefix_ + std::string(path);
}

std::string name_space::inside(std::string_view path) const {
    const std::string_view rest = path.substr(prefix_.size());
    return rest.empty() ? "/" : std::string(rest);
}

}  // namespace paddock::detail
