#pragma once

#include <memory>
#include <string>

#include <paddock/semaphore.hpp>

#include "core/queue_claim_core.hpp"
#include "recipes/semaphore/limit/limit_operation.hpp"

namespace paddock::detail {

/// Throws `argument_error` unless it is from 1 to `most`.
void check_permits(const char* what, std::uint32_t number, std::uint32_t most);

/// What all copies of one semaphore share.
class semaphore_core {
public:
    /// Checks the arguments; no I/O. Throws `argument_error`.
    semaphore_core(std::shared_ptr<client_core> on, std::string directory, semaphore_options options);

    /// Throws `argument_error`.
    [[nodiscard]] std::shared_ptr<queue_claim_core> claim_of(std::uint32_t permits) const;
    [[nodiscard]] const std::shared_ptr<queue_claim_core>& one_permit() const noexcept { return one_permit_; }

    const std::shared_ptr<client_core> client;

private:
    const std::string directory_;
    const semaphore_options options_;
    std::shared_ptr<queue_claim_core> one_permit_;
};

}  // namespace paddock::detail
