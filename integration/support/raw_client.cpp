#include "integration/support/raw_client.hpp"

#include <stdexcept>
#include <utility>

namespace paddock::testing {
namespace {

time_point after(std::chrono::milliseconds within) { return std::chrono::steady_clock::now() + within; }

raw_stat take_stat(frame_reader& reader) {
    raw_stat stat;
    stat.czxid = reader.take_long();
    stat.mzxid = reader.take_long();
    (void)reader.take_long();  // ctime
    (void)reader.take_long();  // mtime
    stat.version = reader.take_int();
    stat.cversion = reader.take_int();
    (void)reader.take_int();  // aversion
    stat.ephemeral_owner = reader.take_long();
    (void)reader.take_int();  // data length
    stat.children = reader.take_int();
    return stat;
}

}  // namespace

raw_client::raw_client(const std::string& host, std::uint16_t port, const session_identity& identity,
                       std::chrono::milliseconds session_timeout)
    : socket_(host, port, after(default_wait)) {
    const auto deadline = after(default_wait);
    frame_writer request;
    request.put_int(0).put_long(0).put_int(static_cast<std::int32_t>(session_timeout.count()));
    request.put_long(identity.id).put_string(identity.password).put_bool(false);
    socket_.send(request.finish(), deadline);

    const std::string answer = receive_payload(deadline);
    frame_reader reader(answer);
    (void)reader.take_int();  // protocol version
    timeout_ = std::chrono::milliseconds(reader.take_int());
    session_.id = reader.take_long();
    session_.password = reader.take_string();
}

std::int32_t raw_client::send(opcode op, const frame_writer& body) {
    const std::int32_t xid = op == opcode::ping ? ping_xid : ++last_xid_;
    frame_writer request;
    request.put_int(xid).put_int(static_cast<std::int32_t>(op)).put_raw(body.body());
    socket_.send(request.finish(), after(default_wait));
    return xid;
}

raw_reply raw_client::receive(std::chrono::milliseconds within) {
    const auto deadline = after(within);
    while (replies_.empty()) receive_one(deadline);
    raw_reply first = std::move(replies_.front());
    replies_.pop_front();
    return first;
}

raw_reply raw_client::call(opcode op, const frame_writer& body) {
    const std::int32_t xid = send(op, body);
    raw_reply reply = receive();
    if (reply.xid != xid) throw std::logic_error("another reply is outstanding");
    return reply;
}

std::optional<raw_event> raw_client::next_event(std::chrono::milliseconds within) {
    const auto deadline = after(within);
    while (events_.empty()) {  // ends with an event or the deadline
        if (!wait_readable(socket_.fd(), deadline)) return std::nullopt;
        receive_one(after(default_wait));
    }
    raw_event first = std::move(events_.front());
    events_.pop_front();
    return first;
}

bool raw_client::wait_closed(std::chrono::milliseconds within) {
    if (!wait_readable(socket_.fd(), after(within))) return false;
    try {
        return socket_.receive_all(after(within)).empty();
    } catch (const connection_lost&) {
        return true;  // a reset
    }
}

std::string raw_client::receive_payload(time_point deadline) {
    const std::string length = socket_.receive(4, deadline);
    return socket_.receive(static_cast<std::size_t>(frame_reader(length).take_int()), deadline);
}

void raw_client::receive_one(time_point deadline) {
    const std::string payload = receive_payload(deadline);
    frame_reader reader(payload);
    raw_reply reply;
    reply.xid = reader.take_int();
    reply.zxid = reader.take_long();
    reply.err = reader.take_int();
    if (reply.xid != event_xid) {
        reply.body = reader.rest();
        replies_.push_back(std::move(reply));
        return;
    }
    raw_event event;
    event.type = reader.take_int();
    (void)reader.take_int();  // state
    event.path = reader.take_string();
    events_.push_back(std::move(event));
}

frame_writer raw_client::create_request(std::string_view path, std::string_view data, create_flags flags) {
    constexpr std::int32_t all_permissions = 31;
    frame_writer body;
    body.put_string(path).put_string(data);
    body.put_int(1).put_int(all_permissions).put_string("world").put_string("anyone");
    body.put_int(static_cast<std::int32_t>(flags));
    return body;
}

std::int32_t raw_client::create(std::string_view path, std::string_view data, create_flags flags) {
    return call(opcode::create, create_request(path, data, flags)).err;
}

std::int32_t raw_client::remove(std::string_view path, std::int32_t version) {
    return call(opcode::remove, frame_writer().put_string(path).put_int(version)).err;
}

std::int32_t raw_client::set_data(std::string_view path, std::string_view data, std::int32_t version) {
    return call(opcode::set_data, frame_writer().put_string(path).put_string(data).put_int(version)).err;
}

raw_node raw_client::get(std::string_view path, bool watch) {
    const raw_reply reply = call(opcode::get_data, frame_writer().put_string(path).put_bool(watch));
    raw_node node;
    node.err = reply.err;
    if (reply.err != ok) return node;
    frame_reader reader(reply.body);
    node.data = reader.take_string();
    node.stat = take_stat(reader);
    return node;
}

std::int32_t raw_client::exists(std::string_view path, bool watch) {
    return call(opcode::exists, frame_writer().put_string(path).put_bool(watch)).err;
}

std::vector<std::string> raw_client::children(std::string_view path, bool watch) {
    const raw_reply reply = call(opcode::get_children, frame_writer().put_string(path).put_bool(watch));
    frame_reader reader(reply.body);
    std::vector<std::string> names;
    if (reply.err != ok) return names;
    for (std::int32_t left = reader.take_int(); left > 0; --left) names.push_back(reader.take_string());
    return names;
}

void raw_client::ping() { (void)call(opcode::ping, frame_writer()); }

std::int32_t raw_client::sync(std::string_view path) {
    return call(opcode::sync, frame_writer().put_string(path)).err;
}

std::int32_t raw_client::close_session() { return call(opcode::close_session, frame_writer()).err; }

bool close_session(const std::string& host, std::uint16_t port, const session_identity& identity,
                   std::chrono::milliseconds within) {
    const auto closed = [&] {
        try {
            raw_client thief(host, port, identity);
            return !thief.attached() || thief.close_session() == ok;
        } catch (const connection_lost&) {
            return false;  // the owner took its session back, or the server is not there
        }
    };
    return eventually(closed, within);
}

std::string four_letter(const std::string& host, std::uint16_t port, std::string_view word,
                        std::chrono::milliseconds within) {
    try {
        const auto deadline = after(within);
        timed_socket socket(host, port, deadline);
        socket.send(word, deadline);
        return socket.receive_all(deadline);
    } catch (const connection_lost&) {
        return {};
    }
}

}  // namespace paddock::testing
