#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

namespace paddock::detail {

/// While it lives, look-ups hand over their results; to be destroyed on its executor.
class lookup_target;

/// Makes `found` be called on the target's executor with the numeric addresses of `host`, or with a text that
/// says why there are none; not at all once the target is gone.
using addresses_found =
    std::function<void(const std::vector<std::string>& addresses, const std::string& failure)>;
void look_up(const std::shared_ptr<lookup_target>& target, const std::string& host, addresses_found found);

std::shared_ptr<lookup_target> make_lookup_target(const boost::asio::any_io_executor& executor);

}  // namespace paddock::detail
