#include "core/holder_record.hpp"

#include <errno.h>
#include <unistd.h>

#include <array>

#include <boost/json.hpp>

#include "core/json_fields.hpp"

namespace paddock::detail {

namespace json = boost::json;

std::string write_record(const holder_record& record) {
    const json::object fields = {
        {"paddock", 1},
        {"host", record.host},
        {"pid", record.pid},
        {"app", record.application},
        {"since_ms", record.since_ms},
        {"purpose", record.purpose},
    };
    return json::serialize(fields);
}

namespace {

std::string text_of(const json::object& fields, std::string_view key) {
    const json::value* field = fields.if_contains(key);
    return field && field->is_string() ? std::string(field->get_string()) : std::string();
}

std::int64_t number_of(const json::object& fields, std::string_view key) {
    const json::value* field = fields.if_contains(key);
    return field && field->is_int64() ? field->get_int64() : 0;
}

}  // namespace

std::optional<holder_record> read_record(std::string_view data) {
    const auto parsed = json_fields(data);
    if (!parsed) return std::nullopt;
    const json::object& fields = *parsed;
    if (!fields.contains("paddock")) return std::nullopt;
    holder_record record;
    record.host = text_of(fields, "host");
    record.pid = number_of(fields, "pid");
    record.application = text_of(fields, "app");
    record.purpose = text_of(fields, "purpose");
    record.since_ms = number_of(fields, "since_ms");
    return record;
}

std::function<std::string()> record_writer(std::string application, std::string purpose) {
    holder_record record;
    record.host = host_name();
    record.application = std::move(application);
    record.purpose = std::move(purpose);
    return [record]() mutable {
        record.pid = ::getpid();
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        record.since_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
        return write_record(record);
    };
}

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
    return name.data();
}

std::string program_name() { return program_invocation_short_name; }

}  // namespace paddock::detail
