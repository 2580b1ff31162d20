#pragma once

#include <type_traits>
#include <utility>

#include <boost/asio/execution.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include "core/client/lane.hpp"

namespace paddock::detail {

/// Runs everything inside the fork gate: a fork() finds the reactor thread between two functions, never
/// inside one with the log's lock, an allocation or a socket without close-on-exec half done. What the reactor's thread
/// posts to itself goes by its lane: a chain of such functions costs no look at the sockets for each.
template <class Inner>
class gated_executor {
public:
    gated_executor(Inner inner, lane& own) noexcept : inner_(std::move(inner)), lane_(&own) {}

    template <class Function>
    void execute(Function&& function) const {
        using boost::asio::execution::blocking;
        const bool later = boost::asio::query(inner_, blocking) == blocking.never;
        if (later && lane_->active()) return lane_->push(std::forward<Function>(function));
        inner_.execute([inner = inner_, lane = lane_,
                        call = std::decay_t<Function>(std::forward<Function>(function))]() mutable {
            if (lane->active()) return std::move(call)();  // dispatched: inside the function that did so
            if (lane->run(std::move(call))) drain_later(inner, *lane);
        });
    }

    template <class Property>
    requires boost::asio::can_query_v<const Inner&, Property>
    decltype(auto) query(const Property& property) const { return boost::asio::query(inner_, property); }
    template <class Property>
    requires boost::asio::can_require_v<const Inner&, Property>
    auto require(const Property& property) const { return wrap(boost::asio::require(inner_, property)); }
    template <class Property>
    requires boost::asio::can_prefer_v<const Inner&, Property>
    auto prefer(const Property& property) const { return wrap(boost::asio::prefer(inner_, property)); }

    friend bool operator==(const gated_executor& a, const gated_executor& b) noexcept {
        return a.inner_ == b.inner_;
    }

private:
    template <class Other>
    auto wrap(Other&& other) const {
        return gated_executor<std::decay_t<Other>>(std::forward<Other>(other), *lane_);
    }
    static void drain_later(const Inner& inner, lane& own) {
        const fork_gate gate;
        boost::asio::require(inner, boost::asio::execution::blocking.never).execute([inner, &own] {
            own.resume();
            if (own.drain()) drain_later(inner, own);
        });
    }

    Inner inner_;
    lane* lane_;
};

}  // namespace paddock::detail
