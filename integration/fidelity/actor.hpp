#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/znode_api.hpp"
#include "integration/fidelity/account.hpp"

namespace paddock::testing {

/// Guards what actors know: they hear on the environment's thread and are asked by the one that plays.
struct journal {
    std::mutex mutex;
    std::condition_variable changed;
};

/// The sessions of one actor, one after the other, and what they are told. Its functions are for the environment's
/// executor, its views for the holder of the journal's mutex.
class actor final : public detail::session_listener {
public:
    explicit actor(journal& shared) : journal_(shared) {}

    void use(std::unique_ptr<detail::znode_api> handle);
    void drop();
    /// `number` begins the line of the answer.
    void send(const request& what, const std::string& number);
    /// A request that only shows that all before it has arrived.
    void flush(const std::string& root);
    /// Adds the node and its children's names to `into`.
    void read(const std::string& path, std::vector<entry>& into, std::vector<std::string>& children);
    void remove_quietly(const std::string& path);
    void close();

    void on_connected(std::int64_t id, std::chrono::milliseconds timeout, detail::boot_time sent) override;
    void on_disconnected() override;
    void on_ended(error_code reason) override;
    void on_watch(const std::string& path, detail::watch_event event) override;

    // Views.
    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] bool idle() const { return unanswered_ == 0; }
    [[nodiscard]] bool present() const { return handle_ != nullptr; }
    [[nodiscard]] std::size_t disconnects() const { return disconnects_; }
    [[nodiscard]] std::int64_t session() const { return session_; }

    std::vector<entry> told;
    std::vector<std::int64_t> sessions;  ///< since the script began

private:
    void add(entry::kind what, std::string text, std::vector<stat> nodes = {});
    /// What an answer of this kind does: `show` makes the text of a success.
    template <class Reply, class Show>
    detail::reply_to<Reply> answer(const std::string& number, Show show);
    void expect(std::size_t answers);
    void answered(const std::function<void()>& what);

    journal& journal_;
    std::unique_ptr<detail::znode_api> handle_;
    bool connected_ = false;
    bool ended_ = false;
    std::size_t unanswered_ = 0;
    std::size_t disconnects_ = 0;
    std::int64_t session_ = 0;
};

}  // namespace paddock::testing
