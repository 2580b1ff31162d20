#include "recipes/count_down_latch/record/latch_record.hpp"

#include <utility>

#include "core/json_fields.hpp"

namespace paddock::detail {

namespace json = boost::json;

std::string write_latch(const latch_record& record) {
    const json::object fields = {
        {"paddock", 1},
        {"initial", record.initial},
        {"count", record.count},
        {"round", record.round},
        {"changes", json::value_from(record.changes)},
    };
    return json::serialize(fields);
}

std::optional<latch_record> read_latch(std::string_view data) {
    const auto fields = json_fields(data);
    if (!fields || !fields->contains("paddock")) return std::nullopt;
    const auto initial = number_in(*fields, "initial");
    const auto count = number_in(*fields, "count");
    const auto round = number_in(*fields, "round");
    auto changes = list_in<std::string>(*fields, "changes");
    if (!initial || !count || !round || !changes) return std::nullopt;
    return latch_record{*initial, *count, *round, *std::move(changes)};
}

}  // namespace paddock::detail
