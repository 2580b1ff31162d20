#pragma once

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>

#include <paddock/leader_latch.hpp>
#include <paddock/leader_observer.hpp>

#include "tests/simulation/election_workload.hpp"

namespace paddock::testing {

/// Latches that start, stop, resign, publish, hand over and close, and observers that follow them.
class leader_workload final : public election_workload {
public:
    explicit leader_workload(stage& on);

    void act() override;
    void cancel() override;
    void inspect() override;
    std::string unsettled() override;
    bool wind_down() override;
    void conclude() override;

private:
    struct candidate : contestant {
        std::string id;
        std::optional<leader_latch> latch;
        std::optional<leader_term> told;
        std::stop_token ended;             ///< of the last term that was told to be over
        detail::boot_time untold_since{};  ///< what was told differs from what is so since then
    };
    /// Something asked of a latch, that completes once.
    struct request {
        core_client* by = nullptr;
        const char* what = "";
        int completions = 0;
        boost::asio::cancellation_signal cancelled;
    };
    struct spectator {
        core_client* by = nullptr;
        std::string path;
        std::optional<leader_observer> observer;
        bool told_once = false;
        std::optional<leadership> told;
    };
    using request_ptr = std::shared_ptr<request>;

    void see(const txn& agreed) override;
    void add(core_client& by);
    void add_spectator(core_client& by);
    void instruct(candidate& who);
    void note_change(candidate& who, const std::optional<leader_term>& now);
    void expect_right_record(const std::string& data) const;
    void note_view(spectator& who, const std::optional<leadership>& now);
    void note_heir(candidate& who, std::function<void()> ready);
    void await(candidate& who);
    void resign(candidate& who, after_term then);
    void publish(candidate& who);
    void hand_over(candidate& who);
    void close(candidate& who);
    template <class... Extra>
    auto completion(const char* what, core_client& by, request_ptr& made);
    void expect_told(candidate& who);
    [[nodiscard]] std::string unsettled_latches(const std::string& path) const;
    [[nodiscard]] std::string unsettled_spectators(const std::string& path) const;
    [[nodiscard]] std::optional<leadership> truth(const std::string& path) const;

    std::map<std::int64_t, std::string> nodes_;  ///< by the zxid of their creation
    std::list<candidate> candidates_;
    std::list<spectator> spectators_;
    std::list<request_ptr> requests_;
    std::map<std::string, detail::boot_time> settled_since_;
    std::uint64_t values_ = 0;
};

}  // namespace paddock::testing
