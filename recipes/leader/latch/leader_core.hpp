#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "recipes/leader/hand_over/heir.hpp"
#include "recipes/leader/term/latch_state.hpp"

namespace paddock::detail {

class candidacy;

/// One latch: what its callers ask for, and the candidacy that competes for it.
class leader_core final : public latch_state {
public:
    /// Checks the arguments; no I/O. Throws `argument_error`.
    static std::shared_ptr<leader_core> make(std::shared_ptr<client_core> on, std::string directory,
                                             leader_options options, term_work work = {});
    ~leader_core() override;

    // Any thread. An error says why nothing was started, and no sink is called then.
    error_code start();
    error_code close(close_mode mode, std::function<void(error_code, bool)> done);
    error_code resign(after_term then, resigned_sink done) override;

    void joined(std::string_view name) override;
    void ended(error_code why) override;

private:
    leader_core(std::shared_ptr<client_core> on, std::string shown, leader_options options, term_work what);
    std::shared_ptr<leader_core> self() { return std::static_pointer_cast<leader_core>(shared_from_this()); }
    void compete();
    void retire();

    const std::shared_ptr<heir_teller> heirs_;  ///< null: it does not want to be told
    std::shared_ptr<candidacy> running_;
    std::shared_ptr<heir_watch> heir_watch_;
    std::vector<std::function<void()>> at_end_;
};

}  // namespace paddock::detail
