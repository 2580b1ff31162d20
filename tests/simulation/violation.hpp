#pragma once

#include <stdexcept>
#include <string>

namespace paddock::testing {

/// Something that must never be. `invariant` is its number in reliability.md 4.3, for instance "I1".
class violation : public std::runtime_error {
public:
    violation(const std::string& invariant, const std::string& what)
        : std::runtime_error(invariant + ": " + what) {}
};

/// For conditions whose description costs nothing.
inline void require(bool holds, const char* invariant, const char* what) {
    if (!holds) throw violation(invariant, what);
}

}  // namespace paddock::testing
