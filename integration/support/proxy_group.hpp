#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "integration/support/fault_proxy.hpp"
#include "integration/support/zk_ensemble.hpp"

namespace paddock::testing {

/// One proxy in front of each server of an ensemble, each on an address of its own (127.0.1.1, 127.0.1.2,
/// ...).
class proxy_group {
public:
    explicit proxy_group(zk_ensemble& ensemble);

    [[nodiscard]] std::size_t size() const noexcept { return proxies_.size(); }
    [[nodiscard]] fault_proxy& operator[](std::size_t i) { return *proxies_.at(i); }
    /// For a client that shall reach the ensemble through the proxies only.
    [[nodiscard]] std::string connect_string() const;
    /// Cuts the connections of one proxy after the other and says how many: a client that comes back at once
    /// through a later one is cut there again.
    std::size_t cut_all();
    /// For a single client: cuts its connection once, wherever it goes. False when there is none.
    bool cut_once();
    /// The proxy's connections over all servers.
    [[nodiscard]] std::size_t connections() const;

private:
    std::vector<std::unique_ptr<fault_proxy>> proxies_;
};

}  // namespace paddock::testing
