#include "core/client/name_lookup.hpp"

#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>

#include <mutex>
#include <system_error>
#include <thread>

#include <boost/asio/post.hpp>

namespace paddock::detail {

// Threads cannot be interrupted in getaddrinfo, and may come back when the reactor is long gone.
class lookup_door {
public:
    explicit lookup_door(const boost::asio::any_io_executor& executor) : executor_(executor) {}
    void close() {
        const std::lock_guard lock(mutex_);
        executor_ = {};
    }
    template <class Call>
    void post(Call call) {
        const std::lock_guard lock(mutex_);
        if (executor_) boost::asio::post(executor_, std::move(call));
    }

private:
    std::mutex mutex_;
    boost::asio::any_io_executor executor_;  // none once closed
};

class lookup_target {
public:
    explicit lookup_target(const boost::asio::any_io_executor& executor)
        : door(std::make_shared<lookup_door>(executor)) {}
    lookup_target(const lookup_target&) = delete;
    lookup_target& operator=(const lookup_target&) = delete;
    ~lookup_target() { door->close(); }

    const std::shared_ptr<lookup_door> door;
};

namespace {

struct outcome {
    std::vector<std::string> addresses;
    std::string failure;
};

outcome resolve(const std::string& host) {
    outcome result;
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    if (code != 0) {
        result.failure = ::gai_strerror(code);
        return result;
    }
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        char text[NI_MAXHOST];
        if (::getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) ==
            0) {
            result.addresses.emplace_back(text);
        }
    }
    ::freeaddrinfo(list);
    return result;
}

void hand_over(lookup_door& door, const std::weak_ptr<lookup_target>& target, const addresses_found& found,
               const outcome& result) {
    door.post([target, found, result] {
        if (!target.expired()) found(result.addresses, result.failure);
    });
}

}  // namespace

void look_up(const std::shared_ptr<lookup_target>& target, const std::string& host, addresses_found found) {
    const std::weak_ptr<lookup_target> weak = target;
    try {
        std::thread([door = target->door, weak, host, found] {
            ::pthread_setname_np(::pthread_self(), "paddock-lookup");
            hand_over(*door, weak, found, resolve(host));
        }).detach();
    } catch (const std::system_error& failure) {
        hand_over(*target->door, weak, found, {{}, failure.what()});
    }
}

std::shared_ptr<lookup_target> make_lookup_target(const boost::asio::any_io_executor& executor) {
    return std::make_shared<lookup_target>(executor);
}

}  // namespace paddock::detail
