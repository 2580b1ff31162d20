#include "tools/paddock/list_report.hpp"

#include <algorithm>
#include <optional>

#include <boost/json.hpp>

#include "tools/paddock/columns.hpp"
#include "tools/paddock/printable.hpp"
#include "tools/paddock/who_report.hpp"

namespace paddock::tool {

namespace {

std::size_t holders_of(const directory_report& directory) {
    return static_cast<std::size_t>(std::ranges::count(directory.contenders, true, &contender_info::holds));
}

std::size_t waiters_of(const directory_report& directory) {
    return directory.contenders.size() - holders_of(directory);
}

std::string first_holder(const directory_report& directory) {
    const auto first = std::ranges::find(directory.contenders, true, &contender_info::holds);
    if (first == directory.contenders.end()) return "-";
    if (!first->record) return cell(first->data);
    return cell(first->record->host + " " + std::to_string(first->record->pid) + " " +
                first->record->application);
}

template <class Number>
boost::json::value or_null(const std::optional<Number>& number) {
    return number ? boost::json::value(*number) : boost::json::value(nullptr);
}

boost::json::object directory_json(const directory_report& directory, std::int64_t now_ms) {
    boost::json::object entry;
    entry["path"] = valid_utf8(directory.path);
    entry["kind"] = name_of(directory.kind);
    entry["holders"] = holders_of(directory);
    entry["waiters"] = waiters_of(directory);
    entry["limit"] = or_null(directory.limit);
    entry["count"] = or_null(directory.count);
    entry["generation"] = or_null(directory.generation);
    entry["state"] = nullptr;
    if (!directory.state.empty()) entry["state"] = directory.state;
    boost::json::array contenders;
    for (const contender_info& c : directory.contenders) contenders.push_back(contender_json(c, now_ms));
    entry["contenders"] = std::move(contenders);
    return entry;
}

}  // namespace

std::string list_table(const std::string& root, const std::vector<directory_report>& directories) {
    if (directories.empty()) return "no recipe's directory at or below " + printable(root) + "\n";
    std::vector<std::vector<std::string>> rows{
        {"PATH", "KIND", "HOLDERS", "WAITERS", "STATE", "FIRST HOLDER"}};
    for (const directory_report& directory : directories)
        rows.push_back({printable(directory.path), std::string(name_of(directory.kind)),
                        std::to_string(holders_of(directory)), std::to_string(waiters_of(directory)),
                        cell(state_text(directory)), first_holder(directory)});
    return aligned(rows);
}

std::string list_json(const std::vector<directory_report>& directories, std::int64_t now_ms) {
    std::string text;
    for (const directory_report& directory : directories) {
        text += text.empty() ? "[\n  " : ",\n  ";
        text += printable_json(boost::json::serialize(directory_json(directory, now_ms)));
    }
    return text.empty() ? "[]\n" : text + "\n]\n";
}

}  // namespace paddock::tool
