#include "recipes/leader/selector/running_function.hpp"

#include <exception>
#include <functional>
#include <optional>
#include <stop_token>
#include <system_error>
#include <utility>

#include <glog/logging.h>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace paddock::detail {
namespace {

void report(const std::exception_ptr& thrown) {
    try {
        if (thrown) std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        const bool asked_to = error.code() == boost::asio::error::operation_aborted;
        LOG_IF(ERROR, !asked_to) << "paddock: a leader's function has thrown: " << error.what()
                                 << "; it has resigned";
    } catch (const std::exception& error) {
        LOG(ERROR) << "paddock: a leader's function has thrown: " << error.what() << "; it has resigned";
    } catch (...) {
        LOG(ERROR) << "paddock: a leader's function has thrown; it has resigned";
    }
}

}  // namespace

void running_function::run(leader_term term, std::function<void(bool)> done) {
    {
        const std::lock_guard lock(guard_);
        running_ = true;
    }
    begin(std::move(term), [this, done = std::move(done)](const std::exception_ptr& thrown, bool began) {
        report(thrown);
        end();
        done(began);
    });
}

void running_function::enter() {
    const std::lock_guard lock(guard_);
    thread_ = std::this_thread::get_id();
}

void running_function::end() {
    std::vector<std::function<void()>> waiting;
    {
        const std::lock_guard lock(guard_);
        running_ = false;
        thread_ = {};
        waiting = std::exchange(at_end_, {});
    }
    for (const auto& done : waiting) done();
}

void running_function::when_idle(std::function<void()> done) {
    {
        const std::lock_guard lock(guard_);
        if (running_) return at_end_.push_back(std::move(done));
    }
    done();
}

bool running_function::is_here() const {
    const std::lock_guard lock(guard_);
    return running_ && thread_ == std::this_thread::get_id();
}

// The thread ends by itself right after it has said so; nobody joins it, for a function may destroy its own selector.
void function_on_thread::begin(leader_term term, end_sink ended) try {
    std::thread([self = shared_from_this(), term = std::move(term), ended] {
        self->enter();
        const bool begins = !term.ended.stop_requested();  // else lost on the way here (hazard F15)
        std::exception_ptr thrown;
        try {
            if (begins) self->what_(term);
        } catch (...) {
            thrown = std::current_exception();
        }
        ended(thrown, begins);
    }).detach();
} catch (const std::system_error&) {  // no more threads: as if the function had thrown
    ended(std::current_exception(), true);
}

namespace {

using boost::asio::awaitable;

/// The end of a coroutine, also of one that is destroyed with its executor's context.
struct single_end {
    running_function::end_sink ended;
    bool began = false;
    void operator()(const std::exception_ptr& thrown) {
        if (ended) std::exchange(ended, nullptr)(thrown, began);
    }
    ~single_end() {
        began = true;  // its executor is gone: no other term could run there
        (*this)({});
    }
};

/// Hands the request to stop to a coroutine: the signal belongs to its executor.
struct cancellation {
    boost::asio::cancellation_signal signal;
    std::optional<std::stop_callback<std::function<void()>>> on_stop;
};

awaitable<void> run_unless_over(leader_selector::coroutine what, leader_term term,
                                std::shared_ptr<single_end> end) {
    // Not dispatched, which the system executor would do on core's thread.
    co_await boost::asio::post(boost::asio::use_awaitable);
    if (term.ended.stop_requested()) co_return;
    end->began = true;
    co_await what(std::move(term));
}

}  // namespace

void function_as_coroutine::begin(leader_term term, end_sink ended) {
    auto cancel = std::make_shared<cancellation>();
    const auto slot = cancel->signal.slot();
    const std::stop_token stop = term.ended;
    auto end = std::make_shared<single_end>();
    end->ended = std::move(ended);
    auto finished = [cancel, end](const std::exception_ptr& thrown) { (*end)(thrown); };
    auto strand = boost::asio::make_strand(executor_);
    boost::asio::co_spawn(strand, run_unless_over(what_, std::move(term), end),
                          boost::asio::bind_cancellation_slot(slot, std::move(finished)));
    cancel->on_stop.emplace(stop, [weak = std::weak_ptr(cancel), strand] {
        boost::asio::post(strand, [weak] {
            if (const auto running = weak.lock())
                running->signal.emit(boost::asio::cancellation_type::terminal);
        });
    });
}

}  // namespace paddock::detail
