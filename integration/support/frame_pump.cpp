#include "integration/support/frame_pump.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace paddock::testing {
namespace {

constexpr std::size_t queued_bytes_max = 8 << 20;  // reading pauses above this

}  // namespace

frame_pump::frame_pump(std::shared_ptr<socket> from, std::shared_ptr<socket> to, handlers on)
    : from_(std::move(from)), to_(std::move(to)), on_(std::move(on)), due_timer_(from_->get_executor()) {}

void frame_pump::start() {
    started_ = true;
    drain();
}

void frame_pump::read() {
    if (reading_ || ended_ || held_ || finishing_ || stopped_ || queued_bytes_ > queued_bytes_max) return;
    reading_ = true;
    from_->async_read_some(boost::asio::buffer(chunk_),
                           [self = shared_from_this()](boost::system::error_code ec, std::size_t size) {
                               self->reading_ = false;
                               self->splitter_.feed({self->chunk_.data(), size});
                               if (ec) self->ended_ = true;
                               self->drain();
                           });
}

void frame_pump::drain() {
    while (!held_ && !finishing_ && !stopped_) {  // ends with the last complete frame, or by what one causes
        auto frame = splitter_.next();
        if (!frame) break;
        on_.on_frame(std::move(*frame));
    }
    if (held_ || finishing_ || stopped_) return;
    if (ended_ || splitter_.corrupt()) return on_.on_end();
    read();
}

void frame_pump::forward(std::string bytes) {
    if (broken_ || stopped_) return;
    queued_bytes_ += bytes.size();
    out_.push_back({std::move(bytes), std::chrono::steady_clock::now() + lag_});
    write();
}

void frame_pump::release() {
    if (!std::exchange(held_, false)) return;
    if (started_) drain();
}

void frame_pump::finish() {
    finishing_ = true;
    write();
}

void frame_pump::stop() {
    stopped_ = true;
    due_timer_.cancel();
}

void frame_pump::write() {
    if (writing_ || stopped_) return;
    if (out_.empty()) {
        if (finishing_) on_.on_flushed();
        return;
    }
    writing_ = true;
    if (out_.front().due > std::chrono::steady_clock::now()) {
        due_timer_.expires_at(out_.front().due);
        due_timer_.async_wait([self = shared_from_this()](boost::system::error_code) {
            self->writing_ = false;
            self->write();
        });
        return;
    }
    boost::asio::async_write(*to_, boost::asio::buffer(out_.front().bytes),
                             [self = shared_from_this()](boost::system::error_code ec, std::size_t) {
                                 self->on_written(bool(ec));
                             });
}

void frame_pump::on_written(bool failed) {
    writing_ = false;
    if (stopped_) return;
    queued_bytes_ -= out_.front().bytes.size();
    out_.pop_front();
    if (failed) {
        // Not the end of the connection yet: the other direction may still bring what the peer sent before.
        broken_ = true;
        out_.clear();
        queued_bytes_ = 0;
    }
    write();
    read();
}

}  // namespace paddock::testing
