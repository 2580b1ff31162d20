#pragma once

#include <deque>
#include <memory>
#include <set>
#include <string>

#include "tests/support/fake_pipe.hpp"
#include "tests/support/fake_wire.hpp"

namespace paddock::testing {

class fake_client;
class fake_replica;

/// One connection between a handle and a server, with what the server keeps for it.
struct fake_link {
    fake_link(handle_number number, std::weak_ptr<fake_client> peer, detail::environment& client_side,
              detail::environment& server_side)
        : handle(number),
          client(std::move(peer)),
          to_server(std::make_shared<fake_pipe>(server_side)),
          to_client(std::make_shared<fake_pipe>(client_side)) {}

    const handle_number handle;
    const std::weak_ptr<fake_client> client;
    const std::shared_ptr<fake_pipe> to_server;
    const std::shared_ptr<fake_pipe> to_client;

    bool open = true;  ///< the server still reads it
    std::int64_t session = 0;
    std::shared_ptr<fake_replica> server;
    std::set<std::string> watched;
    bool isolated = false;     ///< its server is cut off from the leader
    std::deque<request> held;  ///< what waits for the leader then, and all that is behind it
};

}  // namespace paddock::testing
