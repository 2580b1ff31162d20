#include "tools/paddock/who_report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <boost/json.hpp>

#include "tools/paddock/duration.hpp"
#include "tools/paddock/printable.hpp"

namespace paddock::tool {

namespace {

constexpr std::size_t columns = 9;
constexpr std::size_t widest_cell = 48;
using row = std::array<std::string, columns>;

std::string or_dash(std::string text) { return text.empty() ? "-" : text; }

std::string cell(const std::string& text) { return or_dash(shortened(printable(text), widest_cell)); }

const char* role_at(std::size_t position) { return position == 0 ? "holder" : "waiter"; }

row table_row(const contender_info& c, std::size_t position, std::int64_t now_ms) {
    row cells;
    cells[0] = role_at(position);
    cells[1] = c.record ? cell(c.record->host) : "-";
    cells[2] = c.record ? std::to_string(c.record->pid) : "-";
    cells[3] = c.record ? cell(c.record->application) : "-";
    cells[4] = c.record ? cell(c.record->purpose) : c.data.empty() ? "-" : "data: " + cell(c.data);
    cells[5] = format_age(std::chrono::milliseconds(now_ms - c.created_ms));
    cells[6] = c.token.to_string();
    cells[7] = c.session_id == 0 ? "-" : session_text(c.session_id);
    cells[8] = printable(c.node);
    return cells;
}

std::string aligned(const std::vector<row>& rows) {
    std::array<std::size_t, columns> widths{};
    for (const row& cells : rows)
        for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], text_width(cells[i]));
    std::string text;
    for (const row& cells : rows) {
        for (std::size_t i = 0; i + 1 < columns; ++i)
            text += cells[i] + std::string(widths[i] - text_width(cells[i]) + 2, ' ');
        text += cells[columns - 1] + "\n";
    }
    return text;
}

boost::json::object json_object(const contender_info& c, std::size_t position, std::int64_t now_ms) {
    boost::json::object entry;
    entry["role"] = role_at(position);
    entry["host"] = nullptr;
    entry["pid"] = nullptr;
    entry["application"] = nullptr;
    entry["purpose"] = nullptr;
    entry["since_ms"] = nullptr;
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

}  // namespace

std::string who_table(const std::string& path, const std::vector<contender_info>& queue,
                      std::int64_t now_ms) {
    if (queue.empty()) return "nobody holds " + printable(path) + "\n";
    std::vector<row> rows{
        {"ROLE", "HOST", "PID", "APPLICATION", "PURPOSE", "AGE", "TOKEN", "SESSION", "NODE"}};
    for (std::size_t i = 0; i < queue.size(); ++i) rows.push_back(table_row(queue[i], i, now_ms));
    return aligned(rows);
}

std::string who_json(const std::vector<contender_info>& queue, std::int64_t now_ms) {
    if (queue.empty()) return "[]\n";
    std::string text = "[";
    for (std::size_t i = 0; i < queue.size(); ++i) {
        text += i == 0 ? "\n  " : ",\n  ";
        text += printable_json(boost::json::serialize(json_object(queue[i], i, now_ms)));
    }
    return text + "\n]\n";
}

std::string session_text(std::int64_t session_id) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(session_id));
    return text.data();
}

}  // namespace paddock::tool
