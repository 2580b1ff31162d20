#include <paddock/count_down_latch.hpp>

#include <utility>

#include "core/call.hpp"
#include "recipes/count_down_latch/latch_core.hpp"

namespace paddock {
namespace {

void check_value(detail::latch_verb what, std::int64_t value) {
    if (what == detail::latch_verb::try_reset) detail::check_count(value, "try_reset: count");
}

// The id of a change is made where the environment may be asked: on core's executor, when it starts.
auto maker(const std::shared_ptr<detail::latch_core>& core, detail::latch_verb what, std::int64_t value) {
    return [core, what, value](detail::latch_operation::sink_type sink) {
        return std::make_shared<detail::latch_operation>(core, what, value, std::move(sink));
    };
}

}  // namespace

count_down_latch::count_down_latch(client& on, std::string path, std::int64_t initial)
    : core_(std::make_shared<detail::latch_core>(on.core(), std::move(path), initial)) {}

const std::string& count_down_latch::path() const noexcept { return core_->path; }

void count_down_latch::wait(std::stop_token stop, error_code& ec) {
    run(verb::wait, detail::no_deadline, ec, 0, std::move(stop));
}

// Not being at zero in time is an answer, everything else an error.
bool count_down_latch::wait_until(clock::time_point deadline) {
    error_code ec;
    run(verb::wait, deadline, ec);
    if (ec && ec != errc::timed_out && ec != errc::servers_unreachable)
        throw boost::system::system_error(ec, path());
    return !ec;
}

std::int64_t count_down_latch::run(verb what, clock::time_point deadline, error_code& ec, std::int64_t value,
                                   std::stop_token stop) {
    check_value(what, value);
    return detail::call<std::int64_t>(core_->client, maker(core_, what, value), deadline, std::move(stop),
                                      ec);
}

std::int64_t count_down_latch::run_for(verb what, nanoseconds limit, error_code& ec, std::int64_t value) {
    if (limit > nanoseconds::zero()) return run(what, detail::deadline_after(limit), ec, value);
    ec = errc::invalid_duration;
    return 0;
}

std::int64_t count_down_latch::demand(verb what, clock::time_point deadline, std::int64_t value) {
    error_code ec;
    const std::int64_t answer = run(what, deadline, ec, value);
    if (ec) throw boost::system::system_error(ec, path());
    return answer;
}

namespace {

template <class Completion, class Tell>
void start_on(const std::shared_ptr<detail::latch_core>& core, detail::latch_verb what,
              std::chrono::steady_clock::time_point deadline, std::int64_t value, const Completion& finish,
              Tell tell) {
    try {
        check_value(what, value);
    } catch (const argument_error& refusal) {
        tell([&finish](auto... args) { finish->later(std::move(args)...); }, refusal.code(), std::int64_t(0));
        return;
    }
    detail::call_async<std::int64_t>(core->client, finish, maker(core, what, value), tell, deadline);
}

}  // namespace

void count_down_latch::start(core_ptr core, verb what, clock::time_point deadline, std::int64_t value,
                             boost::asio::any_completion_handler<void(error_code)> handler) {
    start_on(core, what, deadline, value,
             detail::make_completion(std::move(handler), core->client->handlers()),
             [](auto&& target, error_code ec, std::int64_t) { target(ec); });
}

void count_down_latch::start(core_ptr core, verb what, clock::time_point deadline, std::int64_t value,
                             boost::asio::any_completion_handler<void(error_code, bool)> handler) {
    start_on(core, what, deadline, value,
             detail::make_completion(std::move(handler), core->client->handlers()),
             [](auto&& target, error_code ec, std::int64_t result) { target(ec, result != 0); });
}

void count_down_latch::start(core_ptr core, verb what, clock::time_point deadline, std::int64_t value,
                             boost::asio::any_completion_handler<void(error_code, std::int64_t)> handler) {
    start_on(core, what, deadline, value,
             detail::make_completion(std::move(handler), core->client->handlers()),
             [](auto&& target, error_code ec, std::int64_t result) { target(ec, result); });
}

}  // namespace paddock
