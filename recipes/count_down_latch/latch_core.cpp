#include "recipes/count_down_latch/latch_core.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/path.hpp"
#include "core/recipe_arguments.hpp"
#include "core/retry.hpp"
#include "core/sequence_name.hpp"

namespace paddock::detail {
namespace {

constexpr std::int64_t count_max = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t id_length = 16;

std::int64_t valid_count(std::int64_t count) {
    check_count(count, "count_down_latch: initial count");
    return count;
}

// 60 random bits are enough among the changes that a record keeps.
std::string change_id(environment& world) {
    std::string id = format_uuid(world.random_128());
    std::erase(id, '-');
    id.resize(id_length);
    return id;
}

bool changes_count(latch_verb what) {
    return what == latch_verb::count_down || what == latch_verb::try_reset;
}

}  // namespace

void check_count(std::int64_t count, const char* what) {
    if (count >= 1 && count <= count_max) return;
    throw argument_error(errc::invalid_argument, std::string(what) + " of " + std::to_string(count) +
                                                     " is not from 1 to " + std::to_string(count_max));
}

latch_core::latch_core(std::shared_ptr<client_core> on, std::string where, std::int64_t declared)
    : client(live_client(std::move(on), "count_down_latch")),
      path(recipe_path(std::move(where), "count_down_latch")),
      node(path_at_server(*client, path, "count_down_latch")),
      initial(valid_count(declared)),
      acls(provided_acls(client->options().acls, node, node_role::contender)),
      parents(levels_above(node, client->options().acls)) {}

latch_operation::latch_operation(std::shared_ptr<const latch_core> on, latch_verb what, std::int64_t value,
                                 sink_type sink)
    : round_operation(on->client, std::move(sink)), on_(std::move(on)), reader_(*this, on_->node) {
    request_.what = what;
    request_.declared = on_->initial;
    request_.value = value;
}

error_code latch_operation::deadline_error() const {
    return request_.doubt ? make_error_code(errc::outcome_unknown) : round_operation::deadline_error();
}

void latch_operation::let_go() {
    reader_.forget();
    share_.reset();
}

asio::awaitable<void> latch_operation::round(std::shared_ptr<session> home) {
    if (request_.id.empty()) request_.id = change_id(world_);
    const get_reply seen = co_await read(*home);
    if (finished()) co_return;
    if (worth_retrying(seen)) {
        if (seen.what == fate::answered) co_await back_off();
        co_return;
    }
    if (is_code(seen.ec, server_errc::no_node)) {
        co_await missing(*home);
        co_return;
    }
    if (seen.ec) {
        finish(seen.ec, 0);
        co_return;
    }
    const latch_view view = view_of(seen, *home);
    const latch_step step = plan_latch(request_, view);
    look_ = step.what == latch_step::kind::look;
    switch (step.what) {
        case latch_step::kind::done: finish({}, step.result); break;
        case latch_step::kind::conflict: finish(errc::conflict, 0); break;
        case latch_step::kind::unknown: finish(errc::outcome_unknown, 0); break;
        case latch_step::kind::look: break;
        case latch_step::kind::write: co_await write(*home, view, step.next); break;
        case latch_step::kind::wait:
            remember(view);
            co_await reader_.wait_for_change(*home);
            break;
    }
}

// Changes rest on a version, so they may begin with what an old server shows.
asio::awaitable<get_reply> latch_operation::read(session& home) {
    const bool waits = request_.what == latch_verb::wait;
    let_go();
    get_reply seen;
    if (waits) share_ = home.limits().take(on_->node.size(), seen.ec);
    if (seen.ec) co_return seen;
    if (changes_count(request_.what) && !look_) {
        const get_reply any = co_await reader_.read(home, waits);
        co_return any;
    }
    const get_reply fresh = co_await reader_.read_fresh(home, waits);
    co_return fresh;
}

latch_view latch_operation::view_of(const get_reply& seen, const session& home) {
    latch_view view;
    view.record = read_latch(seen.data);
    view.node = seen.node.czxid;
    view.version = seen.node.version;
    view.fresh = reader_.fresh_on(home);
    return view;
}

void latch_operation::remember(const latch_view& seen) {
    if (request_.since && request_.since->node == seen.node) return;
    latch_request::moment now;
    now.node = seen.node;
    now.round = seen.record->round;
    request_.since = now;
}

// Nobody has used the latch yet; unless a change is in doubt, which went to a latch that is gone.
asio::awaitable<void> latch_operation::missing(session& home) {
    if (!reader_.fresh_on(home))
        look_ = true;
    else if (request_.doubt)
        finish(errc::outcome_unknown, 0);
    else if (request_.what == latch_verb::count)
        finish({}, on_->initial);
    else if (request_.what == latch_verb::try_reset)
        finish({}, 0);
    else
        co_await create(home);
}

asio::awaitable<void> latch_operation::create(session& home) {
    latch_record first;
    first.initial = first.count = on_->initial;
    const mailbox<create_reply> created(world_.executor());
    home.create(on_->node, write_latch(first), create_mode::persistent, on_->acls, created.sink());
    const create_reply made = co_await created.take();
    if (finished() || made.what != fate::answered || !made.ec)
        co_return;  // the next round reads what there is
    error_code ec = made.ec;
    if (is_code(ec, server_errc::node_exists)) co_return;
    if (is_code(ec, server_errc::no_node) && ++missing_ <= missing_rounds_max) {
        ec = co_await create_levels(home, on_->parents);
        if (finished() || home.ended() || !ec || ec == make_error_code(errc::outcome_unknown)) co_return;
    }
    const bool reaped = is_code(ec, server_errc::no_node) && missing_ <= missing_rounds_max;
    if (reaped || passes_by_itself(ec.value()))
        co_await back_off();
    else
        finish(ec, 0);
}

// Without an answer it is in doubt until a later version shows whether its id is there (hazard A1).
asio::awaitable<void> latch_operation::write(session& home, const latch_view& seen,
                                             const latch_record& next) {
    latch_request::moment base;
    base.node = seen.node;
    base.version = seen.version;
    const bool in_doubt_before = request_.doubt && request_.doubt->version == base.version;
    request_.doubt = base;
    const mailbox<stat_reply> written(world_.executor());
    home.set(on_->node, write_latch(next), seen.version, written.sink());
    const stat_reply answer = co_await written.take();
    if (answer.what == fate::answered) answered();
    if (finished()) co_return;
    if (answer.what == fate::answered && !answer.ec) {
        finish({}, 1);
        co_return;
    }
    const bool never = answer.what == fate::not_sent || !worth_retrying(answer);
    if (never && !in_doubt_before) request_.doubt.reset();
    if (answer.what != fate::answered) co_return;
    const bool overtaken =
        is_code(answer.ec, server_errc::bad_version) || is_code(answer.ec, server_errc::no_node);
    if (overtaken || worth_retrying(answer))
        co_await back_off();  // jittered: others count at the same time
    else
        finish(answer.ec, 0);
}

}  // namespace paddock::detail
