#include "integration/fidelity/real_side.hpp"

#include <algorithm>
#include <future>

#include <boost/asio/post.hpp>

#include "integration/support/raw_client.hpp"

namespace paddock::testing {

namespace {

constexpr std::chrono::seconds patience{20};

}  // namespace

real_side::real_side(std::string host, std::uint16_t port) : host_(std::move(host)), port_(port) {}

real_side::~real_side() {
    run([this] {
        for (auto& one : actors_) one.drop();
    });
    (void)wait([this] { return std::ranges::all_of(actors_, &actor::idle); });  // replies know the actors
}

void real_side::run(const std::function<void()>& what) {
    std::promise<void> ran;
    boost::asio::post(reactor_->executor(), [&] {
        what();
        ran.set_value();
    });
    ran.get_future().wait();
}

bool real_side::wait(const std::function<bool()>& done) {
    std::unique_lock lock(mutex());
    return journal_.changed.wait_for(lock, patience, done);
}

void real_side::open(actor_number who) {
    if (who != the_operator) proxies_.at(who).unblock();
    detail::session_parameters wanted;
    wanted.servers = who == the_operator ? host_ + ":" + std::to_string(port_) : proxies_.at(who).address();
    wanted.timeout = wanted_timeout;
    run([&] { at(who).use(reactor_->open(wanted, at(who))); });
}

void real_side::cut(actor_number who) { proxies_.at(who).cut_all(); }

void real_side::leave(actor_number who) {
    proxies_.at(who).block(block_mode::stall);
    proxies_.at(who).cut_all();
}

void real_side::come_back(actor_number who) { proxies_.at(who).unblock(); }

void real_side::expire(actor_number who) {
    std::int64_t session = 0;
    {
        const std::lock_guard lock(mutex());
        session = at(who).session();
    }
    if (!close_session(host_, port_, identity_of(session))) throw std::runtime_error("the session stays");
}

// The proxy lets nothing pass until all of the requests are sent, so that the cut does not come between.
void real_side::strike(const script_step& step, const std::function<void()>& send) {
    fault_proxy& proxy = proxies_.at(step.who);
    proxy.clear_faults();
    if (step.fault != fault_position::before_send) {
        const bool arrives = step.fault == fault_position::after_commit;
        proxy.inject({.at = arrives ? position::last : position::drop, .skip = step.struck});
    }
    proxy.stall(direction::to_server);
    run(send);
    if (step.fault == fault_position::before_send) proxy.cut_all();
    proxy.resume();
}

// Each one fires when its node is removed, also one that the client does not know of.
std::array<std::size_t, client_count> real_side::watches_left(const std::function<void()>& remove_all) {
    const auto events = [this](actor_number who) { return proxies_.at(who).counters().events; };
    const std::array before{events(0), events(1)};
    remove_all();
    return {events(0) - before[0], events(1) - before[1]};
}

}  // namespace paddock::testing
