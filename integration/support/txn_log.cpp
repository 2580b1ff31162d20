#include "integration/support/txn_log.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace paddock::testing {
namespace {

constexpr std::size_t file_header_bytes = 16;   // "ZKLG", version, database
constexpr std::size_t frame_header_bytes = 12;  // checksum, length

struct cut_off : std::exception {};

/// Jute: big-endian numbers, strings and buffers behind their length.
class record_reader {
public:
    explicit record_reader(std::string_view bytes) : left_(bytes) {}
    std::int32_t number() { return static_cast<std::int32_t>(big_endian(4)); }
    std::int64_t long_number() { return static_cast<std::int64_t>(big_endian(8)); }
    std::string_view text() {
        const std::int32_t length = number();
        return length <= 0 ? std::string_view() : take(static_cast<std::size_t>(length));
    }
    std::string_view take(std::size_t count) {
        if (count > left_.size()) throw cut_off();
        const std::string_view taken = left_.substr(0, count);
        left_.remove_prefix(count);
        return taken;
    }
    [[nodiscard]] bool empty() const { return left_.empty(); }

private:
    std::uint64_t big_endian(std::size_t bytes) {
        std::uint64_t value = 0;
        for (const char one : take(bytes)) value = value << 8 | static_cast<unsigned char>(one);
        return value;
    }
    std::string_view left_;
};

void read_changes(std::int32_t type, record_reader body, std::int64_t session,
                  std::vector<logged_change>& into) {
    using kind = logged_change::kind;
    switch (type) {
        case 1:   // create
        case 15:  // create2
        case 19:  // createContainer
        case 21:  // createTTL
            into.push_back({kind::created, std::string(body.text()), session});
            break;
        case 2:   // delete
        case 20:  // deleteContainer
            into.push_back({kind::removed, std::string(body.text()), session});
            break;
        case 5:  // setData
            into.push_back({kind::written, std::string(body.text()), session});
            break;
        case 14: {  // multi: type and record of each
            for (std::int32_t left = body.number(); left > 0; --left) {
                const std::int32_t part = body.number();
                read_changes(part, record_reader(body.text()), session, into);
            }
            break;
        }
        case -11: into.push_back({kind::session_closed, {}, session}); break;
        default: break;  // changes no node
    }
}

void read_file(const std::filesystem::path& file, txn_history& into) {
    std::ifstream stream(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    record_reader log(bytes);
    if (log.take(file_header_bytes).substr(0, 4) != "ZKLG")
        throw std::runtime_error(file.string() + " is no log");
    for (;;) {
        log.take(frame_header_bytes - 4);
        const std::int32_t length = log.number();
        if (length <= 0) return;  // the rest of the file is filled with zeros
        record_reader record(log.take(static_cast<std::size_t>(length)));
        log.take(1);
        const std::int64_t session = record.long_number();
        (void)record.number();  // cxid
        const std::int64_t zxid = record.long_number();
        (void)record.long_number();  // time
        const std::int32_t type = record.number();
        std::vector<logged_change> changes;
        read_changes(type, record, session, changes);
        into[zxid] = std::move(changes);
    }
}

}  // namespace

void read_txn_logs(const std::filesystem::path& data_dir, txn_history& into) {
    for (const auto& entry : std::filesystem::directory_iterator(data_dir / "version-2")) {
        if (!entry.path().filename().string().starts_with("log.")) continue;
        try {
            read_file(entry.path(), into);
        } catch (const cut_off&) {
        }
    }
}

}  // namespace paddock::testing
