#include "integration/support/proxy_connection.hpp"

#include <fcntl.h>

#include <string_view>

namespace paddock::testing {

void close_on_exec(int fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); }

proxy_connection::proxy_connection(std::uint64_t id, tcp::socket client, connection_host& host)
    : id_(id),
      host_(host),
      client_(std::make_shared<tcp::socket>(std::move(client))),
      server_(std::make_shared<tcp::socket>(client_->get_executor())),
      to_server_(make_pump(direction::to_server)),
      to_client_(make_pump(direction::to_client)) {
    close_on_exec(client_->native_handle());
}

// The handlers may use `this`: `close` stops both pumps, and a stopped pump calls nothing any more.
std::shared_ptr<frame_pump> proxy_connection::make_pump(direction towards) {
    frame_pump::handlers on;
    on.on_frame = [this, towards](std::string frame) { on_frame(towards, std::move(frame)); };
    on.on_end = [this] { finish_both(); };
    on.on_flushed = [this] {
        if (to_server_->flushed() && to_client_->flushed()) close(!cut_by_.empty());
    };
    if (towards == direction::to_server) return std::make_shared<frame_pump>(client_, server_, std::move(on));
    return std::make_shared<frame_pump>(server_, client_, std::move(on));
}

void proxy_connection::start() {
    if (started_ || closed_) return;
    started_ = true;
    server_->async_connect(host_.upstream(), [self = shared_from_this()](boost::system::error_code ec) {
        self->on_connected(ec);
    });
}

void proxy_connection::on_connected(boost::system::error_code ec) {
    if (closed_) return;
    if (ec) return close(false);
    close_on_exec(server_->native_handle());
    const tcp::no_delay at_once(true);
    server_->set_option(at_once, ec);
    client_->set_option(at_once, ec);
    to_server_->start();
    to_client_->start();
}

void proxy_connection::set_lag(std::chrono::milliseconds lag) {
    to_server_->set_lag(lag);
    to_client_->set_lag(lag);
}

void proxy_connection::release() {
    for (auto& [towards, frame] : std::exchange(withheld_, {})) forward(towards, std::move(frame));
    to_server_->release();
    to_client_->release();
}

void proxy_connection::cut() { close(true); }

void proxy_connection::on_frame(direction towards, std::string frame) {
    if (ending_ && towards == direction::to_server) return;  // behind the last one
    const auto payload = std::string_view(frame).substr(4);
    const frame_info info = towards == direction::to_server ? conversation_.on_client_frame(payload)
                                                            : conversation_.on_server_frame(payload);
    if (const auto fault = host_.on_frame(id_, info)) return strike(fault, towards, std::move(frame));
    const bool lost = ending_ == position::last && !info.is_event() && conversation_.unanswered() == 0;
    if (!lost) forward(towards, std::move(frame));
    if (ending_) finish_when_answered();
}

// A request that was dropped stays without an answer.
void proxy_connection::finish_when_answered() {
    if (conversation_.unanswered() == (ending_ == position::drop ? 1 : 0)) finish_both();
}

void proxy_connection::strike(const std::shared_ptr<injected_fault>& fault, direction towards,
                              std::string frame) {
    const fault_rule& rule = fault->rule();
    switch (rule.at) {
        case position::wev_after: forward(towards, std::move(frame)); [[fallthrough]];
        case position::wev_before:
        case position::req:
        case position::rep: cut_by_.push_back(fault); return finish_both();
        case position::mid:
            frame.resize(frame.size() / 2);
            forward(towards, std::move(frame));
            cut_by_.push_back(fault);
            return finish_both();
        case position::last: forward(towards, std::move(frame)); [[fallthrough]];
        case position::drop:
            ending_ = rule.at;
            cut_by_.push_back(fault);
            return finish_when_answered();
        case position::com:
            hold(direction::to_server);
            hold(direction::to_client);
            withheld_.emplace_back(towards, std::move(frame));
            break;
        case position::half:
            hold(rule.towards);
            if (towards != rule.towards) {
                forward(towards, std::move(frame));
            } else {
                withheld_.emplace_back(towards, std::move(frame));
            }
            break;
        case position::alter:
            rule.change(frame);
            forward(towards, std::move(frame));
            break;
        case position::lag:
            set_lag(rule.delay);
            forward(towards, std::move(frame));
            break;
    }
    fault->count_hit();
}

void proxy_connection::forward(direction towards, std::string bytes) {
    host_.on_forwarded(towards, bytes.size());
    pump(towards).forward(std::move(bytes));
}

void proxy_connection::finish_both() {
    to_server_->finish();
    to_client_->finish();
}

void proxy_connection::close(bool cut) {
    if (std::exchange(closed_, true)) return;
    to_server_->stop();
    to_client_->stop();
    boost::system::error_code ignored;
    client_->close(ignored);
    server_->close(ignored);
    host_.on_closed(id_, cut);
    for (const auto& fault : cut_by_) fault->count_hit();
}

}  // namespace paddock::testing
