#include <paddock/fence.hpp>

namespace paddock {

bool fence::accept(fencing_token token) {
    const std::lock_guard lock(guard_);
    if (token < mark_) return false;
    mark_ = token;
    return true;
}

bool fence::run(fencing_token token, const std::function<void()>& effect) {
    if (!effect)
        throw argument_error(errc::invalid_argument, "fence::run: effect is empty; it must be callable");
    const std::lock_guard lock(guard_);
    if (token < mark_) return false;
    mark_ = token;
    effect();
    return true;
}

fencing_token fence::mark() const {
    const std::lock_guard lock(guard_);
    return mark_;
}

}  // namespace paddock
