#include "integration/support/wire_format.hpp"

namespace paddock::testing {
namespace {

void append_number(std::string& to, std::uint64_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
        to.push_back(static_cast<char>((value >> shift) & 0xff));
    }
}

}  // namespace

frame_writer& frame_writer::put_int(std::int32_t value) {
    append_number(body_, static_cast<std::uint32_t>(value), 4);
    return *this;
}

frame_writer& frame_writer::put_long(std::int64_t value) {
    append_number(body_, static_cast<std::uint64_t>(value), 8);
    return *this;
}

frame_writer& frame_writer::put_bool(bool value) {
    body_.push_back(value ? '\1' : '\0');
    return *this;
}

frame_writer& frame_writer::put_string(std::string_view value) {
    put_int(static_cast<std::int32_t>(value.size()));
    body_ += value;
    return *this;
}

frame_writer& frame_writer::put_raw(std::string_view fields) {
    body_ += fields;
    return *this;
}

std::string frame_writer::finish() const {
    std::string frame;
    append_number(frame, body_.size(), 4);
    return frame + body_;
}

std::uint64_t frame_reader::take_number(std::size_t bytes) {
    if (rest_.size() < bytes) {
        truncated_ = true;
        rest_ = {};
        return 0;
    }
    std::uint64_t value = 0;
    for (const char c : rest_.substr(0, bytes)) value = (value << 8) | static_cast<unsigned char>(c);
    rest_.remove_prefix(bytes);
    return value;
}

std::int32_t frame_reader::take_int() {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(take_number(4)));
}

std::int64_t frame_reader::take_long() { return static_cast<std::int64_t>(take_number(8)); }

bool frame_reader::take_bool() { return take_number(1) != 0; }

std::string frame_reader::take_string() {
    const std::int32_t size = take_int();
    if (size <= 0) return {};  // -1 stands for "no data"
    if (rest_.size() < static_cast<std::size_t>(size)) {
        truncated_ = true;
        rest_ = {};
        return {};
    }
    std::string value(rest_.substr(0, static_cast<std::size_t>(size)));
    rest_.remove_prefix(static_cast<std::size_t>(size));
    return value;
}

std::string path_of(opcode op, std::string_view body) {
    frame_reader reader(body);
    switch (op) {
        case opcode::multi: {
            const auto first = static_cast<opcode>(reader.take_int());
            const bool done = reader.take_bool();
            (void)reader.take_int();  // error code, meaningless in a request
            if (done || reader.truncated() || first == opcode::multi) return {};
            return path_of(first, reader.rest());
        }
        case opcode::create:
        case opcode::create2:
        case opcode::create_container:
        case opcode::create_ttl:
        case opcode::remove:
        case opcode::exists:
        case opcode::get_data:
        case opcode::set_data:
        case opcode::get_acl:
        case opcode::set_acl:
        case opcode::get_children:
        case opcode::get_children2:
        case opcode::sync:
        case opcode::check:
        case opcode::check_watches:
        case opcode::remove_watches: return reader.take_string();
        default: return {};
    }
}

}  // namespace paddock::testing
