#include "recipes/barrier/barrier_operation.hpp"

#include <vector>

#include "recipes/barrier/barrier_plan.hpp"

namespace paddock::detail {

asio::awaitable<void> barrier_operation::round(std::shared_ptr<session> home) {
    const reply answer = co_await ask(*home);
    if (answer.what == fate::answered) answered();
    if (finished()) co_return;
    switch (plan_barrier(what_, answer)) {
        case barrier_step::closed: finish({}, true); break;
        case barrier_step::open: finish({}, false); break;
        case barrier_step::refuse: finish(answer.ec, false); break;
        case barrier_step::wait: co_await reader_.wait_for_change(*home); break;
        case barrier_step::again:
            if (home->asks_for_pause(answer)) co_await back_off();
            break;
    }
}

asio::awaitable<reply> barrier_operation::ask(session& home) {
    if (what_ == barrier_verb::set) co_return co_await create(home, {});
    reply answer;
    if (what_ == barrier_verb::remove) {
        const mailbox<reply> removed(world_.executor());
        home.remove(on_->node, removed.sink());
        answer = co_await removed.take();
    } else if (what_ == barrier_verb::closed) {
        std::vector<multi_op> check(1);
        check.front().path = on_->node;
        const mailbox<multi_reply> checked(world_.executor());
        home.multi(check, checked.sink());
        const multi_reply seen = co_await checked.take();
        answer = seen;
    } else {
        const get_reply seen = co_await look(home, true, true);
        answer = seen;
    }
    co_return answer;
}

}  // namespace paddock::detail
