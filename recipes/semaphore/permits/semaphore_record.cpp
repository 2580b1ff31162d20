#include "recipes/semaphore/permits/semaphore_record.hpp"

#include <algorithm>

#include "core/json_fields.hpp"

namespace paddock::detail {

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
    const auto declared = number_in(*fields, "declared", 1, permits_max);
    const auto limit = number_in(*fields, "limit", 1, permits_max);
    if (!declared || !limit) return std::nullopt;
    const auto peak = std::max(*limit, number_in(*fields, "peak", 1, permits_max).value_or(0));
    semaphore_record record;
    record.declared = static_cast<std::uint32_t>(*declared);
    record.limit = static_cast<std::uint32_t>(*limit);
    record.peak = static_cast<std::uint32_t>(peak);
    return record;
}

}  // namespace paddock::detail
