#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "integration/interop/interop_fixture.hpp"

namespace paddock::testing {

/// Processes of both sides take and release `path()` as fast as they can, and the guard log tells who met whom.
class ChurnTest : public InteropTest {
protected:
    static constexpr int endless = 1'000'000;  ///< rounds, when `enough` shall end them

    static constexpr std::chrono::seconds long_wait{120};  ///< a round takes 0.2 s when everything is starved

    /// For clients that must not be thought dead on a busy machine: only who is alive has a lock to itself.
    [[nodiscard]] client_options steady() const {
        client_options chosen = options();
        chosen.session_timeout = std::chrono::seconds(10);
        return chosen;
    }
    /// A peer takes part with one more thread, whose id is `who`.
    void start(peer_process& peer, const std::string& who, const std::string& claim, int rounds) {
        peer.send("contend " + who + " " + claim + " " + path() + " " + std::to_string(rounds) + " 1 " +
                  guard_.file().string());
    }
    /// The number of rounds that a peer's thread has done; ends it when it is endless.
    static std::string finish(peer_process& peer, const std::string& who) {
        peer.send("enough " + who);
        return peer.answer(who, long_wait);
    }
    /// One of ours takes part until the thread is destroyed.
    [[nodiscard]] std::jthread start(const std::string& who, const std::string& claim,
                                     std::function<lease()> acquire) {
        return std::jthread([this, who, claim, acquire = std::move(acquire)](const std::stop_token& enough) {
            contend(guard_, who, claim, acquire, enough);
        });
    }
    /// Sections entered so far by the threads of `process`.
    [[nodiscard]] int sections(const std::string& process) const {
        int count = 0;
        for (const auto& [who, times] : judge(guard_.events()).sections) {
            if (who.starts_with(process + ".")) count += times;
        }
        return count;
    }
};

}  // namespace paddock::testing
