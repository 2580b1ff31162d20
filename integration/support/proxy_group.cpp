#include "integration/support/proxy_group.hpp"

#include <algorithm>

namespace paddock::testing {

proxy_group::proxy_group(zk_ensemble& ensemble) {
    for (std::size_t i = 0; i < ensemble.size(); ++i) {
        const zk_server& server = ensemble.server(i);
        const std::string listen_host = "127.0.1." + std::to_string(i + 1);
        proxies_.push_back(std::make_unique<fault_proxy>(server.host(), server.port(), listen_host));
    }
}

std::string proxy_group::connect_string() const {
    std::string all;
    for (const auto& proxy : proxies_) all += (all.empty() ? "" : ",") + proxy->address();
    return all;
}

std::size_t proxy_group::cut_all() {
    std::size_t cut = 0;
    for (const auto& proxy : proxies_) cut += proxy->cut_all();
    return cut;
}

bool proxy_group::cut_once() {
    return std::ranges::any_of(proxies_, [](const auto& proxy) { return proxy->cut_all() > 0; });
}

std::size_t proxy_group::connections() const {
    std::size_t sum = 0;
    for (const auto& proxy : proxies_) sum += proxy->connections();
    return sum;
}

}  // namespace paddock::testing
