#include "recipes/count_down_latch/latch_operation.hpp"

#include <limits>
#include <utility>

#include "core/sequence_name.hpp"

namespace paddock::detail {
namespace {

constexpr std::int64_t count_max = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t id_length = 16;

std::int64_t valid_count(std::int64_t count, const char* what) {
    if (count >= 1 && count <= count_max) return count;
    throw argument_error(errc::invalid_argument, std::string(what) + " of " + std::to_string(count) +
                                                     " is not from 1 to " + std::to_string(count_max));
}

// 60 random bits are enough among the changes that a record keeps.
std::string change_id(environment& world) {
    std::string id = format_uuid(world.random_128());
    std::erase(id, '-');
    id.resize(id_length);
    return id;
}

}  // namespace

latch_core::latch_core(std::shared_ptr<client_core> on, std::string where, std::int64_t declared)
    : recipe_node(std::move(on), std::move(where), "count_down_latch"),
      initial(valid_count(declared, "count_down_latch: initial count")) {}

latch_operation::latch_operation(const std::shared_ptr<const latch_core>& on, latch_verb what,
                                 std::int64_t value, sink_type sink)
    : node_operation(on, std::move(sink)) {
    request_.what = what;
    request_.declared = on->initial;
    request_.value = what == latch_verb::try_reset ? valid_count(value, "try_reset: count") : 0;
}

error_code latch_operation::deadline_error() const {
    return request_.doubt ? make_error_code(errc::outcome_unknown) : node_operation::deadline_error();
}

// A refusal says nothing of a change that was sent before it.
error_code latch_operation::told(error_code ec) const {
    return ec && request_.doubt ? make_error_code(errc::outcome_unknown) : ec;
}

// Changes rest on a version, so they may begin with what an old server shows.
asio::awaitable<void> latch_operation::round(std::shared_ptr<session> home) {
    if (request_.id.empty()) request_.id = change_id(world_);  // the environment is asked on its own executor
    const bool changes = request_.what == latch_verb::count_down || request_.what == latch_verb::try_reset;
    const get_reply seen = co_await look(*home, request_.what == latch_verb::wait, !changes || look_);
    const bool again = co_await inconclusive(*home, seen);
    if (again || finished()) co_return;
    latch_view view;
    view.missing = is_code(seen.ec, server_errc::no_node);
    if (seen.ec && !view.missing) {
        finish(told(seen.ec), 0);
        co_return;
    }
    view.record = read_latch(seen.data);
    view.node = seen.node.czxid;
    view.version = seen.node.version;
    view.fresh = reader_.fresh_on(*home);
    const latch_step step = plan_latch(request_, view);
    look_ = step.what == latch_step::kind::look;
    co_await follow(*home, view, step);
}

asio::awaitable<void> latch_operation::follow(session& home, const latch_view& seen, const latch_step& step) {
    switch (step.what) {
        case latch_step::kind::done: finish({}, step.result); break;
        case latch_step::kind::conflict: finish(errc::conflict, 0); break;
        case latch_step::kind::unknown: finish(errc::outcome_unknown, 0); break;
        case latch_step::kind::look: break;
        case latch_step::kind::write: co_await write(home, seen, step.next); break;
        case latch_step::kind::wait:
            if (!request_.since || request_.since->node != seen.node)
                request_.since = latch_request::moment{seen.node, seen.version, seen.record->round};
            co_await reader_.wait_for_change(home);
            break;
        case latch_step::kind::create: {
            const reply made = co_await create(home, write_latch(step.next));
            if (!made.ec || is_code(made.ec, server_errc::node_exists)) break;
            const bool again = co_await inconclusive(home, made);
            if (!again) finish(made.ec, 0);
            break;
        }
    }
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
    const bool never = answer.what == fate::not_sent || !worth_retrying(answer);
    if (never && !in_doubt_before) request_.doubt.reset();
    const bool again = co_await overtaken(home, answer);
    if (!again) finish(told(answer.ec), answer.ec ? 0 : 1);
}

}  // namespace paddock::detail
