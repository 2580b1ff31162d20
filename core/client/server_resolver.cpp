#include "core/client/server_resolver.hpp"

#include <algorithm>

#include <glog/logging.h>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/client/name_lookup.hpp"

namespace paddock::detail {
namespace {

constexpr auto patience = std::chrono::seconds(1);  // with names, while other servers are known

bool is_numeric(const std::string& host) {
    boost::system::error_code failure;
    boost::asio::ip::make_address(host, failure);
    return !failure;
}

}  // namespace

struct server_resolver::round : std::enable_shared_from_this<round> {
    round(const boost::asio::any_io_executor& executor, receiver call)
        : target(make_lookup_target(executor)), timer(executor), found(std::move(call)) {}

    void add(const std::string& address, std::uint16_t port) {
        addresses.push_back(address + ":" + std::to_string(port));
    }

    void look_up_name(const server_address& server) {
        ++pending;
        look_up(target, server.host,
                [this, server](const std::vector<std::string>& results, const std::string& failure) {
                    if (results.empty()) failures.insert("'" + server.host + "': " + failure);
                    for (const std::string& address : results) add(address, server.port);
                    if (--pending == 0) report();
                });
    }

    void lose_patience() {
        timer.expires_after(patience);
        timer.async_wait([weak = weak_from_this()](const boost::system::error_code& failure) {
            const auto self = weak.lock();
            if (self && !failure && self->pending > 0 && !self->addresses.empty()) self->report();
        });
    }

    void report() {
        const auto self = shared_from_this();  // a new round may begin inside
        log_failures();
        std::ranges::sort(addresses);
        addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
        found(addresses);
    }

    // Only what is new: the same names fail again in each round.
    void log_failures() {
        if (pending > 0 || failures == *logged) return;
        *logged = failures;
        for (const std::string& failure : failures) LOG(WARNING) << "cannot resolve server " << failure;
    }

    std::shared_ptr<lookup_target> target;
    boost::asio::steady_timer timer;
    receiver found;
    std::vector<std::string> addresses;
    std::set<std::string> failures;
    std::shared_ptr<std::set<std::string>> logged;
    int pending = 0;
};

server_resolver::server_resolver(boost::asio::any_io_executor executor, std::vector<server_address> servers)
    : executor_(std::move(executor)), servers_(std::move(servers)) {
    has_names_ = !std::ranges::all_of(servers_, [](const server_address& s) { return is_numeric(s.host); });
}

server_resolver::~server_resolver() = default;

bool server_resolver::busy() const noexcept { return current_ && current_->pending > 0; }

void server_resolver::start(receiver found) {
    current_ = std::make_shared<round>(executor_, std::move(found));
    current_->logged = logged_;
    for (const server_address& server : servers_) {
        if (is_numeric(server.host)) {
            current_->add(server.host, server.port);
        } else {
            current_->look_up_name(server);
        }
    }
    if (current_->pending > 0) return current_->lose_patience();
    boost::asio::post(executor_, [weak = std::weak_ptr(current_)] {
        if (const auto self = weak.lock()) self->report();
    });
}

std::vector<std::string> library_list(std::vector<std::string> servers, std::size_t previous_length) {
    const std::size_t distinct = servers.size();
    for (std::size_t next = 0; distinct > 0 && (servers.size() % 2 == 0 || servers.size() == previous_length);
         ++next) {
        servers.push_back(servers[next % distinct]);
    }
    return servers;
}

}  // namespace paddock::detail
