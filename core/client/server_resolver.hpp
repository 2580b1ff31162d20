#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "core/server_list.hpp"

namespace paddock::detail {

/// Numeric "address:port" of all servers of a list: the library must never see a name, or it would look it up
/// on the reactor thread, and do so again and again (rule 2, hazard E14).
class server_resolver {
public:
    server_resolver(boost::asio::io_context& context, std::vector<server_address> servers);
    ~server_resolver();

    /// Whether looking up again could give another answer.
    [[nodiscard]] bool has_names() const noexcept { return has_names_; }

    /// Calls `done` once, with what could be resolved: sorted, without duplicates, empty if nothing could. Never
    /// inside this call. A new `start`, or the object's end, takes an unfinished one back.
    void start(std::function<void(std::vector<std::string>)> done);

private:
    struct lookup;

    boost::asio::io_context& context_;
    std::vector<server_address> servers_;
    bool has_names_ = false;
    std::shared_ptr<lookup> current_;
};

/// The list for the library, in the order given. The C client 3.8 skips one server after every failed connect,
/// so that with an even number it never tries half of them: the list is made odd by repeating servers. It also
/// takes no notice of a new list that looks alike to it (same length, same address prefixes), so the length
/// differs from `previous_length`.
std::vector<std::string> library_list(std::vector<std::string> servers, std::size_t previous_length);

}  // namespace paddock::detail
