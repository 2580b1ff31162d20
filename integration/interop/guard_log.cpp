#include "integration/interop/guard_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "integration/lock_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

guard_event parse(const std::string& line) {
    guard_event event;
    std::string kind;
    std::istringstream words(line);
    words >> kind >> event.who >> event.claim;
    if (kind == "leave") {
        event.kind = guard_event::leave;
    } else if (kind == "doom") {
        event.kind = guard_event::doom;
    } else if (kind != "enter") {
        throw std::runtime_error("not a line of a guard log: " + line);
    }
    return event;
}

std::string process_of(const std::string& who) { return who.substr(0, who.find('.')); }

int places_for(const std::string& claim, int all) {
    return claim == "read" || claim.starts_with("semaphore:") ? 1 : all;
}

std::string names(const std::map<std::string, int>& inside) {
    std::string text;
    for (const auto& [who, places] : inside) text += " " + who;
    return text;
}

}  // namespace

guard_log::guard_log(std::filesystem::path file)
    : file_(std::move(file)), out_(::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
    if (!out_) throw std::system_error(errno, std::generic_category(), file_.string());
}

void guard_log::enter(const std::string& who, const std::string& claim) {
    append("enter " + who + " " + claim);
}

void guard_log::leave(const std::string& who) { append("leave " + who); }

void guard_log::doom(const std::string& process) { append("doom " + process); }

void guard_log::append(const std::string& line) {
    const std::string bytes = line + "\n";
    if (::write(out_.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
        throw std::system_error(errno, std::generic_category(), file_.string());
    }
}

std::vector<guard_event> guard_log::events() const {
    std::vector<guard_event> found;
    std::ifstream in(file_);
    for (std::string line; std::getline(in, line);) found.push_back(parse(line));
    return found;
}

guard_verdict judge(const std::vector<guard_event>& events, int places) {
    guard_verdict verdict;
    std::map<std::string, int> inside;  // and the places that each takes
    std::set<std::string> doomed;
    std::string last;
    for (const guard_event& event : events) {
        const std::string process = process_of(event.who);
        if (event.kind == guard_event::doom) {
            doomed.insert(process);
            std::erase_if(inside, [&](const auto& one) { return process_of(one.first) == process; });
            continue;
        }
        if (event.kind == guard_event::leave) {
            inside.erase(event.who);
            continue;
        }
        int taken = places_for(event.claim, places);
        for (const auto& [who, theirs] : inside) taken += theirs;
        if (taken > places) verdict.overlaps.push_back(event.who + " came to" + names(inside));
        if (!doomed.contains(process)) inside[event.who] = places_for(event.claim, places);
        ++verdict.sections[event.who];
        if (!last.empty() && process != last) ++verdict.hand_overs;
        last = process;
    }
    return verdict;
}

void contend(guard_log& guard, const std::string& who, const std::string& claim,
             const std::function<lease()>& acquire, const std::stop_token& enough) {
    while (!enough.stop_requested()) {
        const lease held = acquire();
        EXPECT_TRUE(held) << who << " was not granted the lock";
        if (!held) return;
        guard.enter(who, claim);
        pace(1ms);
        guard.leave(who);
    }
}

}  // namespace paddock::testing
