#include "core/local_queue/place_table.hpp"

namespace paddock::detail {

std::shared_ptr<local_queue> place_table::find(const place_key& key,
                                               const std::function<std::shared_ptr<local_queue>()>& make) {
    const std::lock_guard lock(guard_);
    std::weak_ptr<local_queue>& entry = places_[key];
    auto place = entry.lock();
    if (place) return place;
    place = make();
    entry = place;
    if (places_.size() >= sweep_at_) {
        std::erase_if(places_, [](const auto& one) { return one.second.expired(); });
        sweep_at_ = 2 * places_.size() + 16;
    }
    return place;
}

std::vector<std::shared_ptr<local_queue>> place_table::all() {
    std::vector<std::shared_ptr<local_queue>> found;
    const std::lock_guard lock(guard_);
    for (const auto& [key, place] : places_)
        if (auto alive = place.lock()) found.push_back(std::move(alive));
    return found;
}

}  // namespace paddock::detail
