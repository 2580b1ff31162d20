#include "integration/bench/floor/loop.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

namespace paddock::bench {
namespace {

using namespace std::chrono_literals;

void ignore_event(zhandle_t*, int, int, const char*, void*) {}

}  // namespace

void demand(int code, const char* what) {
    if (code == ZOK) return;
    std::cerr << "floor: " << what << ": " << zerror(code) << '\n';
    std::_Exit(1);
}

loop::loop(const arguments& given, std::size_t sessions) {
    zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);
    while (sessions_.size() < sessions) {
        zhandle_t* const one = zookeeper_init2(given.servers.c_str(), &ignore_event,
                                               static_cast<int>(given.session_timeout.count()), nullptr,
                                               nullptr, ZOO_NO_LOG_CLIENTENV, nullptr);
        if (one == nullptr) throw std::runtime_error("cannot make a handle");
        zoo_set_servers_resolution_delay(one, -1);  // else it resolves at every turn
        sessions_.push_back(one);
    }
    const auto deadline = clock::now() + 30s;
    const auto connected = [](zhandle_t* one) { return zoo_state(one) == ZOO_CONNECTED_STATE; };
    run_until([&] {
        if (clock::now() > deadline) throw std::runtime_error("no server answers");
        return std::ranges::all_of(sessions_, connected);
    });
}

loop::~loop() {
    for (zhandle_t* const one : sessions_) zookeeper_close(one);
}

void loop::run_for(std::chrono::duration<double> length) {
    const auto end = clock::now() + std::chrono::duration_cast<clock::duration>(length);
    for (auto now = clock::now(); now < end; now = clock::now()) turn(end - now);
}

void loop::await_line() {
    for (;;) {
        turn(1s);
        if (waited_.back().revents != 0) return bench::await_line();
    }
}

void loop::make(const std::string& path) {
    struct answers {
        std::size_t wanted = 0;
        std::size_t come = 0;
    } both;
    const auto answered = [](int code, const char*, const void* context) {
        if (code != ZNODEEXISTS) demand(code, "create");
        ++static_cast<answers*>(const_cast<void*>(context))->come;
    };
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        ++both.wanted;
        demand(zoo_acreate(session(0), path.substr(0, end).c_str(), "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, answered,
                           &both),
               "create");
        if (end == std::string::npos) break;
    }
    run_until([&] { return both.come == both.wanted; });
}

void loop::turn(std::chrono::nanoseconds longest) {
    waited_.resize(sessions_.size() + 1);
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
        int interest = 0;
        timeval limit{};
        waited_[i] = {.fd = -1, .events = 0, .revents = 0};
        demand(zookeeper_interest(sessions_[i], &waited_[i].fd, &interest, &limit), "connection");
        if ((interest & ZOOKEEPER_READ) != 0) waited_[i].events |= POLLIN;
        if ((interest & ZOOKEEPER_WRITE) != 0) waited_[i].events |= POLLOUT;
        longest = std::min<std::chrono::nanoseconds>(
            longest, std::chrono::seconds(limit.tv_sec) + std::chrono::microseconds(limit.tv_usec));
    }
    waited_.back() = {.fd = 0, .events = POLLIN, .revents = 0};
    const timespec wait{.tv_sec = longest / 1s, .tv_nsec = (longest % 1s).count()};
    if (::ppoll(waited_.data(), waited_.size(), &wait, nullptr) <= 0) return;
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
        if (waited_[i].revents != 0) process(sessions_[i], waited_[i].revents);
    }
}

// As much as has come: a call takes one frame.
void loop::process(zhandle_t* session, short ready) {
    int events = (ready & POLLOUT) != 0 ? ZOOKEEPER_WRITE : 0;
    if ((ready & ~POLLOUT) != 0) events |= ZOOKEEPER_READ;
    constexpr int frames_max = 64;
    for (int i = 0; i < frames_max; ++i) {
        const int code = zookeeper_process(session, events);
        if (code == ZNOTHING) return;
        demand(code, "connection");
        events = ZOOKEEPER_READ;
    }
}

}  // namespace paddock::bench
