#pragma once

#include <algorithm>
#include <list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <paddock/leader_selector.hpp>

#include "tests/support/core_fixture.hpp"

namespace paddock::testing {

/// One participant; the test decides when its function returns, unless it is cancelled.
struct worker {
    core_client* by = nullptr;
    std::optional<leader_selector> selector;
    int running = 0;
    int most = 0;
    int finished = 0;
    int cancelled = 0;
    bool ignores_cancellation = false;
    bool throws = false;
    std::vector<fencing_token> terms;
    std::optional<boost::asio::any_completion_handler<void(error_code)>> waiting;

    void leave(error_code ec = {}) {
        if (!waiting) return;
        auto handler = std::move(*waiting);
        waiting.reset();
        boost::asio::post(by->process.executor(),
                          [handler = std::move(handler), ec]() mutable { std::move(handler)(ec); });
    }
    boost::asio::awaitable<error_code> stay() {
        return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                           void(std::exception_ptr, error_code)>(
            [this](auto handler) {
                auto slot = boost::asio::get_associated_cancellation_slot(handler);
                if (slot.is_connected()) {
                    slot.assign([this](boost::asio::cancellation_type) {
                        ++cancelled;
                        if (!ignores_cancellation) leave(boost::asio::error::operation_aborted);
                    });
                }
                waiting.emplace([done = std::move(handler)](error_code ec) mutable {
                    std::move(done)(std::exception_ptr(), ec);
                });
            },
            boost::asio::use_awaitable);
    }
    boost::asio::awaitable<void> work(leader_term term) {
        terms.push_back(term.token);
        most = std::max(most, ++running);
        const error_code ec = co_await stay();
        --running;
        ++finished;
        if (throws) throw std::runtime_error("planned");
        if (ec) throw boost::system::system_error(ec);
    }
};

class Selector : public CoreTest {
protected:
    static constexpr const char* directory = "/election/s";

    worker& add(core_client& by, selector_options options = {}) {
        worker& made = workers.emplace_back();
        made.by = &by;
        made.selector.emplace(
            by.handle, directory, by.process.executor(),
            [&made](leader_term term) { return made.work(std::move(term)); }, std::move(options));
        made.selector->start();
        return made;
    }
    worker& add_running(core_client& by, selector_options options = {}) {
        worker& made = add(by, std::move(options));
        EXPECT_TRUE(run_until([&] { return made.running == 1; }));
        return made;
    }
    worker& add_waiting(core_client& by, selector_options options = {}) {
        const auto before = nodes();
        worker& made = add(by, std::move(options));
        EXPECT_TRUE(run_until([&] { return nodes() == before + 1; }));
        world.advance(20ms);
        return made;
    }
    [[nodiscard]] std::size_t nodes() const { return ensemble.children(directory).size(); }
    [[nodiscard]] int running() const {
        int sum = 0;
        for (const worker& one : workers) sum += one.running;
        return sum;
    }
    /// Closes it; its function may run on until the test ends it.
    std::shared_ptr<bool> begin_close(worker& who) {
        auto closed = std::make_shared<bool>(false);
        who.selector->async_close([closed](error_code) { *closed = true; });
        return closed;
    }
    void close(worker& who) {
        const auto closed = begin_close(who);
        EXPECT_TRUE(run_until([&] { return *closed; }, 30s)) << "a selector does not close";
    }
    void TearDown() override {
        heal();
        for (worker& one : workers) {
            if (!one.selector) continue;
            one.ignores_cancellation = false;
            const auto closed = begin_close(one);
            EXPECT_TRUE(run_until(
                [&] {
                    one.leave();
                    return *closed;
                },
                30s));
            EXPECT_LE(one.most, 1) << "two functions at once";
            EXPECT_EQ(one.running, 0);
            for (std::size_t i = 1; i < one.terms.size(); ++i) EXPECT_GT(one.terms[i], one.terms[i - 1]);
        }
        workers.clear();  // closed, so their destructors do not wait
        CoreTest::TearDown();
    }
    std::list<worker> workers;
};

}  // namespace paddock::testing
