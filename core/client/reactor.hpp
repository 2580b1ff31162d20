#pragma once

#include <memory>

#include "core/environment.hpp"

namespace paddock::detail {

/// The environment of real servers: one thread for all sessions of the process (rule 1: the C client's
/// statics bear no second one). The thread starts with the first reference and ends with the last.
///
/// A forked child has no reactor: what it inherited is inert, and `shared` makes it one of its own.
class reactor final : public environment {
public:
    /// The process's reactor. Waits while a former one is ending.
    static std::shared_ptr<reactor> shared();

    reactor(const reactor&) = delete;
    reactor& operator=(const reactor&) = delete;
    /// Runs what is still under way, then ends the thread; not on the reactor thread. In a forked child it
    /// leaves everything as it is.
    ~reactor() override;

    boost::asio::any_io_executor executor() override;
    [[nodiscard]] boot_time now() const noexcept override;
    [[nodiscard]] scheduled_call call_at(boot_time when, std::function<void()> action) override;
    std::array<std::uint8_t, 16> random_128() override;
    double random_unit() override;
    std::unique_ptr<znode_api> open(const session_parameters& parameters,
                                    session_listener& listener) override;

    [[nodiscard]] bool on_thread() const noexcept;

private:
    struct machine;

    reactor();

    machine* machine_ = nullptr;  // not owned by a smart pointer: a forked child must leave it alone
};

}  // namespace paddock::detail
