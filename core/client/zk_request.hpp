#pragma once

#include <memory>
#include <utility>

#include "core/client/xid_guard.hpp"
#include "core/client/zk_convert.hpp"
#include "core/client/zk_loop.hpp"

namespace paddock::detail {

/// A request on its way: first the completion's data inside the library, then an item of the ready list.
template <class Reply>
class request : public ready_item {
public:
    request(zk_loop& owner, reply_to<Reply> call) : loop(owner), done(std::move(call)) {}

    void run() override {
        if (done) done(std::move(result));
    }
    void set_outcome(const reply& outcome) { static_cast<reply&>(result) = outcome; }

    zk_loop& loop;  // delivers us, so it lives
    reply_to<Reply> done;
    Reply result;
};

/// In a completion: takes the request back from the library.
template <class Request>
std::unique_ptr<Request> take_back(const void* data, int code) {
    std::unique_ptr<Request> taken(static_cast<Request*>(const_cast<void*>(data)));
    taken->set_outcome(classify(code, taken->loop.expired()));
    return taken;
}

/// At the end of a completion.
template <class Request>
void complete(std::unique_ptr<Request> taken, int code) {
    zk_loop& loop = taken->loop;
    loop.complete(std::move(taken), code);
}

/// Hands the request to the library through `call(zh, data)`, which returns the library's code.
template <class Request, class Call>
void submit(zhandle_t* zh, std::unique_ptr<Request> fresh, Call call) {
    zk_loop& loop = fresh->loop;
    int code = ZINVALIDSTATE;
    if (zh != nullptr) {
        take_xid(zh);
        code = call(zh, static_cast<const void*>(fresh.get()));
    }
    if (code == ZOK) {
        static_cast<void>(fresh.release());
        loop.sent();
    } else {
        fresh->set_outcome(refuse(code, loop.expired()));
        loop.deliver(std::move(fresh));
    }
}

}  // namespace paddock::detail
