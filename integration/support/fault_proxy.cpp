#include "integration/support/fault_proxy.hpp"

#include "integration/support/proxy_loop.hpp"

namespace paddock::testing {
namespace {

proxy_loop::tcp::endpoint endpoint_of(const std::string& host, std::uint16_t port) {
    return {boost::asio::ip::make_address(host), port};
}

}  // namespace

fault_proxy::fault_proxy(const std::string& upstream_host, std::uint16_t upstream_port,
                         const std::string& listen_host)
    : loop_(std::make_unique<proxy_loop>(endpoint_of(upstream_host, upstream_port), listen_host)) {}

fault_proxy::~fault_proxy() = default;

const std::string& fault_proxy::host() const noexcept { return loop_->host(); }

std::uint16_t fault_proxy::port() const noexcept { return loop_->port(); }

std::string fault_proxy::address() const { return host() + ":" + std::to_string(port()); }

void fault_proxy::set_upstream(const std::string& host, std::uint16_t port) {
    loop_->call([&] { loop_->set_upstream(endpoint_of(host, port)); });
}

std::shared_ptr<injected_fault> fault_proxy::inject(const fault_rule& rule) {
    auto fault = std::make_shared<injected_fault>(rule);
    loop_->call([&] { loop_->add_fault(fault); });
    return fault;
}

void fault_proxy::clear_faults() {
    loop_->call([&] { loop_->clear_faults(); });
}

std::size_t fault_proxy::cut_all() {
    return loop_->call([&] { return loop_->cut_all(); });
}

void fault_proxy::block(block_mode mode) {
    loop_->call([&] { loop_->block(mode); });
}

void fault_proxy::unblock() {
    loop_->call([&] { loop_->unblock(); });
}

void fault_proxy::stall() {
    stall(direction::to_server);
    stall(direction::to_client);
}

void fault_proxy::stall(direction towards) {
    loop_->call([&] { loop_->stall(towards); });
}

void fault_proxy::resume() {
    loop_->call([&] { loop_->resume(); });
}

void fault_proxy::set_lag(std::chrono::milliseconds lag) {
    loop_->call([&] { loop_->set_lag(lag); });
}

std::size_t fault_proxy::connections() const {
    return loop_->call([&] { return loop_->connections(); });
}

bool fault_proxy::wait_connections(std::size_t count, std::chrono::milliseconds within) const {
    return eventually([&] { return connections() == count; }, within);
}

proxy_counters fault_proxy::counters() const {
    return loop_->call([&] { return proxy_counters(loop_->counters()); });
}

std::size_t fault_proxy::requests(opcode op) const {
    const auto now = counters();
    const auto found = now.requests.find(op);
    return found == now.requests.end() ? 0 : found->second;
}

std::vector<trace_entry> fault_proxy::trace() const {
    return loop_->call([&] {
        const auto& entries = loop_->trace();
        return std::vector<trace_entry>(entries.begin(), entries.end());
    });
}

void fault_proxy::clear_trace() {
    loop_->call([&] { loop_->clear_trace(); });
}

}  // namespace paddock::testing
