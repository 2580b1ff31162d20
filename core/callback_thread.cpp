#include "core/callback_thread.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace paddock::detail {

namespace asio = boost::asio;

struct callback_thread::state {
    explicit state(const char* thread_name) : name(thread_name) {}
    const std::string name;
    const pid_t owner = ::getpid();
    std::mutex guard;
    asio::io_context queue{1};
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
    std::thread thread;
};

namespace {

// Signals are the application's affair: they are delivered to its threads, never to ours.
std::thread start_quietly(std::function<void()> body) {
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread started(std::move(body));
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return started;
}

}  // namespace

callback_thread::callback_thread(const char* name) : state_(std::make_shared<state>(name)) {}

callback_thread::~callback_thread() { stop(); }

void callback_thread::post(unique_task task) {
    if (::getpid() != state_->owner) {
        // Neither thread nor lock came along into a forked child; what is refused there completes all the same.
        std::thread([task = std::move(task)]() mutable { std::move(task)(); }).detach();
        return;
    }
    const std::lock_guard lock(state_->guard);
    asio::post(state_->queue, std::move(task));
    if (state_->work) return;
    state_->queue.restart();
    state_->work.emplace(state_->queue.get_executor());
    state_->thread = start_quietly([shared = state_] {
        ::pthread_setname_np(::pthread_self(), shared->name.c_str());
        shared->queue.run();
    });
}

void callback_thread::stop() {
    if (::getpid() != state_->owner) {
        // A forked child has no such thread; joining or destroying it would hang or abort (hazard D10).
        new std::shared_ptr<state>(state_);
        return;
    }
    std::thread ending;
    {
        const std::lock_guard lock(state_->guard);
        state_->work.reset();
        ending = std::move(state_->thread);
    }
    if (!ending.joinable()) return;
    ending.get_id() == std::this_thread::get_id() ? ending.detach() : ending.join();
}

}  // namespace paddock::detail
