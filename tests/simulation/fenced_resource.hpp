#pragma once

#include <cstdint>
#include <optional>

#include <paddock/fence.hpp>

#include "tests/simulation/violation.hpp"

namespace paddock::testing {

/// Something that holders read, and write later from what they have read. It is the fence alone that keeps it right:
/// a write may come long after its lease was lost.
class fenced_resource {
public:
    /// The holder's first act (seal rule). Nothing when the token is too old.
    std::optional<std::uint64_t> read(fencing_token by) {
        if (!fence_.accept(by)) return std::nullopt;
        return version_;
    }
    void write(fencing_token by, std::uint64_t based_on) {
        if (!fence_.accept(by)) return;
        require(based_on == version_, "I3", "a fenced write was lost");
        ++version_;
    }

private:
    fence fence_;
    std::uint64_t version_ = 0;
};

}  // namespace paddock::testing
