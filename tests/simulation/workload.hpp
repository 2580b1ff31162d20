#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace paddock::testing {

class stage;

/// What applications do with one recipe, and what must hold of it; the stage brings time, clients and faults. Every
/// member but the constructor throws `violation` for what must never be.
class workload {
public:
    virtual ~workload() = default;
    /// Where it works; operators meddle with nodes in there.
    [[nodiscard]] virtual const std::vector<std::string>& directories() const = 0;
    /// One more thing that an application may want, at a random moment.
    virtual void act() = 0;
    /// Somebody changes his mind about something that is under way.
    virtual void cancel() = 0;
    /// What must hold at every moment; called after every step.
    virtual void inspect() = 0;
    /// There are no faults any more, nothing new begins. Says what is not yet as it should be, nothing once all is.
    virtual std::string unsettled() = 0;
    /// Then: lets go of what is held. True once all has ended.
    virtual bool wind_down() = 0;
    /// What must hold at the end.
    virtual void conclude() = 0;
    [[nodiscard]] virtual std::uint64_t grants() const = 0;
};

struct recipe {
    std::string_view name;
    std::unique_ptr<workload> (*make)(stage& on);
};

/// All workloads there are, one a recipe.
const std::vector<recipe>& recipes();

}  // namespace paddock::testing
