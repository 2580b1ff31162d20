#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/awaitable.hpp>

#include <paddock/leader_selector.hpp>

#include "tests/simulation/election_workload.hpp"
#include "tests/simulation/violation.hpp"

namespace paddock::testing {

/// Selectors whose functions return, fail, are interrupted, and do not always stop as soon as they are asked to.
class selector_workload final : public election_workload {
public:
    explicit selector_workload(stage& on);
    /// A destructor of a selector waits for its function, but after a violation no time passes any more.
    ~selector_workload() override;

    void act() override;
    void cancel() override;
    void inspect() override;
    std::string unsettled() override;
    bool wind_down() override;
    void conclude() override;

private:
    struct candidate : contestant {
        std::unique_ptr<leader_selector> selector;
        bool once = false;                    ///< it does not compete again by itself
        bool unsure = false;                  ///< it was interrupted, and may have been leading
        std::optional<leader_term> works_in;  ///< the term that its function runs for
        std::optional<boost::asio::any_completion_handler<void(error_code)>>
            waiting;  ///< the function, for its end
        bool fails = false;
        bool cancelled = false;
        bool disturbed = false;  ///< its client was not connected all through the term
        detail::boot_time interrupted_at{};
        detail::boot_time
            unasked{};  ///< its function ought to be asked to stop, or to be cancelled, since then
    };
    using candidate_ptr = std::shared_ptr<candidate>;

    void see(const txn& agreed) override;
    void add(core_client& by);
    void instruct(const candidate_ptr& who);
    void start(candidate& who);
    void interrupt(candidate& who);
    void close(const candidate_ptr& who);
    void closed(candidate& who, error_code ec);
    boost::asio::awaitable<void> work(candidate& who, leader_term term);
    boost::asio::awaitable<error_code> stay(candidate& who);
    void begin(candidate& who, const leader_term& term);
    void end(candidate& who);
    void asked_to_stop(candidate& who);
    static void leave(candidate& who, error_code ec = {});
    void let_the_cancelled_go();
    void expect_asked(candidate& who);
    void note_removal(const candidate_ptr& who);
    [[nodiscard]] std::string unsettled_at(const std::string& path);
    bool end_a_term();

    std::list<candidate_ptr> candidates_;
    std::optional<violation> found_;  ///< inside a function, whose exceptions are its selector's
    detail::boot_time settled_since_{};
    bool resting_ = false;
    std::size_t terms_ended_ = 0;  ///< at rest
};

}  // namespace paddock::testing
