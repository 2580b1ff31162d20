#include "core/contender/own_watches.hpp"

#include "core/retry.hpp"

namespace paddock::detail {

own_watches::own_watches(operation_base& whom, std::vector<joined_node>& mine) : whom_(whom), mine_(mine) {
    state_->due.assign(mine.size(), true);
    state_->look_again.resize(mine.size());
}

void own_watches::arm() {
    state_->fired = false;  // what had fired is asked for again, and answered anew
    for (std::size_t i = 0; i < mine_.size(); ++i) {
        if (state_->due[i]) watch(i);
    }
}

void own_watches::watch(std::size_t which) {
    state_->due[which] = false;
    const auto fired = rouse(which);
    joined_node& node = mine_[which];
    node.own_watch = node.home->watch(
        node.path, fired,
        [fired, weak = whom_.weak_from_this(), from = std::weak_ptr(node.home), state = state_,
         which](const get_reply& answer) {
            const auto home = from.lock();
            if (!home || is_code(answer.ec, server_errc::no_node) || !home->asks_for_pause(answer))
                return fired();
            const auto whom = weak.lock();
            if (!whom || !answer.ec) return;
            // Any other refusal would be repeated as fast as the server answers.
            environment& world = whom->world();
            const auto delay = state->delays.next(world.random_unit());
            state->look_again[which] = world.call_at(saturating_add(world.now(), delay), fired);
        });
}

std::function<void()> own_watches::rouse(std::size_t which) const {
    return [weak = whom_.weak_from_this(), state = state_, which] {
        const auto whom = weak.lock();  // held: the last other reference may be a caller's, on another thread
        if (!whom) return;
        state->fired = true;
        state->due[which] = true;
        whom->wake.notify();
    };
}

}  // namespace paddock::detail
