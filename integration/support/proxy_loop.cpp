#include "integration/support/proxy_loop.hpp"

namespace paddock::testing {

namespace {

constexpr std::size_t trace_size_max = 20'000;

}  // namespace

proxy_loop::proxy_loop(tcp::endpoint to, const std::string& listen_host)
    : host_(listen_host), reservation_(listen_host), upstream_(std::move(to)) {
    listen();
    thread_ = std::thread([this] { io_.run(); });
}

proxy_loop::~proxy_loop() {
    call([this] {
        stop_listening();
        cut_all();
        work_.reset();
    });
    thread_.join();
}

void proxy_loop::listen() {
    acceptor_ = tcp::acceptor(io_, tcp::v4());
    close_on_exec(acceptor_.native_handle());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));  // beside our reservation's socket
    acceptor_.bind({boost::asio::ip::make_address(host_), reservation_.port()});
    acceptor_.listen();
    ++listening_;
    accept();
}

void proxy_loop::stop_listening() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    ++listening_;
}

void proxy_loop::accept() {
    acceptor_.async_accept([this, era = listening_](boost::system::error_code ec, tcp::socket client) {
        if (era != listening_) return;  // closed meanwhile: a client accepted just before is dropped
        if (!ec) add(std::move(client));
        accept();
    });
}

void proxy_loop::add(tcp::socket client) {
    const std::uint64_t id = ++counters_.accepted;
    const auto connection = std::make_shared<proxy_connection>(id, std::move(client), *this);
    connections_.emplace(id, connection);
    connection->set_lag(lag_);
    for (const direction towards : stalled_) connection->hold(towards);
    if (!parking_) connection->start();
}

std::shared_ptr<injected_fault> proxy_loop::on_frame(std::uint64_t connection, const frame_info& frame) {
    if (trace_.size() == trace_size_max) trace_.pop_front();
    trace_.push_back({connection, std::chrono::steady_clock::now(), frame});
    if (frame.is_event()) ++counters_.events;
    if (frame.towards == direction::to_server) ++counters_.requests[frame.op];
    for (const auto& fault : faults_) {
        if (fault->take(frame)) return fault;
    }
    return nullptr;
}

void proxy_loop::on_forwarded(direction towards, std::size_t bytes) {
    (towards == direction::to_server ? counters_.bytes_to_server : counters_.bytes_to_client) += bytes;
}

void proxy_loop::on_closed(std::uint64_t connection, bool cut) {
    if (cut) ++counters_.cuts;
    // The connection calls this, so it is kept until it has returned to the event loop.
    boost::asio::post(io_, [kept = connections_.extract(connection)] {});
}

// A copy, because what is done to a connection may close and so remove it.
std::vector<std::shared_ptr<proxy_connection>> proxy_loop::present() const {
    std::vector<std::shared_ptr<proxy_connection>> all;
    for (const auto& [id, connection] : connections_) all.push_back(connection);
    return all;
}

std::size_t proxy_loop::cut_all() {
    const std::size_t before = counters_.cuts;
    for (const auto& connection : present()) connection->cut();
    return counters_.cuts - before;
}

void proxy_loop::block(block_mode mode) {
    parking_ = mode == block_mode::stall;
    if (!parking_) {
        stop_listening();
    } else if (!acceptor_.is_open()) {
        listen();
    }
}

void proxy_loop::unblock() {
    parking_ = false;
    for (const auto& connection : present()) connection->start();
    if (!acceptor_.is_open()) listen();
}

void proxy_loop::stall(direction towards) {
    stalled_.push_back(towards);
    for (const auto& connection : present()) connection->hold(towards);
}

void proxy_loop::resume() {
    stalled_.clear();
    for (const auto& connection : present()) connection->release();
}

void proxy_loop::set_lag(std::chrono::milliseconds lag) {
    lag_ = lag;
    for (const auto& connection : present()) connection->set_lag(lag);
}

}  // namespace paddock::testing
