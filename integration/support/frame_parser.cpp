#include "integration/support/frame_parser.hpp"

#include <algorithm>
#include <utility>

namespace paddock::testing {

std::optional<std::string> frame_splitter::next() {
    if (corrupt_ || buffer_.size() < 4) return std::nullopt;
    const std::int32_t length = frame_reader(buffer_).take_int();
    if (length < 0 || length > size_max) {
        corrupt_ = true;
        return std::nullopt;
    }
    const auto whole = static_cast<std::size_t>(length) + 4;
    if (buffer_.size() < whole) return std::nullopt;
    std::string frame = buffer_.substr(0, whole);
    buffer_.erase(0, whole);
    return frame;
}

frame_info conversation::on_client_frame(std::string_view payload) {
    frame_info info;
    info.towards = direction::to_server;
    info.size_bytes = payload.size();
    if (!std::exchange(client_greeted_, true)) {
        info.op = opcode::connect;
        return info;
    }
    frame_reader reader(payload);
    info.xid = reader.take_int();
    info.op = static_cast<opcode>(reader.take_int());
    info.path = path_of(info.op, reader.rest());
    unanswered_.push_back({info.xid, info.op, info.path});
    return info;
}

frame_info conversation::on_server_frame(std::string_view payload) {
    frame_info info;
    info.towards = direction::to_client;
    info.size_bytes = payload.size();
    if (!std::exchange(server_greeted_, true)) {
        info.op = opcode::connect;
        return info;
    }
    frame_reader reader(payload);
    info.xid = reader.take_int();
    info.zxid = reader.take_long();
    info.err = reader.take_int();
    if (info.xid == event_xid) {
        info.event_type = reader.take_int();
        (void)reader.take_int();  // state
        info.path = reader.take_string();
        return info;
    }
    const auto answered = std::ranges::find(unanswered_, info.xid, &request::xid);
    if (answered == unanswered_.end()) return info;
    info.op = answered->op;
    info.path = std::move(answered->path);
    unanswered_.erase(answered);
    return info;
}

}  // namespace paddock::testing
