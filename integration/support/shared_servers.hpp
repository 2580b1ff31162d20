#pragma once

#include "integration/support/zk_ensemble.hpp"

namespace paddock::testing {

/// One server for all tests of this executable that do not harm it. Started on first use, ended after the
/// last test. Tests use paths of their own; a test that leaves the server stopped or frozen only costs time,
/// because each call makes sure that it serves.
[[nodiscard]] zk_ensemble& shared_standalone();

/// The same with three servers.
[[nodiscard]] zk_ensemble& shared_ensemble();

}  // namespace paddock::testing
