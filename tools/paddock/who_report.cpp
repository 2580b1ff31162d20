#include "tools/paddock/who_report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <boost/json.hpp>

#include "tools/paddock/columns.hpp"
#include "tools/paddock/duration.hpp"
#include "tools/paddock/printable.hpp"

namespace paddock::tool {

namespace {

const char* role_of(const contender_info& c) { return c.holds ? "holder" : "waiter"; }

/// Columns that say the same of every contender of most recipes are shown for the others only.
struct extra_columns {
    bool kind = false;
    bool permits = false;
};

extra_columns extra_columns_of(const directory_report& directory) {
    const bool several =
        directory.kind == recipe_kind::read_write_lock || directory.kind == recipe_kind::curator_semaphore;
    return {several, directory.kind == recipe_kind::semaphore};
}

std::vector<std::string> heading(const extra_columns& extra) {
    std::vector<std::string> cells{"ROLE"};
    if (extra.kind) cells.emplace_back("KIND");
    if (extra.permits) cells.emplace_back("PERMITS");
    cells.insert(cells.end(), {"HOST", "PID", "APPLICATION", "PURPOSE", "AGE", "TOKEN", "SESSION", "NODE"});
    return cells;
}

std::vector<std::string> table_row(const contender_info& c, const extra_columns& extra, std::int64_t now_ms) {
    std::vector<std::string> cells{role_of(c)};
    if (extra.kind) cells.push_back(cell(c.kind));
    if (extra.permits) cells.push_back(std::to_string(c.permits));
    cells.push_back(c.record ? cell(c.record->host) : "-");
    cells.push_back(c.record ? std::to_string(c.record->pid) : "-");
    cells.push_back(c.record ? cell(c.record->application) : "-");
    cells.push_back(c.record ? cell(c.record->purpose) : c.data.empty() ? "-" : "data: " + cell(c.data));
    cells.push_back(format_age(std::chrono::milliseconds(now_ms - c.created_ms)));
    cells.push_back(c.token.to_string());
    cells.push_back(c.session_id == 0 ? "-" : session_text(c.session_id));
    cells.push_back(printable(c.node));
    return cells;
}

std::uint64_t permits_held(const directory_report& directory) {
    std::uint64_t held = 0;
    for (const contender_info& c : directory.contenders)
        if (c.holds) held += c.permits;
    return held;
}

}  // namespace

boost::json::object contender_json(const contender_info& c, std::int64_t now_ms) {
    boost::json::object entry;
    entry["role"] = role_of(c);
    entry["kind"] = valid_utf8(c.kind);
    entry["permits"] = c.permits;
    for (const char* key : {"host", "pid", "application", "purpose", "since_ms"}) entry[key] = nullptr;
    if (c.record) {
        entry["host"] = valid_utf8(c.record->host);
        entry["pid"] = c.record->pid;
        entry["application"] = valid_utf8(c.record->application);
        entry["purpose"] = valid_utf8(c.record->purpose);
        entry["since_ms"] = c.record->since_ms;
    }
    entry["created_ms"] = c.created_ms;
    entry["age_ms"] = std::max<std::int64_t>(now_ms - c.created_ms, 0);
    entry["token"] = c.token.to_string();
    entry["session"] = nullptr;
    if (c.session_id != 0) entry["session"] = session_text(c.session_id);
    entry["node"] = valid_utf8(c.node);
    entry["sequence"] = c.sequence;
    entry["data"] = nullptr;
    if (!c.record) entry["data"] = valid_utf8(c.data);
    return entry;
}

std::string state_text(const directory_report& directory) {
    const std::string limit = std::to_string(directory.limit.value_or(0));
    switch (directory.kind) {
        case recipe_kind::semaphore:
            return directory.limit
                       ? std::to_string(permits_held(directory)) + " of " + limit + " permits held"
                       : std::string();
        case recipe_kind::count_down_latch:
            return std::to_string(directory.count.value_or(0)) + " of " + limit + " left";
        case recipe_kind::double_barrier:
            return directory.generation ? "generation " + std::to_string(*directory.generation) + " of " +
                                              limit + " " + directory.state
                                        : std::string();
        default: return directory.state;
    }
}

std::string who_table(const directory_report& directory, std::int64_t now_ms) {
    const std::string state = state_text(directory);
    std::string text;
    if (!state.empty()) {
        std::string name(name_of(directory.kind));
        std::ranges::replace(name, '_', ' ');
        text = name + " " + printable(directory.path) + ": " + state + "\n";
    }
    if (directory.contenders.empty())
        return text.empty() ? "nobody holds " + printable(directory.path) + "\n" : text;
    const extra_columns extra = extra_columns_of(directory);
    std::vector<std::vector<std::string>> rows{heading(extra)};
    for (const contender_info& c : directory.contenders) rows.push_back(table_row(c, extra, now_ms));
    return text + aligned(rows);
}

std::string who_json(const directory_report& directory, std::int64_t now_ms) {
    std::string text;
    for (const contender_info& c : directory.contenders) {
        text += text.empty() ? "[\n  " : ",\n  ";
        text += printable_json(boost::json::serialize(contender_json(c, now_ms)));
    }
    return text.empty() ? "[]\n" : text + "\n]\n";
}

std::string session_text(std::int64_t session_id) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(session_id));
    return text.data();
}

}  // namespace paddock::tool
