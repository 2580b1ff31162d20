#include "core/contender/outcome.hpp"

#include <string>

namespace paddock::detail {
namespace {

class category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "paddock.round"; }
    std::string message(int value) const override {
        switch (static_cast<round_end>(value)) {
            case round_end::session_over: return "the session has ended";
            case round_end::node_gone: return "the contender's node was deleted";
            case round_end::abandoned: return "abandoned";
            case round_end::look_again: return "the queue has changed";
            case round_end::others_ahead: return "others are ahead";
        }
        return "unknown";
    }
};

}  // namespace

const boost::system::error_category& round_category() noexcept {
    static const category instance;
    return instance;
}

}  // namespace paddock::detail
