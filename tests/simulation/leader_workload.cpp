// What latches and observers do.
#include "tests/simulation/leader_workload.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>

#include "tests/simulation/violation.hpp"

namespace paddock::testing {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t candidates_max = 12;
constexpr std::size_t spectators_max = 4;
constexpr std::size_t requests_max = 24;

}  // namespace

leader_workload::leader_workload(stage& on) : election_workload(on, {"/leaders/a", "/leaders/b"}) {}

void leader_workload::act() {
    core_client* const by = on_.actor();
    if (by == nullptr) return;
    const auto what = on_.choose.below(8);
    if (what == 0) return add_spectator(*by);
    if (what < 3) return add(*by);
    std::vector<candidate*> own;
    for (candidate& one : candidates_)
        if (one.by == by && !one.closing) own.push_back(&one);
    own.empty() ? add(*by) : instruct(*on_.choose.one_of(own));
}

void leader_workload::add(core_client& by) {
    std::erase_if(candidates_, [](const candidate& one) { return one.closed; });
    if (candidates_.size() >= candidates_max) return;
    candidate& made = candidates_.emplace_back();
    made.by = &by;
    made.path = on_.choose.one_of(directories());
    made.id = "candidate-" + std::to_string(on_.choose.below(3));
    leader_options options;
    options.id = made.id;
    options.on_change = [this, &made](const auto& now) { note_change(made, now); };
    if (on_.choose.chance(0.5))
        options.on_heir = [this, &made](std::function<void()> ready) { note_heir(made, std::move(ready)); };
    made.latch.emplace(by.handle, made.path, std::move(options));
    made.latch->start();
    made.wanted = true;
}

void leader_workload::instruct(candidate& who) {
    switch (on_.choose.below(8)) {
        case 0: return await(who);
        case 1: return resign(who, after_term::compete_again);
        case 2: return resign(who, after_term::stop);
        case 3:
        case 4: return publish(who);
        case 5: return hand_over(who);
        case 6: return close(who);
        default: break;
    }
    who.latch->start();
    who.wanted = true;
}

// A handler that counts its calls, of an operation that may be cancelled.
template <class... Extra>
auto leader_workload::completion(const char* what, core_client& by, request_ptr& made) {
    made = std::make_shared<request>();
    made->by = &by;
    made->what = what;
    requests_.push_back(made);
    return boost::asio::bind_cancellation_slot(made->cancelled.slot(), [this, made](error_code, Extra...) {
        if (over_) return;  // of a process that is taken apart
        if (++made->completions > 1) throw violation("I4", std::string(made->what) + " completed twice");
        requests_.remove(made);
    });
}

void leader_workload::await(candidate& who) {
    if (requests_.size() >= requests_max) return;
    request_ptr made;
    auto done = completion<leader_term>("an await", *who.by, made);
    const bool bounded = on_.choose.chance(0.5);
    const auto deadline = who.by->process.steady_now() + on_.choose.up_to(5s);
    bounded ? who.latch->async_await_until(deadline, std::move(done))
            : who.latch->async_await(std::move(done));
}

void leader_workload::resign(candidate& who, after_term then) {
    if (requests_.size() >= requests_max) return;
    request_ptr made;
    who.latch->async_resign(then, completion<release_result>("a resignation", *who.by, made));
    if (then == after_term::stop) who.wanted = false;
}

void leader_workload::publish(candidate& who) {
    if (requests_.size() >= requests_max) return;
    request_ptr made;
    const std::string value = "value-" + std::to_string(++values_);
    who.latch->async_publish(value, 5s, completion<>("a publication", *who.by, made));
}

void leader_workload::hand_over(candidate& who) {
    if (requests_.size() >= requests_max || !who.latch->leads()) return;
    request_ptr made;
    who.latch->async_hand_over(3s, after_term::compete_again,
                               completion<hand_over_result>("a hand-over", *who.by, made));
}

void leader_workload::close(candidate& who) {
    if (std::exchange(who.closing, true)) return;
    who.wanted = false;
    const auto mode = on_.choose.chance(0.5) ? close_mode::silent : close_mode::notify;
    who.latch->async_close(mode, [this, &who, mode](error_code ec) {
        if (over_) return;
        require(!who.closed, "I4", "a close completed twice");
        require(!ec || who.by->closing, "I4", "a close failed");
        require(mode == close_mode::silent || !who.told, "I12", "a close did not tell that the term is over");
        who.closed = true;
    });
}

void leader_workload::add_spectator(core_client& by) {
    if (spectators_.size() >= spectators_max) spectators_.pop_front();
    spectator& made = spectators_.emplace_back();
    made.by = &by;
    made.path = on_.choose.one_of(directories());
    made.observer.emplace(by.handle, made.path, [this, &made](const auto& now) { note_view(made, now); });
    made.observer->start();
}

void leader_workload::note_heir(candidate& who, std::function<void()> ready) {
    if (over_) return;
    on_.later(*who.by, 4s, [ready = std::move(ready)] { ready(); });
}

void leader_workload::cancel() {
    if (requests_.empty()) return;
    const request_ptr chosen = on_.choose.one_of(requests_);
    if (on_.can_act(*chosen->by)) chosen->cancelled.emit(boost::asio::cancellation_type::terminal);
}

bool leader_workload::wind_down() {
    spectators_.clear();
    bool all = true;
    for (candidate& one : candidates_) {
        if (one.by->process.killed()) continue;
        close(one);
        all = all && one.closed;
    }
    for (const request_ptr& one : requests_) all = all && one->by->process.killed();
    return all;
}

void leader_workload::conclude() {
    election_workload::conclude();
    candidates_.clear();
    requests_.clear();
}

std::unique_ptr<workload> make_leader_workload(stage& on) { return std::make_unique<leader_workload>(on); }

}  // namespace paddock::testing
