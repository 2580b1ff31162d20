// Coroutines on one thread that take turns on one lock.
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <paddock/paddock.hpp>

namespace asio = boost::asio;

// Not protected by anything but the lock: `inside` is 1 whenever a worker looks.
struct workshop {
    int inside = 0;
    int most_inside = 0;
    int done = 0;
};

asio::awaitable<void> work(paddock::mutex& lock, workshop& shop, int worker) {
    for (int round = 1; round <= 3; ++round) {
        paddock::lease held = co_await lock.async_acquire(asio::use_awaitable);
        shop.most_inside = std::max(shop.most_inside, ++shop.inside);
        std::cout << "worker " << worker << ", round " << round << ", token "
                  << held.fencing_token().to_string() << "\n";

        // Suspends while holding: one multi through the leader proves that we still do.
        if (co_await held.async_check(asio::use_awaitable)) ++shop.done;
        --shop.inside;
        co_await held.async_release(asio::use_awaitable);
    }
}

int main(int argc, char** argv) {
    const char* from_environment = std::getenv("PADDOCK_SERVERS");
    asio::io_context io;
    paddock::client_options options;
    if (from_environment != nullptr) options.servers = from_environment;
    if (argc > 1) options.servers = argv[1];
    options.callback_executor = io.get_executor();

    try {
        paddock::client zk(options);
        paddock::mutex lock(zk, "/examples/workshop");
        workshop shop;
        for (int worker = 1; worker <= 3; ++worker)
            asio::co_spawn(io, work(lock, shop, worker), [](std::exception_ptr error) {
                if (error) std::rethrow_exception(error);
            });
        io.run();
        return shop.done == 9 && shop.most_inside == 1 ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
