#pragma once

#include <type_traits>
#include <utility>

#include <boost/asio/execution.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include "core/client/fork_gate.hpp"

namespace paddock::detail {

/// Runs everything inside the fork gate: a fork() finds the reactor thread between two functions, never
/// inside one with the log's lock, an allocation or a socket without close-on-exec half done.
template <class Inner>
class gated_executor {
public:
    explicit gated_executor(Inner inner) noexcept : inner_(std::move(inner)) {}

    template <class Function>
    void execute(Function&& function) const {
        inner_.execute([call = std::decay_t<Function>(std::forward<Function>(function))]() mutable {
            const fork_gate gate;
            std::move(call)();
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
    static gated_executor<std::decay_t<Other>> wrap(Other&& other) {
        return gated_executor<std::decay_t<Other>>(std::forward<Other>(other));
    }

    Inner inner_;
};

}  // namespace paddock::detail
