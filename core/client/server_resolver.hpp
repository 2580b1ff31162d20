#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "core/server_list.hpp"

namespace paddock::detail {

/// Numeric "address:port" of all servers of a list: the library must never see a name, or it would look it up
/// on the reactor thread, and do so again and again (rule 2, hazard E14). Each name is looked up on a thread
/// of its own, which nobody waits for: a sick name service holds up neither other names nor the reactor's
/// end.
class server_resolver {
public:
    /// Given all addresses known so far, sorted and without duplicates; empty if nothing could be resolved.
    using receiver = std::function<void(const std::vector<std::string>&)>;

    server_resolver(boost::asio::any_io_executor executor, std::vector<server_address> servers);
    ~server_resolver();

    /// Whether looking up again could give another answer.
    [[nodiscard]] bool has_names() const noexcept { return has_names_; }
    /// Whether the last `start` is not complete.
    [[nodiscard]] bool busy() const noexcept;

    /// Calls `found`, never inside this call, once all names have been looked up; where some take long, also
    /// with what is known after a while. A new `start`, or the object's end, takes an unfinished one back.
    void start(receiver found);

private:
    struct round;

    boost::asio::any_io_executor executor_;
    std::vector<server_address> servers_;
    bool has_names_ = false;
    std::shared_ptr<round> current_;
    std::shared_ptr<std::set<std::string>> logged_ = std::make_shared<std::set<std::string>>();
};

/// The list for the library, in the order given. The C client 3.8 skips one server after every failed
/// connect, so that with an even number it never tries half of them: the list is made odd by repeating
/// servers. It also takes no notice of a new list that looks alike to it (same length, same address
/// prefixes), so the length differs from `previous_length`.
std::vector<std::string> library_list(std::vector<std::string> servers, std::size_t previous_length);

}  // namespace paddock::detail
