#include "integration/fidelity/script.hpp"

#include <array>

namespace paddock::testing {

namespace {

std::string mode_of(create_mode mode) {
    static constexpr std::array names{"", " ephemeral", " sequential", " ephemeral sequential", " container"};
    return names.at(static_cast<std::size_t>(mode));
}

std::string data_of(const std::string& data) {
    return data.size() > 20 ? "(" + std::to_string(data.size()) + " bytes)" : "'" + data + "'";
}

std::string text_of(const detail::multi_op& op) {
    const std::string version = " version " + std::to_string(op.version);
    switch (op.what) {
        case detail::multi_op::kind::create: return "create " + op.path + mode_of(op.mode);
        case detail::multi_op::kind::set: return "set " + op.path + " " + data_of(op.data) + version;
        case detail::multi_op::kind::remove: return "remove " + op.path + version;
        case detail::multi_op::kind::check: return "check " + op.path + version;
    }
    return {};
}

std::string position_of(fault_position where) {
    if (where == fault_position::before_send) return "before it is sent";
    return where == fault_position::before_commit ? "before it is committed" : "after its commit";
}

std::string actor_name(actor_number who) {
    return who == the_operator ? "operator" : "client " + std::to_string(who);
}

}  // namespace

std::string text_of(const request& what) {
    std::string line(name_of(what.kind));
    if (what.kind == request_kind::multi) {
        for (const auto& op : what.ops) line += (&op == &what.ops.front() ? " [" : "; ") + text_of(op);
        return line + "]";
    }
    line += " " + what.path;
    if (what.kind == request_kind::create) {
        line += mode_of(what.mode) + (what.acls.empty() ? " without rights" : "") + " " + data_of(what.data);
    }
    if (what.kind == request_kind::set) line += " " + data_of(what.data);
    if (what.kind == request_kind::set || what.kind == request_kind::remove) {
        line += " version " + std::to_string(what.version);
    }
    if (what.kind == request_kind::remove_watch && what.watch_kind == detail::watch_kind::children) {
        line += " of the children";
    }
    return line + (what.watch ? " with watch" : "");
}

std::string text_of(const script_step& step) {
    static constexpr std::array names{"", "cut", "leave", "come back", "expire", "close", "abandon", "open"};
    std::string line = actor_name(step.who) + ": " + names.at(static_cast<std::size_t>(step.what));
    for (const auto& one : step.requests) {
        const bool first = &one == &step.requests.front();
        line += (!first ? ", " : step.what == script_step::kind::close ? " after " : "") + text_of(one);
    }
    if (!step.fault) return line;
    return line + " | number " + std::to_string(step.struck) + " is cut " + position_of(*step.fault);
}

std::string text_of(const script& all) {
    std::string text;
    for (std::size_t i = 0; i < all.steps.size(); ++i) {
        text += "  " + std::to_string(i) + " " + text_of(all.steps[i]) + "\n";
    }
    return text;
}

}  // namespace paddock::testing
