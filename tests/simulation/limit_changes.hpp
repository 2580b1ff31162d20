#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <paddock/semaphore.hpp>

#include "tests/simulation/stage.hpp"

namespace paddock::testing {

/// Programs that change the limits of some semaphores while others use them.
class limit_changes {
public:
    /// What all programs declare.
    static constexpr std::uint32_t declared = 3;

    limit_changes(stage& on, std::vector<std::string> directories);

    [[nodiscard]] static semaphore semaphore_of(core_client& by, const std::string& directory,
                                                const sharing_options& sharing = {.turns = 0});
    /// At random: requests of one permit as often as all others.
    [[nodiscard]] std::uint32_t any_request();
    /// Any of them to any limit.
    void change(core_client& by);
    void set(core_client& by, const std::string& directory, std::uint32_t limit);
    /// All have their answers.
    [[nodiscard]] bool ended() const;
    /// All back to the declared limit; true once they are. With a lowered one big requests would wait for ever.
    bool restore();

private:
    stage& on_;
    const std::vector<std::string> directories_;
    std::set<std::string> restored_;
    std::multiset<const core_client*> changing_;
};

}  // namespace paddock::testing
