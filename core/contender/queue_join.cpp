#include "core/contender/queue_join.hpp"

#include <algorithm>
#include <utility>

#include "core/contender/directory_reading.hpp"
#include "core/contender/outcome.hpp"
#include "core/path.hpp"
#include "core/retry.hpp"
#include "core/sequence_name.hpp"

namespace paddock::detail {
namespace {

// "_c_<uuid>-lock-0000000000": what the node's path will be as long as.
std::size_t node_path_length(const contender_settings& queue) {
    return queue.directory.size() + 1 + protected_prefix(std::string(36, 'x')).size() + queue.kind.size() +
           11;
}

std::string node_path(const contender_settings& queue, const std::string& uuid) {
    return join_path(queue.directory, protected_prefix(uuid) + queue.kind);
}

bool is_final(const error_code& ec) {
    return ec != make_error_code(errc::outcome_unknown) && !passes_by_itself(ec.value());
}

// A server may still be working on what it had read from a connection that is gone: not found is asked twice.
constexpr std::chrono::milliseconds second_look(100);

}  // namespace

queue_join::queue_join(operation_base& whom, const std::vector<settings_ptr>& queues)
    : whom_(whom), queues_(queues) {}

// Creates the nodes under an id of their own, so that they can be found again after a lost reply (hazard A1); a new
// session gets a new id, because a node of the old one must never be adopted (hazard A4).
asio::awaitable<error_code> queue_join::run(std::shared_ptr<session> home, nodes& mine) {
    mine.resize(queues_.size());
    for (std::size_t i = 0; i < mine.size(); ++i) {
        const std::size_t more_watched = queues_[i]->watches_directory ? queues_[i]->directory.size() : 0;
        error_code ec;
        mine[i].share = home->limits().take(node_path_length(*queues_[i]), ec, more_watched);
        if (ec) co_return ec;
    }
    const std::string uuid = format_uuid(whom_.world().random_128());
    bool uncertain = false;
    const error_code ec = co_await join_as(home, uuid, mine, uncertain);
    // Also for one who has given up: nobody else would delete what turns up late (hazard A6).
    for (std::size_t i = 0; uncertain && !home->ended() && i < mine.size(); ++i) {
        std::string own = ec ? std::string() : std::string(name_of(mine[i].path));
        home->twins().add(queues_[i]->directory, protected_prefix(uuid), std::move(own), mine[i].share);
    }
    co_return ec;
}

// `uncertain` tells that a create without an answer may still take effect, or have taken it.
asio::awaitable<error_code> queue_join::join_as(std::shared_ptr<session> home, const std::string& uuid,
                                                nodes& mine, bool& uncertain) {
    error_code ec;
    error_code refused;  // of the directory's levels
    int missing = 0;
    // Ends by joining, a final error, the session's end or giving up; each round is one server's answer.
    for (;;) {
        listing_window::place listing = co_await home->listings().enter(whom_);
        const bool connected = co_await home->wait_connected(whom_);
        if (whom_.given_up) co_return round_end::abandoned;
        if (!connected) co_return round_end::session_over;
        bool unknown = false;
        ec = co_await create_and_list(*home, uuid, mine, unknown);
        listing.reset();
        if (unknown) {
            ec = co_await resolve(home, uuid, mine);
            if (is_code(ec, server_errc::no_node)) {  // it was never created
                uncertain = true;
                co_await back_off();  // the cause may be a server that cannot process the request
                continue;
            }
            // Refused the look: nobody knows whether it is there. What is missing of several may only be late.
            if (ec && (ec.category() != round_category() || ec == make_error_code(round_end::node_gone)))
                uncertain = true;
        }
        if (!ec || ec.category() == round_category()) co_return ec;
        if (is_code(ec, server_errc::no_node) && ++missing <= missing_rounds_max) {
            if (refused) co_return refused;
            if (whom_.given_up) co_return round_end::abandoned;
            ec = co_await create_parents(*home);
            if (!ec || is_code(ec, server_errc::no_node)) continue;
            if (home->ended()) co_return round_end::session_over;
            // A directory that is there, perhaps since a moment, need not let us make it: the next create tells.
            if (is_final(ec)) refused = ec;
            if (refused) continue;
        }
        if (is_final(ec)) co_return ec;
        co_await back_off();
    }
}

// One network wait: the listings leave right behind the create and, requests of a session being answered in order,
// contain the new nodes.
asio::awaitable<error_code> queue_join::create_and_list(session& home, const std::string& uuid, nodes& mine,
                                                        bool& unknown) {
    if (queues_.size() > 1) co_return co_await create_together(home, uuid, mine, unknown);
    const contender_settings& queue = *queues_.front();
    joined_node& node = mine.front();
    node.data = queue.data();
    const mailbox<create_reply> created(whom_.world().executor());
    home.create(node_path(queue, uuid), node.data, create_mode::ephemeral_sequential, queue.acls,
                created.sink());
    directory_reading reading(home, queue);
    create_reply made = co_await created.take();
    (void)co_await reading.take(home, node);
    // A counter that stands still gives a second create the name of the first: only we ask for it, and a late one has
    // got it (hazard A14).
    unknown = made.what == fate::unknown || is_code(made.ec, server_errc::node_exists);
    if (made.what == fate::answered) whom_.answered();
    if (made.ec) co_return home.ended() ? make_error_code(round_end::session_over) : made.ec;
    node.path = std::move(made.path);
    node.token = fencing_token(made.node.czxid);
    node.home = home.shared_from_this();
    co_return error_code();
}

// Several nodes in one write. Servers before 3.8.2 do not tell a node's zxid in the answer to a multi (ZOOKEEPER-4026),
// so that costs one more wait.
asio::awaitable<error_code> queue_join::create_together(session& home, const std::string& uuid, nodes& mine,
                                                        bool& unknown) {
    std::vector<multi_op> ops(queues_.size());
    for (std::size_t i = 0; i < ops.size(); ++i) {
        mine[i].data = queues_[i]->data();
        ops[i].what = multi_op::kind::create;
        ops[i].path = node_path(*queues_[i], uuid);
        ops[i].data = mine[i].data;
        ops[i].mode = create_mode::ephemeral_sequential;
        ops[i].acls = queues_[i]->acls;
    }
    const mailbox<multi_reply> created(whom_.world().executor());
    home.multi(ops, created.sink());
    std::vector<directory_reading> readings;
    readings.reserve(queues_.size());
    for (const settings_ptr& queue : queues_) readings.emplace_back(home, *queue);
    multi_reply made = co_await created.take();
    for (std::size_t i = 0; i < mine.size(); ++i) (void)co_await readings[i].take(home, mine[i]);
    unknown = made.what == fate::unknown || is_code(made.ec, server_errc::node_exists);
    if (made.what == fate::answered) whom_.answered();
    if (made.ec) co_return home.ended() ? make_error_code(round_end::session_over) : made.ec;
    for (std::size_t i = 0; i < mine.size(); ++i) {
        mine[i].path = std::move(made.results[i].path);
        mine[i].home = home.shared_from_this();
    }
    const error_code ec = co_await adopt_all(home, mine);
    unknown = ec == make_error_code(errc::outcome_unknown);
    co_return is_code(ec, server_errc::no_node) ? make_error_code(round_end::node_gone) : ec;
}

asio::awaitable<error_code> queue_join::adopt_all(session& home, nodes& mine) {
    std::vector<mailbox<stat_reply>> looked;
    for (const joined_node& node : mine) {
        looked.emplace_back(whom_.world().executor());
        home.exists(node.path, looked.back().sink());
    }
    error_code first;
    for (std::size_t i = 0; i < mine.size(); ++i) {
        const stat_reply seen = co_await looked[i].take();
        const error_code ec = adopt_as(seen, home, mine[i]);
        if (ec && !first) first = ec;
    }
    co_return first;
}

// The reply to a create was lost. Once the session has re-attached, its leader takes no more of what it had sent
// before; what was proposed already commits before a new write does. So one quorum write (a check of the directory,
// whatever it answers), and the listing behind it shows the node or it will never be (hazards A2, A3). A sync would
// not do: a server that leads answers it at once, though the create may still be on its way to the quorum. The node is
// adopted only if it belongs to this session (hazard A4). Goes on to the end even if the caller has given up: the node
// must not stay.
asio::awaitable<error_code> queue_join::resolve(std::shared_ptr<session> home, const std::string& uuid,
                                                nodes& mine) {
    std::size_t missing = 0;
    for (std::size_t i = 0; i < mine.size();) {
        error_code ec = co_await find(home, uuid, i, mine[i]);
        if (!ec) ec = co_await adopt(home, mine[i]);
        if (ec == make_error_code(errc::outcome_unknown)) continue;
        if (ec && !is_code(ec, server_errc::no_node)) co_return ec;
        if (ec) ++missing;
        ++i;
    }
    if (missing == mine.size()) co_return server_errc::no_node;
    // They were made together: somebody has deleted what is missing, the rest goes with `mine`. Nor are nodes of two
    // creates the same place in all queues: twins among them would let two wait for each other in a circle.
    const bool together = missing == 0 && std::ranges::all_of(mine, [&](const joined_node& node) {
                              return node.token == mine.front().token;
                          });
    co_return together ? error_code() : make_error_code(round_end::node_gone);
}

asio::awaitable<error_code> queue_join::find(std::shared_ptr<session> home, const std::string& uuid,
                                             std::size_t which, joined_node& mine) {
    const std::string prefix = protected_prefix(uuid);
    const contender_settings& queue = *queues_[which];
    bool asked_before = false;
    for (;;) {  // ends by an answer or with the session
        const bool connected = co_await home->wait_connected(whom_, true);
        if (!connected) co_return round_end::session_over;
        std::vector<multi_op> write(1);
        write.front().what = multi_op::kind::check;
        write.front().path = queue.directory;
        const mailbox<multi_reply> written(whom_.world().executor());
        home->multi(write, written.sink());
        directory_reading reading(*home, queue);
        const multi_reply flushed = co_await written.take();
        const reply seen = co_await reading.take(*home, mine);
        if (worth_retrying(flushed) || worth_retrying(seen)) {  // a refused write proves nothing
            if (home->asks_for_pause(seen)) co_await back_off(true);
            continue;
        }
        if (seen.ec) co_return seen.ec;
        const auto found =
            std::ranges::find_if(mine.children, [&](const auto& name) { return name.starts_with(prefix); });
        if (found != mine.children.end()) {
            mine.path = join_path(queue.directory, *found);
            co_return error_code();
        }
        mine.children.clear();
        if (std::exchange(asked_before, true)) co_return server_errc::no_node;
        co_await whom_.pause(second_look, true);
    }
}

// Looks at the node at `mine.path`: whose it is, and since when. `errc::outcome_unknown` without an answer.
asio::awaitable<error_code> queue_join::adopt(std::shared_ptr<session> home, joined_node& mine) {
    const mailbox<stat_reply> looked(whom_.world().executor());
    home->exists(mine.path, looked.sink());
    const stat_reply seen = co_await looked.take();
    if (worth_retrying(seen) && home->asks_for_pause(seen)) co_await back_off(true);
    co_return adopt_as(seen, *home, mine);
}

error_code queue_join::adopt_as(const stat_reply& seen, session& home, joined_node& mine) {
    if (worth_retrying(seen)) return errc::outcome_unknown;
    if (is_code(seen.ec, server_errc::no_node)) return seen.ec;
    mine.home = home.shared_from_this();  // whatever follows, it is ours to delete
    if (seen.ec) return seen.ec;
    if (seen.node.ephemeral_owner != home.id()) return round_end::session_over;
    mine.token = fencing_token(seen.node.czxid);
    return {};
}

// The directory is missing, or was reaped a moment ago (hazard A8): all its levels in one network wait.
asio::awaitable<error_code> queue_join::create_parents(session& home) {
    error_code refused;
    for (const settings_ptr& queue : queues_) {
        const error_code first = co_await create_levels(home, queue->levels);
        if (!refused) refused = first;
    }
    co_return refused;
}

asio::awaitable<void> queue_join::back_off(bool to_the_end) {
    const auto delay = delays_.next(whom_.world().random_unit());
    co_await whom_.pause(delay, to_the_end);
}

}  // namespace paddock::detail
