#include "core/local_queue/kept_place.hpp"

#include <limits>
#include <utility>

namespace paddock::detail {

bool kept_place::can_begin_turn() const {
    return !taken_ && !written_ && begun_ < std::numeric_limits<std::uint32_t>::max() && held();
}

lease kept_place::begin_turn(std::shared_ptr<shared_place> of) {
    const fencing_token token(keeper_->first().token.value(), begun_++);
    auto turn = std::make_shared<lease_core>(*keeper_, token, std::move(of));
    turn_ = turn;
    taken_ = true;
    return lease(std::move(turn));
}

void kept_place::end_turn(lease_core& turn) {
    turn.end_turn();
    written_ = turn.writing();
    turn_.reset();
    taken_ = false;
}

}  // namespace paddock::detail
