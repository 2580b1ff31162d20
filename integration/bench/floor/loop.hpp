#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <zookeeper/zookeeper.h>

#include "integration/bench/runner/arguments.hpp"
#include "integration/bench/runner/protocol.hpp"

namespace paddock::bench {

/// Sessions of the single-threaded C client, and the one loop around poll() that drives them all. A connection that
/// breaks ends the run.
class loop {
public:
    /// Connected. Throws std::runtime_error when no server answers.
    loop(const arguments& given, std::size_t sessions);
    loop(const loop&) = delete;
    loop& operator=(const loop&) = delete;
    ~loop();

    [[nodiscard]] zhandle_t* session(std::size_t i) { return sessions_[i % sessions_.size()]; }

    /// Runs until `over` holds, which is asked after each turn.
    template <class Over>
    void run_until(Over over) {
        while (!over()) turn(std::chrono::seconds(1));
    }
    void run_for(std::chrono::duration<double> length);
    /// As bench::await_line; the sessions stay alive meanwhile.
    void await_line();

    /// Creates the path and what is above it, as persistent nodes.
    void make(const std::string& path);

private:
    void turn(std::chrono::nanoseconds longest);
    static void process(zhandle_t* session, short ready);

    std::vector<zhandle_t*> sessions_;
    std::vector<pollfd> waited_;  // one a session, and standard input
};

/// Ends the program unless the library has accepted, or a server has answered, ZOK.
void demand(int code, const char* what);

}  // namespace paddock::bench
