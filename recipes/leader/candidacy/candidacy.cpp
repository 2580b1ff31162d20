#include "recipes/leader/candidacy/candidacy.hpp"

#include <glog/logging.h>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>

#include "recipes/leader/layout/leader_plan.hpp"

namespace paddock::detail {

candidacy::candidacy(std::shared_ptr<latch_state> latch)
    : operation<bool>(latch->client->world(), [](error_code, bool) {}), latch_(std::move(latch)) {}

void candidacy::start() {
    latch_->client->admit(shared_from_this());
    auto self = std::static_pointer_cast<candidacy>(shared_from_this());
    drive(run(std::move(self)));
}

void candidacy::want(bool competing) {
    wanted_ = competing;
    if (!competing && attempt_) attempt_->give_up(asio::error::operation_aborted);
    wake.notify();
}

void candidacy::resign(resigned_sink done) {
    if (!leading_) return done({}, release_result::already_lost);
    resigning_.push_back(std::move(done));
    wake.notify();
}

asio::awaitable<void> candidacy::run(std::shared_ptr<candidacy> self) {
    while (self->goes_on()) {
        lease held;
        const error_code ec = co_await self->campaign(held);
        const campaign_end how = ec ? judge_campaign(ec) : campaign_end::withdrawn;
        if (how == campaign_end::final) self->give_up(ec);
        if (how == campaign_end::failed && self->goes_on()) co_await self->sit_out(ec);
        const bool leads = !ec && self->goes_on();
        bool began = false;
        if (leads) began = co_await self->serve(std::move(held));
        if (began) self->delays_.reset();
        const bool withdrawn = !ec && !leads;  // at the moment of the grant (hazard F15)
        if (withdrawn && !self->given_up) (void)co_await self->release(std::move(held));
        co_await self->depart();
        if (leads && !began) co_await self->back_off();
    }
    self->finish({}, true);
    self->latch_->ended(self->why_);
}

asio::awaitable<error_code> candidacy::campaign(lease& held) {
    struct grant {
        error_code ec;
        lease held;
    };
    const mailbox<grant> box(world_.executor());
    attempt_ = std::make_shared<contender>(latch_->client, std::vector{latch_->settings}, true,
                                           [sink = box.sink()](error_code ec, lease got) {
                                               grant made;
                                               made.ec = ec;
                                               made.held = std::move(got);
                                               sink(std::move(made));
                                           });
    attempt_->hold_while_there(watched_token());
    attempt_->start();
    grant granted = co_await box.take();
    attempt_.reset();
    latch_->joined({});
    held = std::move(granted.held);
    co_return granted.ec;
}

// Its end wakes the driver.
std::shared_ptr<void> candidacy::watched_token() {
    const std::shared_ptr<void> token(nullptr, [weak = weak_from_this()](void*) {
        if (const auto self = weak.lock()) self->wake.notify();
    });
    present_ = token;
    return token;
}

// Never two nodes at once, and none once it has ended: who closes a latch takes its place for free (hazard A6).
asio::awaitable<void> candidacy::depart() {
    if (!goes_on()) latch_->seat.now(candidate_state::idle, {});
    while (!present_.expired() && !given_up) co_await wake.wait();
}

// Whatever ended it: rights may be given back, budgets freed, a directory with a full counter removed. Nobody else would
// start this latch again (hazard F11).
asio::awaitable<void> candidacy::sit_out(error_code ec) {
    latch_->seat.now(candidate_state::failing, ec);
    LOG_EVERY_T(WARNING, 60) << "paddock: a campaign to lead " << latch_->directory << " failed ("
                             << ec.message() << "); tried again within a minute";
    co_await back_off();
}

asio::awaitable<void> candidacy::back_off() {
    bool over = false;
    const auto delay = delays_.next(world_.random_unit());
    const auto timer = world_.call_at(saturating_add(world_.now(), delay), [this, &over] {
        over = true;
        wake.notify();
    });
    while (!over && goes_on()) co_await wake.wait();
}

std::shared_ptr<candidacy::term_end> candidacy::watch_over(const lease& held) {
    auto end = std::make_shared<term_end>();
    const std::weak_ptr<operation_base> waiting = shared_from_this();
    end->on_loss.emplace(held.lost_token(),
                         [ended = end->ended, waiting, entrance = latch_->client->entrance()]() mutable {
                             ended.request_stop();
                             (void)entrance->post([waiting] {
                                 if (const auto self = waiting.lock()) self->wake.notify();
                             });
                         });
    return end;
}

void candidacy::work_in(const leader_term& term) {
    work_over_ = false;
    if (!latch_->work) return;
    working_ = true;
    auto self = std::static_pointer_cast<candidacy>(shared_from_this());
    latch_->work(term, [self, entrance = latch_->client->entrance()](after_term then) {
        (void)entrance->post([self, then] {
            if (then == after_term::stop) self->wanted_ = false;
            self->working_ = false;
            self->work_over_ = true;
            self->wake.notify();
        });
    });
}

// One term. Its state changes before anybody is told; a term that was lost on its way is skipped (hazard F15): false.
asio::awaitable<bool> candidacy::serve(lease held) {
    const std::shared_ptr<lease_core> own = held.core();
    if (own->state() == lease_state::lost) co_return false;
    auto end = watch_over(held);
    leader_term term;
    term.token = held.fencing_token();
    term.node = held.node();
    term.ended = end->ended.get_token();
    leading_ = true;
    latch_->seat.enter(std::move(held), term);
    latch_->changes->tell(term);
    latch_->begin_term(term);
    work_in(term);
    while (goes_on() && resigning_.empty() && !work_over_ && own->state() != lease_state::lost)
        co_await wake.wait();

    leading_ = false;
    lease over = latch_->seat.leave();
    latch_->changes->tell(std::nullopt);
    latch_->end_hand_overs(latch_->closed ? make_error_code(asio::error::operation_aborted)
                                          : make_error_code(errc::lease_lost));
    // Where users' stop callbacks belong; and nothing here waits for one that runs.
    latch_->client->leases()->signals([end = std::move(end)] { end->ended.request_stop(); });
    // The node goes when the work is over: not two at once (hazard F14). A closed client has nothing left to give back.
    while (working_ && !given_up) co_await wake.wait();
    release_result result = release_result::already_lost;
    if (!given_up) result = co_await release(std::move(over));
    answer_resignations(result);
    co_return true;
}

asio::awaitable<release_result> candidacy::release(lease held) {
    const mailbox<release_result> box(world_.executor());
    auto released = [sink = box.sink()](error_code, release_result result) { sink(result); };
    std::move(held).async_release(asio::bind_executor(world_.executor(), std::move(released)));
    const release_result result = co_await box.take();
    co_return result;
}

void candidacy::answer_resignations(release_result result) {
    for (const resigned_sink& done : std::exchange(resigning_, {})) done({}, result);
}

}  // namespace paddock::detail
