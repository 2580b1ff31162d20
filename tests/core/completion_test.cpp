// Users' handlers: called once, on their executor, never inside the initiating function.
#include <gtest/gtest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include "core/completion.hpp"

namespace paddock::detail {
namespace {

namespace asio = boost::asio;

class Completion : public ::testing::Test {
protected:
    using handler = asio::any_completion_handler<void(error_code, int)>;

    auto make(handler made) {
        return make_completion(std::move(made),
                               [this](unique_task task) { asio::post(callbacks, std::move(task)); });
    }
    template <class Executor>
    handler bound_to(Executor executor) {
        return asio::bind_executor(executor, [this](error_code, int value) {
            ++calls;
            got = value;
        });
    }
    std::size_t run(asio::io_context& io) {
        io.restart();
        return io.poll();
    }
    asio::io_context callbacks;
    asio::io_context own;
    int calls = 0;
    int got = 0;
};

TEST_F(Completion, WithoutAnExecutorRunsWithTheCallbacks) {
    const auto finish = make([this](error_code, int value) {
        ++calls;
        got = value;
    });
    (*finish)(error_code(), 5);
    EXPECT_EQ(calls, 0);
    run(callbacks);
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(got, 5);
}

TEST_F(Completion, WithAnExecutorRunsThere) {
    const auto finish = make(bound_to(own.get_executor()));
    (*finish)(error_code(), 5);
    EXPECT_EQ(run(callbacks), 0u);
    run(own);
    EXPECT_EQ(calls, 1);
}

TEST_F(Completion, SystemExecutorIsNotRunInline) {
    const auto finish = make(bound_to(asio::system_executor()));
    (*finish)(error_code(), 5);
    EXPECT_EQ(calls, 0) << "that would be on the reactor";
    run(callbacks);
    EXPECT_EQ(calls, 1);
}

TEST_F(Completion, LaterGoesThroughTheCallbacksToTheExecutor) {
    const auto finish = make(bound_to(own.get_executor()));
    finish->later(error_code(), 5);
    EXPECT_EQ(run(own), 0u);
    run(callbacks);
    EXPECT_EQ(calls, 0);
    run(own);
    EXPECT_EQ(calls, 1);
}

TEST_F(Completion, SecondCallIsIgnored) {
    const auto finish = make(bound_to(own.get_executor()));
    (*finish)(error_code(), 5);
    (*finish)(error_code(), 6);
    finish->later(error_code(), 7);
    run(callbacks);
    run(own);
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(got, 5);
}

TEST_F(Completion, KeepsTheExecutorsContextRunning) {
    auto finish = make(bound_to(own.get_executor()));
    own.restart();
    EXPECT_EQ(own.poll(), 0u);
    EXPECT_FALSE(own.stopped()) << "work is outstanding";
    (*finish)(error_code(), 5);
    own.run();
    EXPECT_TRUE(own.stopped());
    EXPECT_EQ(calls, 1);
}

TEST_F(Completion, DroppedWithoutACallReleasesTheContext) {
    auto finish = make(bound_to(own.get_executor()));
    finish.reset();
    own.restart();
    own.poll();
    EXPECT_TRUE(own.stopped());
    EXPECT_EQ(calls, 0);
}

TEST_F(Completion, CancellationRunsOnCoreUntilTheCall) {
    const auto entrance = std::make_shared<gate>(callbacks.get_executor());
    asio::cancellation_signal signal;
    const auto finish = make(asio::bind_cancellation_slot(signal.slot(), bound_to(own.get_executor())));
    int cancels = 0;
    finish->on_cancel(entrance, [&] { ++cancels; });
    signal.emit(asio::cancellation_type::none);
    run(callbacks);
    EXPECT_EQ(cancels, 0);
    signal.emit(asio::cancellation_type::total);
    EXPECT_EQ(cancels, 0) << "never inside emit";
    run(callbacks);
    EXPECT_EQ(cancels, 1);
    (*finish)(error_code(), 5);
    run(own);
    signal.emit(asio::cancellation_type::terminal);
    run(callbacks);
    EXPECT_EQ(cancels, 1) << "nothing is left to cancel";
}

}  // namespace
}  // namespace paddock::detail
