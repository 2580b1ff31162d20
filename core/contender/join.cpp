#include <algorithm>
#include <utility>

#include <glog/logging.h>

#include "core/contender/contender.hpp"
#include "core/contender/outcome.hpp"
#include "core/path.hpp"
#include "core/retry.hpp"
#include "core/sequence_name.hpp"

namespace paddock::detail {
namespace {

// "_c_<uuid>-lock-0000000000": what the node's path will be as long as.
std::size_t node_path_length(const contender_settings& settings) {
    return settings.directory.size() + 1 + protected_prefix(std::string(36, 'x')).size() +
           settings.kind.size() + 11;
}

// A server may still be working on what it had read from a connection that is gone: not found is asked twice.
constexpr std::chrono::milliseconds second_look(100);

// A directory may be reaped as fast as it is made, but not for ever.
constexpr int missing_rounds_max = 100;

}  // namespace

// Creates the node under an id of its own, so that it can be found again after a lost reply (hazard A1); a new
// session gets a new id, because a node of the old one must never be adopted (hazard A4).
asio::awaitable<error_code> contender::join(std::shared_ptr<session> home, joined_node& mine) {
    error_code ec;
    mine.share = home->limits().take(node_path_length(*settings_), ec);
    if (ec) co_return ec;
    const std::string uuid = format_uuid(world_.random_128());
    bool uncertain = false;
    ec = co_await join_as(home, uuid, mine, uncertain);
    // Also for one who has given up: nobody else would delete what turns up late (hazard A6).
    if (uncertain && !home->ended()) {
        std::string own = ec ? std::string() : std::string(name_of(mine.path));
        home->twins().add(settings_->directory, protected_prefix(uuid), std::move(own), mine.share);
    }
    co_return ec;
}

// `uncertain` tells that a create without an answer may still take effect, or have taken it.
asio::awaitable<error_code> contender::join_as(std::shared_ptr<session> home, const std::string& uuid,
                                               joined_node& mine, bool& uncertain) {
    const std::string prefix = join_path(settings_->directory, protected_prefix(uuid) + settings_->kind);
    error_code ec;
    int missing = 0;
    // Ends by joining, a final error, the session's end or giving up; each round is one server's answer.
    for (;;) {
        listing_window::place listing = co_await home->listings().enter(*this);
        const bool connected = co_await home->wait_connected(*this);
        if (given_up) co_return round_end::abandoned;
        if (!connected) co_return round_end::session_over;
        bool unknown = false;
        ec = co_await create_and_list(*home, prefix, mine, unknown);
        listing.reset();
        if (unknown) {
            ec = co_await resolve(home, uuid, mine);
            if (is_code(ec, server_errc::no_node)) {  // it was never created
                uncertain = true;
                co_await back_off();  // the cause may be a server that cannot process the request
                continue;
            }
            // Refused the look: nobody knows whether it is there.
            if (ec && ec.category() != round_category()) uncertain = true;
        }
        if (!ec) delays_.reset();
        if (!ec || ec.category() == round_category()) co_return ec;
        if (is_code(ec, server_errc::no_node) && ++missing <= missing_rounds_max) {
            ec = co_await create_parents(*home);
            if (!ec || is_code(ec, server_errc::no_node)) continue;
            if (home->ended()) co_return round_end::session_over;
        }
        if (ec != make_error_code(errc::outcome_unknown) && !passes_by_itself(ec.value())) co_return ec;
        co_await back_off();
    }
}

// One network wait: the listing leaves right behind the create and, requests of a session being answered in order,
// contains the new node.
asio::awaitable<error_code> contender::create_and_list(session& home, const std::string& prefix,
                                                       joined_node& mine, bool& unknown) {
    const mailbox<create_reply> created(world_.executor());
    const mailbox<children_reply> listed(world_.executor());
    const auto epoch = home.clock()->epoch();
    home.create(prefix, settings_->data(), create_mode::ephemeral_sequential, settings_->acls,
                created.sink());
    home.children(settings_->directory, listed.sink());
    create_reply made = co_await created.take();
    children_reply seen = co_await listed.take();
    // A counter that stands still gives a second create the name of the first: only we ask for it, and a late one has
    // got it (hazard A14).
    unknown = made.what == fate::unknown || is_code(made.ec, server_errc::node_exists);
    if (made.what == fate::answered) answered();
    if (made.ec) co_return home.ended() ? make_error_code(round_end::session_over) : made.ec;
    mine.path = std::move(made.path);
    mine.node = made.node;
    mine.epoch = epoch;
    mine.home = home.shared_from_this();
    if (!seen.ec) home.listings().seen(seen.names.size());
    if (!seen.ec) mine.children = std::move(seen.names);
    co_return error_code();
}

// The reply to a create was lost. Once the session has re-attached, its leader takes no more of what it had sent
// before; what was proposed already commits before a new write does. So one quorum write (a check of the directory,
// whatever it answers), and the listing behind it shows the node or it will never be (hazards A2, A3). A sync would
// not do: a server that leads answers it at once, though the create may still be on its way to the quorum. The node is
// adopted only if it belongs to this session (hazard A4). Goes on to the end even if the caller has given up: the node
// must not stay.
asio::awaitable<error_code> contender::resolve(std::shared_ptr<session> home, const std::string& uuid,
                                               joined_node& mine) {
    const std::string prefix = protected_prefix(uuid);
    bool asked_before = false;
    for (;;) {  // ends by an answer or with the session
        const bool connected = co_await home->wait_connected(*this, true);
        if (!connected) co_return round_end::session_over;
        std::vector<multi_op> write(1);
        write.front().what = multi_op::kind::check;
        write.front().path = settings_->directory;
        const mailbox<multi_reply> written(world_.executor());
        const mailbox<children_reply> listed(world_.executor());
        const auto epoch = home->clock()->epoch();
        home->multi(write, written.sink());
        home->children(settings_->directory, listed.sink());
        const multi_reply flushed = co_await written.take();
        children_reply seen = co_await listed.take();
        if (worth_retrying(flushed) || worth_retrying(seen)) {  // a refused write proves nothing
            if (seen.what == fate::answered) co_await back_off();
            continue;
        }
        if (seen.ec) co_return seen.ec;
        const auto found =
            std::ranges::find_if(seen.names, [&](const auto& name) { return name.starts_with(prefix); });
        if (found == seen.names.end()) {
            if (std::exchange(asked_before, true)) co_return server_errc::no_node;
            co_await pause(second_look, true);
            continue;
        }

        const mailbox<stat_reply> looked(world_.executor());
        const std::string path = join_path(settings_->directory, *found);
        home->exists(path, looked.sink());
        const stat_reply seen_node = co_await looked.take();
        if (worth_retrying(seen_node)) continue;
        if (is_code(seen_node.ec, server_errc::no_node)) co_return seen_node.ec;
        mine.path = path;  // whatever follows, it is ours to delete
        mine.home = home;
        if (seen_node.ec) co_return seen_node.ec;
        if (seen_node.node.ephemeral_owner != home->id()) co_return round_end::session_over;
        mine.node = seen_node.node;
        mine.epoch = epoch;
        mine.children = std::move(seen.names);
        co_return error_code();
    }
}

// The directory is missing, or was reaped a moment ago (hazard A8): all its levels in one network wait.
asio::awaitable<error_code> contender::create_parents(session& home) {
    std::vector<mailbox<create_reply>> created;
    for (const auto& [path, acls] : settings_->parents) {
        created.emplace_back(world_.executor());
        home.create(path, {}, create_mode::container, acls, created.back().sink());
    }
    error_code refused;
    for (const auto& level : created) {
        const create_reply made = co_await level.take();
        // A level that is there need not let us create in it; of the others the first refusal is the cause.
        if (made.ec && !is_code(made.ec, server_errc::node_exists) && !refused) refused = made.ec;
        if (is_code(made.ec, server_errc::node_exists) || !made.ec) refused = {};
    }
    co_return refused;
}

}  // namespace paddock::detail
