// What selectors and their functions do.
#include "tests/simulation/selector_workload.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace paddock::testing {

using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

constexpr std::size_t candidates_max = 10;

}  // namespace

selector_workload::selector_workload(stage& on) : election_workload(on, {"/elections/a", "/elections/b"}) {}

selector_workload::~selector_workload() {
    for (const candidate_ptr& one : candidates_)
        if (!one->closed) (void)one->selector.release();
}

void selector_workload::act() {
    core_client* const by = on_.actor();
    if (by == nullptr) return;
    std::vector<candidate_ptr> own;
    for (const candidate_ptr& one : candidates_)
        if (one->by == by && !one->closing) own.push_back(one);
    own.empty() || on_.choose.chance(0.3) ? add(*by) : instruct(on_.choose.one_of(own));
}

void selector_workload::add(core_client& by) {
    std::erase_if(candidates_, [](const candidate_ptr& one) { return one->closed; });
    if (candidates_.size() >= candidates_max) return;
    const auto made = std::make_shared<candidate>();
    made->by = &by;
    made->path = on_.choose.one_of(directories());
    made->once = on_.choose.chance(0.3);
    selector_options options;
    options.auto_requeue = !made->once;
    made->selector = std::make_unique<leader_selector>(
        by.handle, made->path, by.process.executor(),
        [this, who = made.get()](leader_term term) { return work(*who, std::move(term)); },
        std::move(options));
    candidates_.push_back(made);
    start(*made);
}

void selector_workload::instruct(const candidate_ptr& who) {
    switch (on_.choose.below(6)) {
        case 0:
        case 1: return interrupt(*who);
        case 2: return close(who);
        case 3: return leave(*who);
        default: return start(*who);
    }
}

// One that does not compete again by itself is started only when it is surely idle: else its end may come after this.
void selector_workload::start(candidate& who) {
    if (who.once && (who.works_in || who.selector->state() != candidate_state::idle)) return;
    who.selector->start();
    who.wanted = true;
    who.unsure = false;
}

void selector_workload::interrupt(candidate& who) {
    who.unsure = who.unsure || who.selector->leads();
    who.interrupted_at = on_.world.now();
    who.selector->interrupt();
}

void selector_workload::cancel() {
    if (candidates_.empty()) return;
    const candidate_ptr chosen = on_.choose.one_of(candidates_);
    if (on_.can_act(*chosen->by) && !chosen->closing) interrupt(*chosen);
}

void selector_workload::close(const candidate_ptr& who) {
    if (std::exchange(who->closing, true)) return;
    who->wanted = false;
    who->selector->async_close([this, who](error_code ec) { closed(*who, ec); });
}

void selector_workload::closed(candidate& who, error_code ec) {
    if (over_) {  // of a process that is taken apart
        who.closed = true;
        who.selector.reset();
        return;
    }
    require(!std::exchange(who.closed, true), "I4", "a close completed twice");
    require(!ec || who.by->closing, "I4", "a close failed");
    require(!who.works_in, "I4", "a close completed while the function ran");
    // By the strict policy a lost term's node is deleted in the background, maybe long before its session ends.
    const bool may_be_lost = who.by->core->leases()->policy == loss_policy::strict;
    const bool may_be_over = may_be_lost || who.by->closing || who.by->session_id() != who.session ||
                             who.by->state() != session_state::connected;
    require(may_be_over || !history_.alive(who.node), "D1", "a close completed, but the node is there");
}

asio::awaitable<void> selector_workload::work(candidate& who, leader_term term) {
    try {
        if (!over_) begin(who, term);
    } catch (const violation& broken) {
        found_ = broken;
    }
    const error_code ec = co_await stay(who);
    end(who);
    if (who.fails) throw std::runtime_error("planned");
    if (ec) throw boost::system::system_error(ec);
}

asio::awaitable<error_code> selector_workload::stay(candidate& who) {
    return asio::async_initiate<const asio::use_awaitable_t<>&, void(std::exception_ptr, error_code)>(
        [this, &who](auto handler) {
            auto slot = asio::get_associated_cancellation_slot(handler);
            if (slot.is_connected())
                slot.assign([this, &who](asio::cancellation_type) { asked_to_stop(who); });
            who.waiting.emplace([done = std::move(handler)](error_code ec) mutable {
                std::move(done)(std::exception_ptr(), ec);
            });
        },
        asio::use_awaitable);
}

// Not every function stops at once.
void selector_workload::asked_to_stop(candidate& who) {
    who.cancelled = true;
    if (over_ || on_.choose.chance(0.5)) return leave(who, asio::error::operation_aborted);
    const auto same = [&who](const candidate_ptr& one) { return one.get() == &who; };
    const auto found = std::ranges::find_if(candidates_, same);
    if (found != candidates_.end()) on_.later(*who.by, 3s, [one = *found] { leave(*one); });
}

void selector_workload::leave(candidate& who, error_code ec) {
    if (!who.waiting) return;
    auto handler = std::move(*who.waiting);
    who.waiting.reset();
    asio::post(who.by->process.executor(),
               [handler = std::move(handler), ec]() mutable { std::move(handler)(ec); });
}

void selector_workload::end(candidate& who) {
    who.works_in.reset();
    if (who.once) who.wanted = false;
}

// What was to let them go is forgotten with the faults.
void selector_workload::let_the_cancelled_go() {
    for (const candidate_ptr& one : candidates_)
        if (one->cancelled && one->works_in && !one->by->process.killed()) leave(*one);
}

// At rest: its function returns or fails, or it is interrupted.
bool selector_workload::end_a_term() {
    std::vector<candidate_ptr> leading;
    for (const candidate_ptr& one : candidates_)
        if (one->works_in && lasts(*one)) leading.push_back(one);
    if (leading.empty()) return false;
    const candidate_ptr chosen = on_.choose.one_of(leading);
    on_.choose.chance(0.5) ? leave(*chosen) : interrupt(*chosen);
    return true;
}

bool selector_workload::wind_down() {
    bool all = true;
    for (const candidate_ptr& one : candidates_) {
        if (one->by->process.killed()) continue;
        close(one);
        all = all && one->closed;
    }
    let_the_cancelled_go();
    return all;
}

void selector_workload::conclude() {
    election_workload::conclude();
    for (const candidate_ptr& one : candidates_) {
        if (one->closed) {
            one->selector.reset();
        } else {  // its process was killed
            close(one);
            leave(*one);
        }
    }
}

std::unique_ptr<workload> make_selector_workload(stage& on) {
    return std::make_unique<selector_workload>(on);
}

}  // namespace paddock::testing
