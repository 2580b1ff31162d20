#pragma once

#include <array>
#include <functional>
#include <string>

#include "integration/bench/floor/contender.hpp"

namespace paddock::bench {

/// A place in each of three queues, all first: one multi of three creates and three getChildren in one flight; one
/// multi of three deletes.
class triple final : public taker {
public:
    triple(zhandle_t* session, const std::string& directory);
    triple(const triple&) = delete;
    triple& operator=(const triple&) = delete;

    void join(std::function<void()> granted) override;
    void leave() override;

    static constexpr std::size_t parts = 3;
    [[nodiscard]] static std::string part(const std::string& directory, std::size_t i) {
        return directory + "-" + std::to_string(i);
    }

private:
    static void created(int code, const void* context);
    static void listed(int code, const String_vector* names, const void* context);

    zhandle_t* session_;
    std::array<std::string, parts> directories_;
    std::array<std::array<char, 256>, parts> nodes_{};
    // The library reads and writes these until a multi is answered.
    std::array<zoo_op_t, parts> operations_{};
    std::array<zoo_op_result_t, parts> results_{};
    std::array<zoo_op_result_t, parts> leave_results_{};
    std::size_t listed_ = 0;
    std::function<void()> granted_;
};

}  // namespace paddock::bench
