#include "tools/paddock/claim_arguments.hpp"

#include <charconv>
#include <map>
#include <set>

#include <CLI/CLI.hpp>

namespace paddock::tool {

namespace {

constexpr std::uint32_t most_permits = 1'000'000;
constexpr std::size_t most_claims = 64;  // of a multi_lock

std::uint32_t count_of(const std::string& option, const std::string& text, std::uint32_t most) {
    std::uint32_t count = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (failure == std::errc() && end == text.data() + text.size() && count >= 1 && count <= most)
        return count;
    throw usage_error(option + " '" + text + "': must be a number from 1 to " + std::to_string(most));
}

claim_settings permits_of(const CLI::App& run, const claim_arguments& raw) {
    if (run.count("--limit") == 0)
        throw usage_error("--semaphore '" + raw.semaphore +
                          "': needs --limit M, the number of permits that there are");
    claim_settings claim{claim_settings::kind::permits, raw.semaphore, 1, 0};
    claim.limit = count_of("--limit", raw.limit, most_permits);
    if (run.count("--permits") > 0) claim.permits = count_of("--permits", raw.permits, most_permits);
    if (claim.permits > claim.limit)
        throw usage_error("--permits '" + raw.permits + "': must not be more than --limit (" + raw.limit +
                          ")");
    return claim;
}

}  // namespace

void add_claims(CLI::App& run, claim_arguments& raw) {
    const auto add = [&run](const char* option, std::vector<std::string>& paths, const char* text) {
        run.add_option(option, paths, text)->type_name("PATH")->allow_extra_args(false);
    };
    add("--lock", raw.locks,
        "Hold this lock; an absolute path. What is to be held\nmay be named several times");
    add("--read-lock", raw.read_locks, "Hold the read side of this read-write lock");
    add("--write-lock", raw.write_locks, "Hold its write side");
    run.add_option("--semaphore", raw.semaphore, "Hold permits of this semaphore")->type_name("PATH");
    run.add_option("--permits", raw.permits, "How many (default: 1)")->type_name("N");
    run.add_option("--limit", raw.limit, "How many permits the semaphore has; every user says\nthe same")
        ->type_name("M");
}

std::vector<claim_settings> claims_of(const CLI::App& run, const claim_arguments& raw) {
    using kind = claim_settings::kind;
    std::vector<claim_settings> claims;
    std::map<std::string, std::size_t> taken;
    std::set<std::string> paths;
    for (const CLI::Option* given : run.parse_order()) {
        const std::string option = given->get_name();
        const std::size_t nth = taken[option]++;
        if (option == "--lock")
            claims.push_back({kind::lock, raw.locks.at(nth)});
        else if (option == "--read-lock")
            claims.push_back({kind::read_lock, raw.read_locks.at(nth)});
        else if (option == "--write-lock")
            claims.push_back({kind::write_lock, raw.write_locks.at(nth)});
        else if (option == "--semaphore")
            claims.push_back(permits_of(run, raw));
        else
            continue;
        const std::string& path = claims.back().path;
        if (!paths.insert(path).second)
            throw usage_error(option + " '" + path + "': is named already; each path may be held once");
    }
    for (const char* option : {"--permits", "--limit"})
        if (run.count(option) > 0 && run.count("--semaphore") == 0)
            throw usage_error(std::string(option) + ": needs --semaphore PATH");
    if (claims.empty())
        throw usage_error(
            "--lock, --read-lock, --write-lock or --semaphore is required: what CMD has to hold");
    if (claims.size() > most_claims)
        throw usage_error("--lock and its kin: " + std::to_string(claims.size()) +
                          " paths; must be at most " + std::to_string(most_claims));
    return claims;
}

}  // namespace paddock::tool
