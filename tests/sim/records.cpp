#include "tests/sim/records.hpp"

#include <algorithm>
#include <cstdio>

namespace paddock::testing {

namespace {

constexpr std::uint64_t hash_prime = 0x100000001b3;  // FNV-1a
constexpr std::size_t kept_events = 2'000;
constexpr std::size_t kept_exchanges = 20'000;

double milliseconds(detail::boot_time when) {
    return std::chrono::duration<double, std::milli>(when.time_since_epoch()).count();
}

}  // namespace

sim_records::handle_record& sim_records::of(handle_number who) {
    if (handles_.size() < who) handles_.resize(who);
    return handles_.at(who - 1);
}

std::size_t sim_records::sent(handle_number who, const request& what, detail::boot_time when) {
    handle_record& record = of(who);
    ++record.requests.at(static_cast<std::size_t>(what.kind));
    if (what.kind == request_kind::ping) return 0;
    record.exchanges.push_back({what.kind, what.path, when, {}});
    if (record.exchanges.size() > kept_exchanges) {
        record.exchanges.pop_front();
        ++record.forgotten;
    }
    return record.forgotten + record.exchanges.size() - 1;
}

void sim_records::answered(handle_number who, std::size_t index, detail::boot_time when) {
    handle_record& record = of(who);
    if (index >= record.forgotten) record.exchanges.at(index - record.forgotten).answered = when;
}

void sim_records::note(detail::boot_time when, std::int64_t session, std::string_view op,
                       const std::string& path, const std::string& result) {
    mix(when.time_since_epoch().count());
    mix(session);
    for (const std::string_view word : {op, std::string_view(path), std::string_view(result)}) mix(word);
    events_.push_back({when, session, op, path, result});
    if (events_.size() > kept_events) events_.pop_front();
}

void sim_records::mix(std::string_view bytes) {
    for (const char c : bytes) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * hash_prime;
    mix(static_cast<std::int64_t>(bytes.size()));
}

void sim_records::mix(std::int64_t number) {
    hash_ = (hash_ ^ static_cast<std::uint64_t>(number)) * hash_prime;
}

std::string sim_records::event::text() const {
    char head[64];
    std::snprintf(head, sizeof head, "%.3f ms 0x%llx ", milliseconds(when),
                  static_cast<unsigned long long>(session));
    return head + std::string(op) + " " + path + (path.empty() ? "" : " ") + result;
}

std::uint64_t sim_records::requests(request_kind kind, handle_number who) const {
    const auto index = static_cast<std::size_t>(kind);
    if (who != every_handle) return who <= handles_.size() ? handles_[who - 1].requests.at(index) : 0;
    std::uint64_t sum = 0;
    for (const auto& record : handles_) sum += record.requests.at(index);
    return sum;
}

std::vector<exchange> sim_records::exchanges(handle_number who) const {
    if (who == every_handle || who > handles_.size()) return {};
    return {handles_[who - 1].exchanges.begin(), handles_[who - 1].exchanges.end()};
}

std::size_t sim_records::network_waits(handle_number who, detail::boot_time from) const {
    auto done = exchanges(who);
    std::erase_if(
        done, [&](const exchange& one) { return one.answered == detail::boot_time{} || one.sent < from; });
    std::ranges::sort(done, {}, &exchange::answered);
    std::size_t waits = 0;
    detail::boot_time free_at = from;
    for (const auto& one : done) {
        if (one.sent < free_at) continue;
        ++waits;
        free_at = one.answered;
    }
    return waits;
}

std::string sim_records::text(std::size_t lines) const {
    std::string out;
    for (std::size_t i = events_.size() - std::min(lines, events_.size()); i < events_.size(); ++i)
        out.append(events_[i].text()).append("\n");
    return out;
}

}  // namespace paddock::testing
