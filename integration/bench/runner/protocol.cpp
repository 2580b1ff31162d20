#include "integration/bench/runner/protocol.hpp"

#include <iostream>
#include <stdexcept>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace paddock::bench {

outcome& outcome::operator+=(const outcome& next) {
    operations += next.operations;
    length += next.length;
    latencies.insert(latencies.end(), next.latencies.begin(), next.latencies.end());
    return *this;
}

void say_ready() { std::cout << "ready" << std::endl; }
void say_done() { std::cout << "done" << std::endl; }

void await_line() {
    std::string line;
    if (!std::getline(std::cin, line)) throw std::runtime_error("the harness has ended");
}

void print(const outcome& measured) {
    boost::json::array latencies;
    latencies.reserve(measured.latencies.size());
    for (const clock::duration one : measured.latencies) {
        latencies.push_back(std::chrono::duration<double, std::micro>(one).count());
    }
    boost::json::object told;
    told["operations"] = measured.operations;
    told["seconds"] = measured.length.count();
    told["latencies_us"] = std::move(latencies);
    std::cout << boost::json::serialize(told) << std::endl;
}

void report(const outcome& measured) {
    say_done();
    await_line();
    print(measured);
}

}  // namespace paddock::bench
