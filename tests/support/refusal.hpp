#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <paddock/error.hpp>

namespace paddock::testing {

/// Passes iff `call` throws `argument_error` with this code and a text that holds all of `parts`: the value
/// that was refused, and the rule.
template <class Call>
::testing::AssertionResult refuses(Call call, errc code, std::initializer_list<std::string_view> parts) {
    try {
        call();
    } catch (const argument_error& refusal) {
        const std::string text = refusal.what();
        if (refusal.code() != code)
            return ::testing::AssertionFailure() << "code " << refusal.code() << ", text: " << text;
        for (const auto part : parts)
            if (text.find(part) == std::string::npos)
                return ::testing::AssertionFailure() << "'" << part << "' is not in: " << text;
        return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure() << "nothing was thrown";
}

}  // namespace paddock::testing
