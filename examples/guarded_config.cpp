// Writes to ZooKeeper itself that only the holder of a lock can make: every commit checks the lease's node.
#include <chrono>
#include <cstdlib>
#include <iostream>

#include <paddock/paddock.hpp>

using namespace std::chrono_literals;

// Makes the nodes that are not there yet. Creating is the only write that says whether a node exists.
void make_node(paddock::client& zk, const paddock::lease& held, const char* path) {
    paddock::transaction tx(held);
    tx.create(path);
    paddock::error_code ec;
    zk.commit(tx, 10s, ec);
    if (ec && ec != paddock::server_errc::node_exists) throw boost::system::system_error(ec, path);
}

int main(int argc, char** argv) {
    const char* from_environment = std::getenv("PADDOCK_SERVERS");
    paddock::client_options options;
    if (from_environment != nullptr) options.servers = from_environment;
    if (argc > 1) options.servers = argv[1];
    options.name_space = "/paddock-examples";

    try {
        paddock::client zk(options);
        paddock::mutex editors(zk, "/locks/config");
        paddock::lease held = editors.acquire();
        for (const char* path : {"/config", "/config/limit", "/config/log"}) make_node(zk, held, path);

        // Both or neither, and only while the lease's node exists.
        paddock::transaction change(held);
        change.set("/config/limit", "250")
            .create("/config/log/entry-", "limit 250", paddock::create_mode::sequential);
        const auto results = zk.commit(change);
        std::cout << "version " << results[0].node.version << " of /config/limit, logged as "
                  << results[1].path << "\n";

        // The same change comes too late once the lock has been given back: nothing of it happens.
        held.release();
        paddock::error_code ec;
        zk.commit(change, 10s, ec);
        std::cout << "after the release: " << ec.message() << "\n";
        return ec == paddock::errc::lease_lost ? 0 : 1;
    } catch (const boost::system::system_error& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
