#include "integration/support/zk_server.hpp"

#include <charconv>
#include <deque>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "integration/support/raw_client.hpp"

namespace paddock::testing {
namespace {

constexpr std::string_view class_path =
    "/usr/share/java/zookeeper.jar:/usr/share/java/slf4j-log4j12.jar:/usr/share/java/log4j-1.2.jar";

constexpr std::string_view log4j_config = R"(log4j.rootLogger=INFO, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d{ISO8601} %p %c{1} [%t] %m%n
)";

// The text after `label` up to the end of its line.
std::optional<std::string> field(const std::string& text, std::string_view label) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(label)) return line.substr(label.size());
    }
    return std::nullopt;
}

template <class Number>
std::optional<Number> number(std::string_view text, int base = 10) {
    Number value{};
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (parsed.ec != std::errc()) return std::nullopt;
    return value;
}

}  // namespace

zk_server::zk_server(std::filesystem::path dir, std::size_t index, const std::vector<server_place>& places,
                     const server_options& options)
    : dir_(std::move(dir)),
      host_(places.at(index).host),
      port_(places.at(index).client.port()),
      system_properties_(options.system_properties) {
    write_config(index, places, options);
}

void zk_server::write_config(std::size_t index, const std::vector<server_place>& places,
                             const server_options& options) {
    std::filesystem::create_directories(data_dir());
    std::ofstream(dir_ / "log4j.properties") << log4j_config;
    std::ofstream(data_dir() / "myid") << index + 1 << '\n';
    std::ofstream config(dir_ / "zoo.cfg");
    // An election in vain lasts for initLimit: two of 10 s had outlived sessions of 30 s.
    config << "tickTime=" << options.tick_time.count() << "\ninitLimit=10\nsyncLimit=5\n"
           << "dataDir=" << data_dir().string() << "\nclientPortAddress=" << host_ << "\nclientPort=" << port_
           << "\nmaxClientCnxns=0\nadmin.enableServer=false\n4lw.commands.whitelist=*\n";
    for (std::size_t i = 0; places.size() > 1 && i < places.size(); ++i) {
        config << "server." << i + 1 << '=' << places[i].host << ':' << places[i].quorum.port() << ':'
               << places[i].election.port() << '\n';
    }
    for (const auto& line : options.config_lines) config << line << '\n';
    if (!config.flush()) throw std::runtime_error("cannot write " + (dir_ / "zoo.cfg").string());
}

std::optional<pid_t> zk_server::pid() const {
    if (!process_) return std::nullopt;
    return process_->pid();
}

void zk_server::start() {
    if (running()) return;
    child_options child;
    child.output = log_path();
    child.orphan_dir = dir_;
    child.argv = {"java",
                  "-Xmx128m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-XX:-UsePerfData",
                  "-Dzookeeper.forceSync=no",
                  "-Dzookeeper.jmx.log4j.disable=true"};
    for (const auto& property : system_properties_) child.argv.push_back("-D" + property);
    child.argv.insert(child.argv.end(),
                      {"-cp", dir_.string() + ":" + std::string(class_path),
                       "org.apache.zookeeper.server.quorum.QuorumPeerMain", (dir_ / "zoo.cfg").string()});
    process_.reset();
    process_.emplace(child);
    frozen_ = false;
}

void zk_server::kill() { process_.reset(); }

void zk_server::stop() {
    if (process_) (void)process_->terminate();
    process_.reset();
}

void zk_server::freeze() {
    if (!running()) throw std::logic_error("only a running server can be frozen");
    process_->freeze();
    frozen_ = true;
}

void zk_server::thaw() {
    if (!frozen_) return;
    process_->thaw();
    frozen_ = false;
}

void zk_server::wipe() {
    if (running()) throw std::logic_error("a running server's data cannot be wiped");
    std::filesystem::remove_all(data_dir() / "version-2");
}

bool zk_server::running() { return process_ && process_->running(); }

std::string zk_server::four_letter(std::string_view word) const {
    return testing::four_letter(host_, port_, word);
}

std::optional<server_status> zk_server::status() const {
    const std::string answer = four_letter("srvr");
    auto mode = field(answer, "Mode: ");
    const auto zxid = field(answer, "Zxid: 0x");
    if (!mode || !zxid) return std::nullopt;
    return server_status{std::move(*mode), number<std::int64_t>(*zxid, 16).value_or(0)};
}

std::optional<std::int64_t> zk_server::metric(std::string_view name) const {
    const auto value = field(four_letter("mntr"), std::string(name) + "\t");
    return value ? number<std::int64_t>(*value) : std::nullopt;
}

std::optional<std::size_t> zk_server::watch_count() const {
    const auto count = metric("zk_watch_count");  // `wchs` knows data watches only
    return count ? std::optional(static_cast<std::size_t>(*count)) : std::nullopt;
}

std::string zk_server::log_tail() const {
    std::ifstream log(log_path());
    std::deque<std::string> lines;
    for (std::string line; std::getline(log, line);) {
        lines.push_back(std::move(line));
        if (lines.size() > 30) lines.pop_front();
    }
    std::string tail;
    for (const auto& line : lines) tail += line + '\n';
    return tail;
}

}  // namespace paddock::testing
