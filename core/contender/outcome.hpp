#pragma once

#include <paddock/error.hpp>

namespace paddock::detail {

/// Why a round of competing ended without a final answer. Never seen by users.
enum class round_end {
    session_over = 1,  ///< the session has ended; a new one needs a new node
    node_gone,         ///< somebody deleted the own node while it waited
    abandoned,         ///< the caller has given up
    look_again,        ///< the queue must be read again
    others_ahead,      ///< the own turn has not come; watches are set
};

const boost::system::error_category& round_category() noexcept;

inline error_code make_error_code(round_end why) noexcept {
    return {static_cast<int>(why), round_category()};
}

inline bool is_rejoin(const error_code& ec) noexcept {
    return ec == make_error_code(round_end::session_over) || ec == make_error_code(round_end::node_gone);
}

}  // namespace paddock::detail

template <>
struct boost::system::is_error_code_enum<paddock::detail::round_end> : std::true_type {};
