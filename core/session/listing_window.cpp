#include "core/session/listing_window.hpp"

#include <algorithm>

namespace paddock::detail {
namespace {

constexpr std::size_t names_under_way = 64 * 1024;  // about 4 MB
constexpr std::size_t listings_least = 4;
constexpr std::size_t listings_most = 256;

}  // namespace

std::size_t listing_window::state::room() const noexcept {
    return std::clamp(names_under_way / (names_expected + 1), listings_least, listings_most);
}

void listing_window::state::admit() {
    while (!queue.empty() && under_way < room()) {
        turn* const next = queue.front();
        queue.pop_front();
        ++under_way;
        next->come = true;
        next->who->wake.notify();
    }
}

asio::awaitable<listing_window::place> listing_window::enter(waiting_party& who) {
    const auto kept = state_;
    turn mine{&who};
    kept->queue.push_back(&mine);
    kept->admit();
    while (!mine.come && !who.given_up) co_await who.wake.wait();
    if (!mine.come) {
        std::erase(kept->queue, &mine);
        co_return nullptr;
    }
    co_return place(&kept->under_way, [kept](void*) {
        --kept->under_way;
        kept->admit();
    });
}

}  // namespace paddock::detail
