#include "tests/sim/virtual_environment.hpp"

#include <algorithm>
#include <stdexcept>

namespace paddock::testing {

namespace {

constexpr std::size_t handler_limit = 1'000'000;

// Not zero: a time of zero must not be taken for "never".
constexpr std::int64_t start_of_time = std::chrono::nanoseconds(std::chrono::hours(1)).count();

}  // namespace

virtual_environment::virtual_environment(std::uint64_t seed) : now_(start_of_time), random_(seed) {
    lanes_.push_back(&own_);
}

virtual_environment::~virtual_environment() {
    closing_ = true;
    while (!queue_.empty()) {  // an action may own what owns its call
        const auto dropped = queue_.begin()->shared_from_this();
        queue_.erase(queue_.begin());
        const auto action = std::exchange(dropped->action, {});
    }
}

boost::asio::any_io_executor virtual_environment::executor() { return own_.get_executor(); }

detail::boot_time virtual_environment::now() const noexcept {
    return detail::boot_time(detail::boot_clock::duration(now_.load(std::memory_order_relaxed)));
}

detail::scheduled_call virtual_environment::call_at(detail::boot_time when, std::function<void()> action) {
    return call_at(own_, when, std::move(action));
}

detail::scheduled_call virtual_environment::call_at(virtual_lane& lane, detail::boot_time when,
                                                    std::function<void()> action) {
    if (closing_ || lane.dead) return nullptr;
    auto made = std::make_shared<entry>();
    made->place = {lane.clock.when(when), ++scheduled_};
    made->due = when;
    made->lane = &lane;
    made->action = std::move(action);
    queue_.insert(*made);
    return made;
}

std::array<std::uint8_t, 16> virtual_environment::random_128() {
    std::array<std::uint8_t, 16> bits{};
    for (std::size_t half = 0; half < bits.size(); half += 8) {
        std::uint64_t word = random_();
        for (std::size_t i = 0; i < 8; ++i, word >>= 8)
            bits[half + i] = static_cast<std::uint8_t>(word & 0xff);
    }
    return bits;
}

double virtual_environment::random_unit() {
    return static_cast<double>(random_() >> 11) *
           0x1.0p-53;  // the distributions of <random> differ by library
}

std::unique_ptr<detail::znode_api> virtual_environment::open(const detail::session_parameters& parameters,
                                                             detail::session_listener& listener) {
    return open_for(*this, parameters, listener);
}

std::unique_ptr<detail::znode_api> virtual_environment::open_for(virtual_host& local,
                                                                 const detail::session_parameters& parameters,
                                                                 detail::session_listener& listener) {
    if (!opener_) throw std::logic_error("a session was opened, but there is no simulated ensemble");
    return opener_(local, parameters, listener);
}

void virtual_environment::add(virtual_lane& lane) { lanes_.push_back(&lane); }

void virtual_environment::remove(virtual_lane& lane) {
    std::erase(lanes_, &lane);
    for (auto at = queue_.begin(); at != queue_.end();) at = at->lane == &lane ? queue_.erase(at) : ++at;
}

void virtual_environment::reschedule(const virtual_lane& lane) {
    std::vector<entry*> moved;
    for (entry& one : queue_) {
        if (one.lane == &lane) moved.push_back(&one);
    }
    for (entry* const one : moved) {
        queue_.erase(*one);
        one->place.first = lane.clock.when(one->due);
        queue_.insert(*one);
    }
}

void virtual_environment::bury(virtual_lane& lane, const virtual_host& process) {
    lane.dead = true;
    for (auto at = queue_.begin(); at != queue_.end();) {
        entry& one = *at;
        at = one.lane == &lane ? queue_.erase(at) : std::next(at);
        if (one.lane == &lane) hand_over(one);
    }
    std::erase(lanes_, &lane);
    if (undertaker_) undertaker_(process);
}

void virtual_environment::exhume(virtual_lane& lane) {
    lane.dead = false;
    add(lane);
}

// Runs what is due when it is the lane's turn, which is at once when nothing waits there.
void virtual_environment::hand_over(entry& due) {
    virtual_lane& lane = *due.lane;
    if (lane.runs() && lane.idle() && !lane.dead) {
        const auto action = std::move(due.action);
        return lane.run(action);
    }
    lane.post([weak = due.weak_from_this()] {
        const auto call = weak.lock();  // gone: taken back while it waited for its turn
        if (!call) return;
        const auto action = std::move(call->action);
        action();
    });
}

bool virtual_environment::run_ready_handler() {
    for (std::size_t tried = 0; tried < lanes_.size(); ++tried) {
        virtual_lane& lane = *lanes_[next_lane_++ % lanes_.size()];
        if (lane.runs() && lane.run_one()) return true;
    }
    return false;
}

bool virtual_environment::release_next_call(detail::boot_time limit) {
    if (queue_.empty()) return false;
    entry& next = *queue_.begin();
    const detail::boot_time when = next.place.first;
    if (when > limit || when == detail::boot_time::max()) return false;  // the end of time is never
    queue_.erase(queue_.begin());
    now_.store(std::max(now(), when).time_since_epoch().count(), std::memory_order_relaxed);
    hand_over(next);
    return true;
}

void virtual_environment::schedule_by_priority(std::uint64_t seed) { priorities_.emplace(seed); }

// The order of lanes_ is the order of priority.
bool virtual_environment::step_by_priority() {
    constexpr std::uint64_t steps_between_changes = 512;
    constexpr std::chrono::milliseconds longest_neglect(3);
    auto& random = *priorities_;
    if (random() % steps_between_changes == 0)
        std::rotate(lanes_.begin(), lanes_.begin() + static_cast<std::ptrdiff_t>(random() % lanes_.size()),
                    lanes_.end());
    const bool neglect_last = lanes_.size() > 1 && random() % 4 == 0;
    for (virtual_lane* const lane : lanes_) {
        if (neglect_last && lane == lanes_.back() &&
            release_next_call(saturating_add(now(), longest_neglect)))
            return true;
        if (lane->runs() && lane->run_one()) return true;
    }
    return release_next_call(detail::boot_time::max());
}

bool virtual_environment::step() {
    if (priorities_) return step_by_priority();
    return run_ready_handler() || release_next_call(detail::boot_time::max());
}

void virtual_environment::settle() {
    for (std::size_t ran = 0; run_ready_handler() || release_next_call(now());)
        if (++ran > handler_limit)
            throw std::runtime_error(
                "the simulation does not come to rest: a million handlers ran at one moment");
}

void virtual_environment::advance(std::chrono::nanoseconds length) {
    const auto target = saturating_add(now(), length);
    settle();
    while (release_next_call(target)) settle();
    now_.store(target.time_since_epoch().count(), std::memory_order_relaxed);
}

bool virtual_environment::run_until(const std::function<bool()>& done, std::chrono::nanoseconds limit) {
    const auto target = saturating_add(now(), limit);
    settle();
    while (!done()) {
        if (!release_next_call(target)) {
            now_.store(target.time_since_epoch().count(), std::memory_order_relaxed);
            return done();
        }
        settle();
    }
    return true;
}

std::size_t virtual_environment::scheduled_calls() const { return queue_.size(); }

}  // namespace paddock::testing
