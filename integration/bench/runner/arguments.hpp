#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace paddock::bench {

/// What every runner is told, whatever it is written in: a verb, and options that verbs use as they need.
struct arguments {
    std::string verb;
    std::string servers;            ///< "host:port,host:port"
    std::string path;               ///< below it is nothing of another run
    std::string claim = "mutex";    ///< mutex, semaphore (of 4), read_write (90/10) or multi (of 3)
    std::string sharing = "place";  ///< within a client, of a mutex or semaphore: place, nothing, or linger
    std::size_t threads = 1;        ///< that take claims at once
    std::size_t locks = 1;          ///< distinct ones, dealt out to the threads
    std::size_t waiters = 1;        ///< queued behind one holder; held at once
    std::size_t clients = 1;        ///< sessions over which waiters are dealt out
    std::size_t repeat = 1;         ///< drains, one after another
    std::size_t operations = 0;     ///< of each thread; 0: as many as the time allows
    std::chrono::duration<double> length{1};   ///< of the measurement
    std::chrono::duration<double> warm_up{0};  ///< the same work before it
    std::chrono::milliseconds session_timeout{10'000};
};

/// Ends the process with 64 on wrong usage.
[[nodiscard]] arguments parse(int argc, char** argv, const std::vector<std::string>& verbs);

}  // namespace paddock::bench
