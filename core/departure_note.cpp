#include "core/departure_note.hpp"

namespace paddock::detail {
namespace {
constexpr std::string_view opening = R"({"released":")";
constexpr std::string_view closing = R"("})";
}  // namespace

// Names of nodes that Paddock makes need no escape; a note with any other name is one that nobody looks for.
std::string departure_note(std::string_view node) {
    return std::string(opening).append(node).append(closing);
}

bool gives_way_to_a_note(std::string_view directory_data) {
    if (directory_data.empty()) return true;
    if (!directory_data.starts_with(opening)) return false;
    const std::string_view rest = directory_data.substr(opening.size());
    return rest.find('"') + closing.size() == rest.size() && rest.ends_with(closing);
}

}  // namespace paddock::detail
