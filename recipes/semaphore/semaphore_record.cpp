#include "recipes/semaphore/semaphore_record.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "core/json_fields.hpp"

namespace paddock::detail {
namespace {

std::optional<std::uint32_t> number_in(const boost::json::object& record, const char* name) {
    const boost::json::value* const found = record.if_contains(name);
    if (found == nullptr || !found->is_int64()) return std::nullopt;
    const std::int64_t number = found->get_int64();
    if (number < 1 || number > permits_max) return std::nullopt;
    return static_cast<std::uint32_t>(number);
}

}  // namespace

std::string write_semaphore_record(const semaphore_record& record) {
    boost::json::object written;
    written["declared"] = record.declared;
    written["limit"] = record.limit;
    if (record.peak > record.limit) written["peak"] = record.peak;
    return boost::json::serialize(written);
}

std::optional<semaphore_record> read_semaphore_record(std::string_view data) {
    const auto fields = json_fields(data);
    if (!fields) return std::nullopt;
    const auto declared = number_in(*fields, "declared");
    const auto limit = number_in(*fields, "limit");
    if (!declared || !limit) return std::nullopt;
    return semaphore_record{*declared, *limit, std::max(*limit, number_in(*fields, "peak").value_or(0))};
}

}  // namespace paddock::detail
