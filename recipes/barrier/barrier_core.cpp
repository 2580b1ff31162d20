#include "recipes/barrier/barrier_core.hpp"

#include <utility>

#include "core/path.hpp"
#include "core/recipe_arguments.hpp"
#include "core/retry.hpp"
#include "recipes/barrier/barrier_plan.hpp"

namespace paddock::detail {
barrier_core::barrier_core(std::shared_ptr<client_core> on, std::string where)
    : client(live_client(std::move(on), "barrier")),
      path(recipe_path(std::move(where), "barrier")),
      node(path_at_server(*client, path, "barrier")),
      acls(provided_acls(client->options().acls, node, node_role::contender)),
      parents(levels_above(node, client->options().acls)) {}

barrier_operation::barrier_operation(std::shared_ptr<const barrier_core> on, barrier_verb what,
                                     sink_type sink)
    : round_operation(on->client, std::move(sink)),
      on_(std::move(on)),
      what_(what),
      reader_(*this, on_->node) {}

asio::awaitable<void> barrier_operation::round(std::shared_ptr<session> home) {
    const reply answer = co_await ask(*home);
    if (finished()) co_return;
    switch (plan_barrier(what_, answer)) {
        case barrier_step::closed: finish({}, true); break;
        case barrier_step::open: finish({}, false); break;
        case barrier_step::refuse: finish(answer.ec, false); break;
        case barrier_step::wait: co_await reader_.wait_for_change(*home); break;
        case barrier_step::parents: co_await make_parents(*home); break;
        case barrier_step::again:
            if (answer.what == fate::answered) co_await back_off();
            break;
    }
}

void barrier_operation::let_go() {
    reader_.forget();
    share_.reset();
}

asio::awaitable<reply> barrier_operation::ask(session& home) {
    const auto executor = world_.executor();
    reply answer;
    if (what_ == barrier_verb::set) {
        const mailbox<create_reply> created(executor);
        home.create(on_->node, {}, create_mode::persistent, on_->acls, created.sink());
        const create_reply made = co_await created.take();
        answer = made;
    } else if (what_ == barrier_verb::remove) {
        const mailbox<reply> removed(executor);
        home.remove(on_->node, removed.sink());
        const reply gone = co_await removed.take();
        answer = gone;
    } else if (what_ == barrier_verb::closed) {
        std::vector<multi_op> check(1);
        check.front().what = multi_op::kind::check;
        check.front().path = on_->node;
        const mailbox<multi_reply> checked(executor);
        home.multi(check, checked.sink());
        const multi_reply seen = co_await checked.take();
        answer = seen;
    } else {
        let_go();
        share_ = home.limits().take(on_->node.size(), answer.ec);
        if (answer.ec) co_return answer;
        const get_reply seen = co_await reader_.read_fresh(home);
        answer = seen;
    }
    if (answer.what == fate::answered) answered();
    co_return answer;
}

asio::awaitable<void> barrier_operation::make_parents(session& home) {
    error_code ec = server_errc::no_node;
    if (++missing_ <= missing_rounds_max) ec = co_await create_levels(home, on_->parents);
    if (finished() || home.ended() || !ec || ec == make_error_code(errc::outcome_unknown)) co_return;
    const bool reaped = is_code(ec, server_errc::no_node) && missing_ <= missing_rounds_max;
    if (!reaped && !passes_by_itself(ec.value())) {
        finish(ec, false);
        co_return;
    }
    co_await back_off();
}

}  // namespace paddock::detail
