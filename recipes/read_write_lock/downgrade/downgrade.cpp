#include "recipes/read_write_lock/downgrade/downgrade.hpp"

#include <utility>
#include <vector>

#include "core/contender/confirm_nodes.hpp"
#include "core/path.hpp"
#include "core/retry.hpp"
#include "core/sequence_name.hpp"
#include "recipes/read_write_lock/queue/read_write_plan.hpp"

namespace paddock::detail {

downgrade::downgrade(std::shared_ptr<client_core> core, std::shared_ptr<const contender_settings> readers,
                     lease writer, sink_type sink)
    : operation(core->world(), std::move(sink)),
      core_(std::move(core)),
      readers_(std::move(readers)),
      writer_(std::move(writer)),
      held_(writer_.core()) {}

void downgrade::start() {
    core_->admit(shared_from_this());
    auto self = std::static_pointer_cast<downgrade>(shared_from_this());
    if (!finished()) drive(run(std::move(self)));
}

asio::awaitable<void> downgrade::run(std::shared_ptr<downgrade> self) {
    const auto home = self->held_->home();
    // Nobody is to take the end of the writer's node for a loss.
    if (home) self->kept_ = home->leases().detach(self->held_);
    self->writer_ = lease();
    if (self->kept_) {
        co_await self->replace(home);
    } else {
        self->finish(errc::lease_lost, lease());
    }
}

asio::awaitable<void> downgrade::replace(std::shared_ptr<session> home) {
    const std::string& writer = held_->who().nodes.front();
    const auto name = downgraded_name(name_of(writer), format_uuid(world_.random_128()));
    const std::string reader = join_path(readers_->directory, *name);
    next then = next::again;
    error_code why;
    while (then == next::again) {  // ends by an answer, or with the session
        const bool connected = co_await home->wait_connected(*this, true);
        if (!connected) break;
        then = co_await attempt(*home, reader, why);
    }
    if (then == next::done) {
        const bool there = co_await confirm(home, reader);
        if (there) co_return grant(home, reader);
        then = next::lost;
    }
    // Whichever of the two is there is not to stay.
    if (!home->ended()) {
        home->obligations().add(writer, kept_, {});
        home->obligations().add(reader, kept_, {});
    }
    kept_.reset();
    finish(then == next::failed ? why : make_error_code(errc::lease_lost), lease());
}

asio::awaitable<downgrade::next> downgrade::attempt(session& home, const std::string& reader,
                                                    error_code& why) {
    std::vector<multi_op> ops(2);
    ops[0].what = multi_op::kind::create;
    ops[0].path = reader;
    ops[0].data = readers_->data();
    ops[0].mode = create_mode::ephemeral;
    ops[0].acls = readers_->acls;
    ops[1].what = multi_op::kind::remove;
    ops[1].path = held_->who().nodes.front();
    epoch_ = home.clock()->epoch();
    const mailbox<multi_reply> replaced(world_.executor());
    home.multi(ops, replaced.sink());
    const multi_reply answer = co_await replaced.take();
    if (!answer.ec) co_return next::done;
    // An earlier attempt has taken effect, or the writer's node was gone before.
    const bool by_now =
        is_code(answer.ec, server_errc::node_exists) || is_code(answer.ec, server_errc::no_node);
    if (by_now) co_return co_await look(home, reader);
    if (worth_retrying(answer)) {
        if (home.asks_for_pause(answer)) co_await back_off();
        co_return next::again;
    }
    why = answer.ec;
    co_return next::failed;
}

// Behind a write of this session, so what it finds is final.
asio::awaitable<downgrade::next> downgrade::look(session& home, const std::string& reader) {
    const mailbox<stat_reply> looked(world_.executor());
    home.exists(reader, looked.sink());
    const stat_reply seen = co_await looked.take();
    if (worth_retrying(seen) && home.asks_for_pause(seen)) co_await back_off();
    if (worth_retrying(seen)) co_return next::again;
    co_return seen.ec || seen.node.ephemeral_owner != home.id() ? next::lost : next::done;
}

asio::awaitable<void> downgrade::back_off() {
    const auto delay = delays_.next(world_.random_unit());
    co_await pause(delay, true);
}

// On the present connection, as for every grant.
asio::awaitable<bool> downgrade::confirm(std::shared_ptr<session> home, const std::string& reader) {
    if (home->expired()) co_return false;  // by the clock, after a pause of the process
    if (home->connected() && home->clock()->epoch() == epoch_) co_return true;
    const std::vector<std::string> nodes(1, reader);
    const error_code ec = co_await confirm_nodes(*this, *home, nodes, epoch_, true);
    co_return !ec && !home->expired();
}

void downgrade::grant(const std::shared_ptr<session>& home, const std::string& reader) {
    lease_core::identity who;
    who.nodes = {reader};
    lease_part& part = who.parts.emplace_back();
    part.path = readers_->shown;
    part.node = core_->options().prefix.inside(reader);
    part.token = held_->first().token;
    who.session_id = home->id();
    who.epoch = epoch_;
    auto granted = std::make_shared<lease_core>(std::move(who), home->clock(), home, core_->leases());
    home->leases().hold(granted, std::move(kept_));
    finish({}, lease(std::move(granted)));
}

}  // namespace paddock::detail
