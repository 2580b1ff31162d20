#include "recipes/leader/term/latch_state.hpp"

#include <utility>

#include "core/recipe_arguments.hpp"
#include "core/text.hpp"

namespace paddock::detail {
namespace {

constexpr std::size_t id_bytes_max = 1024;

std::string valid_id(std::string id) {
    const bool fits = id.size() <= id_bytes_max && is_utf8(id) && id.find('\0') == std::string::npos;
    if (fits) return id;
    throw argument_error(errc::invalid_argument,
                         "id: '" + printable(id) + "' must be valid UTF-8 without NUL of at most 1024 bytes");
}

}  // namespace

latch_state::latch_state(std::shared_ptr<client_core> on, std::string shown, leader_options options,
                         term_work what)
    : client(live_client(std::move(on), "leader_latch")),
      path(recipe_path(std::move(shown), "leader_latch")),
      directory(path_at_server(*client, path, "leader_latch")),
      id(valid_id(std::move(options.id))),
      changes(std::make_shared<teller<std::optional<leader_term>>>(client->handlers(),
                                                                   std::move(options.on_change))),
      work(std::move(what)),
      seat(client->entrance()) {}

latch_state::~latch_state() = default;

void latch_state::begin_term(const leader_term& term) {
    record = {};
    record.term = term.token;
    ++changes_of_record;
    for (const auto& one : std::exchange(waiting, {})) one->finish({}, term);
}

void latch_state::end_waits(error_code why) {
    for (const auto& one : std::exchange(waiting, {})) one->give_up(why);
}

void latch_state::end_hand_overs(error_code why) {
    for (const auto& one : std::exchange(hand_overs, {}))
        if (const auto giving = one.lock()) giving->give_up(why);
}

error_code term_over(lease_core& term, const session& home) {
    const bool over = term.state() == lease_state::lost || home.id() != term.who().session_id;
    return over ? make_error_code(errc::lease_lost) : error_code();
}

}  // namespace paddock::detail
