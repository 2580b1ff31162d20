#include "core/client/server_resolver.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <glog/logging.h>

#include "core/client/fork_gate.hpp"

namespace paddock::detail {
namespace {

using boost::asio::ip::tcp;

std::string numeric(const std::string& address, std::uint16_t port) { return address + ":" + std::to_string(port); }

bool is_numeric(const std::string& host) {
    boost::system::error_code failure;
    boost::asio::ip::make_address(host, failure);
    return !failure;
}

}  // namespace

// One round of lookups; lives until its last answer, `wanted` or not.
struct server_resolver::lookup : std::enable_shared_from_this<lookup> {
    explicit lookup(boost::asio::io_context& context) : resolver(context) {}

    void run(const server_address& server) {
        ++pending;
        resolver.async_resolve(server.host, std::to_string(server.port), tcp::resolver::numeric_service,
                               [self = shared_from_this(), server](const boost::system::error_code& failure,
                                                                   const tcp::resolver::results_type& results) {
                                   self->add(server, failure, results);
                               });
    }

    void add(const server_address& server, const boost::system::error_code& failure,
             const tcp::resolver::results_type& results) {
        if (failure && wanted) {
            const fork_gate gate;
            LOG(WARNING) << "cannot resolve server '" << server.host << "': " << failure.message();
        }
        for (const auto& result : results) {
            found.push_back(numeric(result.endpoint().address().to_string(), server.port));
        }
        if (--pending == 0) finish();
    }

    void finish() {
        if (!wanted) return;
        std::ranges::sort(found);
        const auto duplicates = std::ranges::unique(found);
        found.erase(duplicates.begin(), duplicates.end());
        const auto call = std::move(done);
        call(std::move(found));
    }

    tcp::resolver resolver;
    std::vector<std::string> found;
    std::function<void(std::vector<std::string>)> done;
    int pending = 0;
    bool wanted = true;
};

server_resolver::server_resolver(boost::asio::io_context& context, std::vector<server_address> servers)
    : context_(context), servers_(std::move(servers)) {
    has_names_ = !std::ranges::all_of(servers_, [](const server_address& s) { return is_numeric(s.host); });
}

server_resolver::~server_resolver() {
    if (!current_) return;
    current_->wanted = false;
    current_->resolver.cancel();
}

void server_resolver::start(std::function<void(std::vector<std::string>)> done) {
    if (current_) current_->wanted = false;
    current_ = std::make_shared<lookup>(context_);
    current_->done = std::move(done);
    for (const server_address& server : servers_) {
        if (is_numeric(server.host)) {
            current_->found.push_back(numeric(server.host, server.port));
        } else {
            current_->run(server);
        }
    }
    if (current_->pending == 0) {
        boost::asio::post(context_, [lookup = current_] { lookup->finish(); });
    }
}

std::vector<std::string> library_list(std::vector<std::string> servers, std::size_t previous_length) {
    const std::size_t distinct = servers.size();
    for (std::size_t next = 0; servers.size() % 2 == 0 || servers.size() == previous_length; ++next) {
        servers.push_back(servers[next % distinct]);
    }
    return servers;
}

}  // namespace paddock::detail
