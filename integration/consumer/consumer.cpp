#include <paddock/paddock.hpp>

#include <iostream>

// Needs no server: bad options are refused before anything is sent, good ones connect in the background.
int main() {
    try {
        const paddock::client refused({.servers = "not a server"});
        std::cerr << "a malformed server list was accepted\n";
        return 1;
    } catch (const paddock::argument_error& refusal) {
        std::cout << refusal.what() << '\n';
    }
    paddock::client zk({.servers = "127.0.0.1:1"});
    paddock::mutex unused(zk, "/consumer/lock");
    return unused.path() == "/consumer/lock" ? 0 : 1;
}
