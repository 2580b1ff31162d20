#pragma once

#include <memory>
#include <vector>

#include <paddock/client.hpp>

#include "integration/bench/runner/arguments.hpp"

namespace paddock::bench {

/// Connected. Throws std::runtime_error when no server answers.
[[nodiscard]] std::vector<std::unique_ptr<client>> connect(const arguments& given, std::size_t count);

}  // namespace paddock::bench
