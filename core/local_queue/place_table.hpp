#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <paddock/sharing_options.hpp>

namespace paddock::detail {

class local_queue;

/// What those who share a place have in common.
struct place_key {
    std::string directory;
    std::string record;  ///< of the directory when it is made
    std::string kind;
    std::string purpose;
    sharing_options sharing;
    friend auto operator<=>(const place_key&, const place_key&) = default;
};

/// The shared places of one client that somebody uses. Any thread.
class place_table {
public:
    std::shared_ptr<local_queue> find(const place_key& key,
                                      const std::function<std::shared_ptr<local_queue>()>& make);

    /// Those that somebody uses.
    std::vector<std::shared_ptr<local_queue>> all();

private:
    std::mutex guard_;
    std::map<place_key, std::weak_ptr<local_queue>> places_;
    std::size_t sweep_at_ = 16;  ///< with so many entries those that nobody uses are dropped
};

}  // namespace paddock::detail
