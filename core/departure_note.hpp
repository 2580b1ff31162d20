#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace paddock::detail {

/// What a contender that was the first of its queue leaves as the directory's data, in the one write that deletes its
/// node: whoever stood right behind it is the first now, and need not list the queue to know. Pure.
std::string departure_note(std::string_view node);

/// Data that such a note may replace: nobody else's.
bool gives_way_to_a_note(std::string_view directory_data);

/// Where a deletion is noted: over that version of the directory's data, so that nobody else's is lost.
struct note_place {
    std::string directory;  ///< empty: nowhere
    std::int32_t version = 0;
};

}  // namespace paddock::detail
