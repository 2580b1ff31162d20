#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/error.hpp>

#include "core/blocking.hpp"
#include "core/client_core.hpp"
#include "core/completion.hpp"

namespace paddock::detail {

/// The end of a caller's deadline by core's clock.
inline boot_time end_of(environment& world, std::chrono::steady_clock::time_point deadline) {
    if (deadline == std::chrono::steady_clock::time_point::max()) return boot_time::max();
    const auto now = world.steady_now();  // time_point::min() is a deadline too
    return saturating_add(world.now(), std::max(deadline, now) - now);
}

/// The end of a limit that begins now; no clock of the caller's is asked.
inline boot_time end_of(environment& world, std::chrono::milliseconds limit) {
    return saturating_add(world.now(), limit);
}

/// Why a client takes no more calls; nothing while it does. To be asked before an operation is made: that needs the
/// client's environment, which a recipe may outlive.
inline error_code refusal(const client_core& client) {
    return client.entrance()->post([] {});
}
inline error_code refusal(const client_core& client, std::chrono::steady_clock::time_point) {
    return refusal(client);
}
/// A limit must be above zero.
inline error_code refusal(const client_core& client, std::chrono::milliseconds limit) {
    return limit > limit.zero() ? refusal(client) : make_error_code(errc::invalid_duration);
}

/// Starts an operation on core's executor, from any thread; what it does is bounded by `deadline`, a point in time or a
/// limit. The answer says that the client is closed or of another process: then the operation never completes.
template <class Operation, class Deadline>
error_code launch(const std::shared_ptr<client_core>& client, const std::shared_ptr<Operation>& what,
                  Deadline deadline) {
    return client->entrance()->post([client, what, deadline] {
        operation_base& base = *what;
        if (base.given_up) return;  // cancelled before it began
        const boot_time end = end_of(client->world(), deadline);
        if (end <= client->world().now()) return base.give_up(base.deadline_error());  // nothing is sent
        base.expire_at(end);
        what->start();
    });
}

/// The blocking form. `make` makes the operation of a sink, or throws `argument_error`.
template <class Result, class Make, class Deadline>
Result call(const std::shared_ptr<client_core>& client, Make make, Deadline deadline, std::stop_token stop,
            error_code& ec) {
    ec = refusal(*client, deadline);
    if (ec) return Result();
    blocking_result<Result> outcome;
    const auto started = make(outcome.sink());
    ec = launch(client, started, deadline);
    if (ec) return Result();
    const std::stop_callback on_stop(std::move(stop), [entrance = client->entrance(), started] {
        (void)entrance->post([started] { started->give_up(boost::asio::error::operation_aborted); });
    });
    return outcome.wait(ec);
}

/// The `async_` form: `finish` is a `completion`; `tell(target, ec, result)` calls the target with what the handler is
/// told of it.
template <class Result, class Completion, class Make, class Tell, class Deadline>
void call_async(const std::shared_ptr<client_core>& client, const Completion& finish, Make make, Tell tell,
                Deadline deadline) {
    error_code refused = refusal(*client, deadline);
    if (!refused) {
        const auto cancelled = finish->cancels(client->entrance());
        try {
            const auto started =
                make([finish, tell](error_code ec, Result result) { tell(*finish, ec, std::move(result)); });
            *cancelled = started;
            refused = launch(client, started, deadline);
        } catch (const argument_error& bad) {
            refused = bad.code();
        }
    }
    if (refused) tell([&finish](auto... args) { finish->later(std::move(args)...); }, refused, Result());
}

/// The same; the handler is told the result as the type that its signature has, or the error alone.
template <class Result, class... Told, class Make, class Deadline>
void call_async(const std::shared_ptr<client_core>& client,
                boost::asio::any_completion_handler<void(error_code, Told...)> handler, Make make,
                Deadline deadline) {
    const auto tell = [](auto&& target, error_code ec, Result result) {
        if constexpr (sizeof...(Told) == 0)
            target(ec);
        else
            target(ec, static_cast<Told>(std::move(result))...);
    };
    call_async<Result>(client, make_completion(std::move(handler), client->handlers()), make, tell, deadline);
}

/// The form of a call that throws; `form` is the one with an error_code. `path` says where it failed.
template <class Form>
auto or_throw(const std::string& path, Form form) {
    error_code ec;
    if constexpr (std::is_void_v<std::invoke_result_t<Form, error_code&>>) {
        form(ec);
        if (ec) throw boost::system::system_error(ec, path);
    } else {
        auto result = form(ec);
        if (ec) throw boost::system::system_error(ec, path);
        return result;
    }
}

/// For the forms that throw, of calls where not being there in time is an answer (false), no error.
bool in_time(const error_code& ec, const std::string& path);

}  // namespace paddock::detail
