#include "recipes/count_down_latch/latch_record.hpp"

#include <boost/json.hpp>

#include "core/json_fields.hpp"

namespace paddock::detail {

namespace json = boost::json;

std::string write_latch(const latch_record& record) {
    json::array changes;
    for (const std::string& id : record.changes) changes.emplace_back(id);
    const json::object fields = {
        {"paddock", 1},          {"initial", record.initial},     {"count", record.count},
        {"round", record.round}, {"changes", std::move(changes)},
    };
    return json::serialize(fields);
}

namespace {

bool read_number(const json::object& fields, std::string_view key, std::int64_t& into) {
    const json::value* const field = fields.if_contains(key);
    if (field == nullptr || !field->is_int64() || field->get_int64() < 0) return false;
    into = field->get_int64();
    return true;
}

}  // namespace

std::optional<latch_record> read_latch(std::string_view data) {
    const auto parsed = json_fields(data);
    if (!parsed) return std::nullopt;
    const json::object& fields = *parsed;
    latch_record record;
    const json::value* const changes = fields.if_contains("changes");
    if (!fields.contains("paddock") || !read_number(fields, "initial", record.initial) ||
        !read_number(fields, "count", record.count) || !read_number(fields, "round", record.round) ||
        changes == nullptr || !changes->is_array())
        return std::nullopt;
    for (const json::value& id : changes->get_array()) {
        if (!id.is_string()) return std::nullopt;
        record.changes.emplace_back(id.get_string());
    }
    return record;
}

}  // namespace paddock::detail
