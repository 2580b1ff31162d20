#include "recipes/double_barrier/generation_record.hpp"

#include <array>
#include <utility>

#include <boost/json.hpp>

#include "core/json_fields.hpp"

namespace paddock::detail {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 3> state_names = {"idle", "ready", "broken"};

std::int64_t number_of(const json::object& fields, std::string_view key) {
    const json::value* const field = fields.if_contains(key);
    return field != nullptr && field->is_int64() ? field->get_int64() : -1;
}

bool read_state(const json::object& fields, generation_record::state& into) {
    const json::value* const field = fields.if_contains("state");
    if (field == nullptr || !field->is_string()) return false;
    for (std::size_t i = 0; i < state_names.size(); ++i) {
        if (std::string_view(field->get_string()) != state_names[i]) continue;
        into = static_cast<generation_record::state>(i);
        return true;
    }
    return false;
}

bool read_lists(const json::object& fields, generation_record& into) {
    const json::value* const members = fields.if_contains("members");
    const json::value* const broken = fields.if_contains("broken");
    if (members == nullptr || !members->is_array() || broken == nullptr || !broken->is_array()) return false;
    for (const json::value& name : members->get_array()) {
        if (!name.is_string()) return false;
        into.members.emplace_back(name.get_string());
    }
    for (const json::value& generation : broken->get_array()) {
        if (!generation.is_int64()) return false;
        into.broken.push_back(generation.get_int64());
    }
    return true;
}

}  // namespace

std::string write_generation(const generation_record& record) {
    json::array members;
    for (const std::string& name : record.members) members.emplace_back(name);
    json::array broken;
    for (const std::int64_t generation : record.broken) broken.emplace_back(generation);
    const json::object fields = {
        {"paddock", 1},
        {"generation", record.generation},
        {"state", state_names[static_cast<std::size_t>(record.now)]},
        {"size", static_cast<std::int64_t>(record.size)},
        {"members", std::move(members)},
        {"broken", std::move(broken)},
    };
    return json::serialize(fields);
}

std::optional<generation_record> read_generation(std::string_view data) {
    generation_record record;
    if (data.empty()) return record;
    const auto parsed = json_fields(data);
    if (!parsed) return std::nullopt;
    const json::object& fields = *parsed;
    record.generation = number_of(fields, "generation");
    const std::int64_t size = number_of(fields, "size");
    record.size = size < 0 ? 0 : static_cast<std::size_t>(size);
    const bool whole = fields.contains("paddock") && record.generation >= 0 && size >= 0;
    if (!whole || !read_state(fields, record.now) || !read_lists(fields, record)) return std::nullopt;
    return record;
}

}  // namespace paddock::detail
