#include "recipes/double_barrier/generation/generation_record.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/json_fields.hpp"

namespace paddock::detail {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> state_names = {"idle", "ready", "broken"};

}  // namespace

std::string_view name_of(generation_record::state state) {
    return state_names[static_cast<std::size_t>(state)];
}

std::string write_generation(const generation_record& record) {
    const json::object fields = {
        {"paddock", 1},
        {"generation", record.generation},
        {"state", name_of(record.now)},
        {"size", static_cast<std::int64_t>(record.size)},
        {"members", json::value_from(record.members)},
        {"broken", json::value_from(record.broken)},
    };
    return json::serialize(fields);
}

std::optional<generation_record> read_generation(std::string_view data) {
    generation_record record;
    if (data.empty()) return record;
    const auto fields = json_fields(data);
    if (!fields || !fields->contains("paddock")) return std::nullopt;
    const json::value* const state = fields->if_contains("state");
    if (state == nullptr || !state->is_string()) return std::nullopt;
    const auto named = std::ranges::find(state_names, std::string_view(state->get_string()));
    const auto generation = number_in(*fields, "generation");
    const auto size = number_in(*fields, "size");
    auto members = list_in<std::string>(*fields, "members");
    auto broken = list_in<std::int64_t>(*fields, "broken");
    if (named == state_names.end() || !generation || !size || !members || !broken) return std::nullopt;
    record.generation = *generation;
    record.now = static_cast<generation_record::state>(named - state_names.begin());
    record.size = static_cast<std::size_t>(*size);
    record.members = *std::move(members);
    record.broken = *std::move(broken);
    return record;
}

}  // namespace paddock::detail
