#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace paddock::detail {

/// What a semaphore's directory stores. Its znode version is the version of the limit.
struct semaphore_record {
    std::uint32_t declared = 0;  ///< by the program that came first
    std::uint32_t limit = 0;     ///< in force: as declared, until somebody changes it
    std::uint32_t peak = limit;  ///< the highest that ever was in force
    friend bool operator==(const semaphore_record&, const semaphore_record&) = default;
};

inline constexpr std::uint32_t permits_max = 1'000'000;

/// Compact JSON: {"declared":10,"limit":10}, and "peak" once the limit was lowered.
std::string write_semaphore_record(const semaphore_record& record);

/// Nothing for other data, also where a number is not from 1 to `permits_max`. Never throws.
std::optional<semaphore_record> read_semaphore_record(std::string_view data);

}  // namespace paddock::detail
