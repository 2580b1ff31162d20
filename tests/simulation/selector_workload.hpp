#pragma once

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/awaitable.hpp>

#include <paddock/leader_selector.hpp>

#include "tests/simulation/queue_history.hpp"
#include "tests/simulation/stage.hpp"
#include "tests/simulation/violation.hpp"
#include "tests/simulation/workload.hpp"

namespace paddock::testing {

/// Selectors whose functions return, fail, are interrupted, and do not always stop as soon as they are asked to.
class selector_workload final : public workload {
public:
    explicit selector_workload(stage& on);
    /// A destructor of a selector waits for its function, but after a violation no time passes any more.
    ~selector_workload() override;

    [[nodiscard]] const std::vector<std::string>& directories() const override { return directories_; }
    void act() override;
    void cancel() override;
    void inspect() override;
    std::string unsettled() override;
    bool wind_down() override;
    void conclude() override;
    [[nodiscard]] std::uint64_t grants() const override { return grants_; }

private:
    struct candidate {
        core_client* by = nullptr;
        std::string path;
        std::unique_ptr<leader_selector> selector;
        bool once = false;    ///< it does not compete again by itself
        bool wanted = false;  ///< it is to compete
        bool unsure = false;  ///< it was interrupted, and may have been leading
        bool closing = false;
        bool closed = false;
        std::optional<leader_term> works_in;  ///< the term that its function runs for
        std::optional<boost::asio::any_completion_handler<void(error_code)>>
            waiting;  ///< the function, for its end
        bool fails = false;
        bool cancelled = false;
        bool disturbed = false;  ///< its client was not connected all through the term
        std::string node;        ///< of the last term, with its token and session
        fencing_token last;
        std::int64_t session = 0;
        detail::boot_time interrupted_at{};
        detail::boot_time gone_at{};  ///< when that node went, or its process stood still behind that
        detail::boot_time
            unasked{};  ///< its function ought to be asked to stop, or to be cancelled, since then
    };
    using candidate_ptr = std::shared_ptr<candidate>;

    void see(const txn& agreed);
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
    void expect_modest_work(const candidate& who) const;
    void note_removal(const candidate_ptr& who);
    [[nodiscard]] bool lasts(const candidate& who) const;
    [[nodiscard]] std::string unsettled_at(const std::string& path);
    bool end_a_term();

    stage& on_;
    const std::vector<std::string> directories_{"/elections/a", "/elections/b"};
    queue_history history_;
    std::list<candidate_ptr> candidates_;
    std::map<std::string, fencing_token> last_token_;
    std::optional<violation> found_;  ///< inside a function, whose exceptions are its selector's
    detail::boot_time settled_since_{};
    bool resting_ = false;
    std::size_t terms_ended_ = 0;  ///< at rest
    std::uint64_t grants_ = 0;
    bool over_ = false;
};

}  // namespace paddock::testing
