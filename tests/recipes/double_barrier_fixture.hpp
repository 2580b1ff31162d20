#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <paddock/double_barrier.hpp>

#include "recipes/double_barrier/generation/generation_record.hpp"
#include "tests/recipes/call_fixture.hpp"

namespace paddock::testing {

/// Members of one double barrier.
class DoubleBarrierTest : public CallTest {
protected:
    static constexpr const char* party = "/parties/a";
    using state = detail::generation_record::state;

    using CallTest::CallTest;

    attempt enter(core_client& by, std::size_t members = 2) {
        attempts.push_back(std::make_shared<outcome<lease>>());
        const attempt made = attempts.back();
        double_barrier(by.handle, party, members)
            .async_enter(boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world)));
        return made;
    }
    call leave(core_client& by, const attempt& who, std::size_t members = 2) {
        double_barrier on(by.handle, party, members);
        return begin_void([&](auto handler) { on.async_leave(std::move(who->result), handler); });
    }
    bool all_in(const std::vector<attempt>& who) {
        return run_until(
            [&] { return std::ranges::all_of(who, [](const auto& one) { return one->granted(); }); });
    }
    ::testing::AssertionResult all_out(const std::vector<call>& who, error_code with = {}) {
        for (const call& one : who) {
            const ::testing::AssertionResult ended = ends_with(one, with);
            if (!ended) return ended;
        }
        return ::testing::AssertionSuccess();
    }
    detail::generation_record seen() const {
        return detail::read_generation(ensemble.data(party)).value_or(detail::generation_record());
    }
    const error_code broken = errc::broken_barrier;
};

}  // namespace paddock::testing
