#include "tools/paddock/columns.hpp"

#include <algorithm>

#include "tools/paddock/printable.hpp"

namespace paddock::tool {

namespace {
constexpr std::size_t widest_cell = 48;
}  // namespace

std::string cell(const std::string& text) {
    const std::string shown = shortened(printable(text), widest_cell);
    return shown.empty() ? "-" : shown;
}

std::string aligned(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths(rows.empty() ? 0 : rows.front().size());
    for (const auto& cells : rows)
        for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], text_width(cells[i]));
    std::string text;
    for (const auto& cells : rows) {
        for (std::size_t i = 0; i + 1 < cells.size(); ++i)
            text += cells[i] + std::string(widths[i] - text_width(cells[i]) + 2, ' ');
        text += cells.back() + "\n";
    }
    return text;
}

}  // namespace paddock::tool
