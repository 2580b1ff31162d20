#include "recipes/leader/layout/leader_record.hpp"

#include <utility>

#include <boost/json.hpp>

#include "core/json_fields.hpp"

namespace paddock::detail {

namespace json = boost::json;

std::string write_leader_record(const leader_record& record) {
    json::object fields;
    fields["term"] = record.term.to_string();
    if (record.value) fields["value"] = *record.value;
    if (!record.heir.empty()) fields["heir"] = record.heir;
    return json::serialize(fields);
}

namespace {

std::optional<std::string> text_of(const json::object& fields, std::string_view key) {
    const json::value* field = fields.if_contains(key);
    if (!field || !field->is_string()) return std::nullopt;
    return std::string(field->get_string());
}

std::optional<fencing_token> token_of(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    try {
        return fencing_token::parse(*text);
    } catch (const argument_error&) {
        return std::nullopt;
    }
}

}  // namespace

std::optional<leader_record> read_leader_record(std::string_view data) {
    const auto parsed = json_fields(data);
    if (!parsed) return std::nullopt;
    const json::object& fields = *parsed;
    const auto term = token_of(text_of(fields, "term"));
    if (!term) return std::nullopt;
    leader_record record;
    record.term = *term;
    record.value = text_of(fields, "value");
    record.heir = text_of(fields, "heir").value_or(std::string());
    return record;
}

std::optional<std::string> value_in_term(std::string_view data, fencing_token term) {
    auto record = read_leader_record(data);
    if (!record || record->term != term) return std::nullopt;
    return std::move(record->value);
}

}  // namespace paddock::detail
