#include "core/callback_thread.hpp"

#include <pthread.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <glog/logging.h>

#include "core/signals_blocked.hpp"

namespace paddock::detail {

struct callback_thread::state {
    explicit state(const char* thread_name) : name(thread_name) {}

    // Never two at once: one that is stopping takes what is still posted.
    void run() {
        ::pthread_setname_np(::pthread_self(), name);
        std::unique_lock lock(guard);
        for (;;) {  // ends when stopped, with nothing left to do
            changed.wait(lock, [this] { return stopping || !tasks.empty(); });
            if (tasks.empty()) break;
            unique_task task = std::move(tasks.front());
            tasks.pop_front();
            lock.unlock();
            std::move(task)();
            lock.lock();
        }
        running = false;
    }

    const char* const name;
    const pid_t owner = ::getpid();
    std::mutex guard;
    std::condition_variable changed;
    std::deque<unique_task> tasks;
    bool running = false;
    bool stopping = false;
    std::thread thread;
};

namespace {

template <class Body>
std::thread start_quietly(Body body) {
    const signals_blocked quiet;
    return std::thread(std::move(body));
}

}  // namespace

callback_thread::callback_thread(const char* name) : state_(std::make_shared<state>(name)) {}

callback_thread::~callback_thread() { stop(); }

void callback_thread::post(unique_task task) {
    if (::getpid() != state_->owner) {
        // Neither thread nor lock came along into a forked child; what is refused there completes all the same.
        start_quietly([task = std::move(task)]() mutable { std::move(task)(); }).detach();
        return;
    }
    const std::lock_guard lock(state_->guard);
    state_->tasks.push_back(std::move(task));
    state_->changed.notify_one();
    if (state_->running) return;
    if (state_->thread.joinable()) state_->thread.detach();  // has run to its end
    state_->stopping = false;
    try {
        state_->thread = start_quietly([shared = state_] { shared->run(); });
        state_->running = true;
    } catch (const std::system_error& why) {
        LOG_EVERY_T(ERROR, 60) << "paddock: no thread for callbacks can be started (" << why.what()
                               << "); tried again with the next one, what waits runs at the end if need be";
    }
}

void callback_thread::stop() {
    if (::getpid() != state_->owner) {
        // A forked child has no such thread; joining or destroying it would hang or abort (hazard D10).
        new std::shared_ptr<state>(state_);
        return;
    }
    std::thread ending;
    std::deque<unique_task> left;
    {
        const std::lock_guard lock(state_->guard);
        state_->stopping = true;
        state_->changed.notify_one();
        ending = std::move(state_->thread);
        if (!state_->running) left.swap(state_->tasks);  // no thread could be had for them
    }
    for (unique_task& task : left) std::move(task)();
    if (!ending.joinable()) return;
    ending.get_id() == std::this_thread::get_id() ? ending.detach() : ending.join();
}

}  // namespace paddock::detail
