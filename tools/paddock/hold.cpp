#include "tools/paddock/hold.hpp"

namespace paddock::tool {

const char* lease_hold::why_lost() const {
    switch (lease_.reason()) {
        case loss_reason::none: return "not lost";
        case loss_reason::session_expired: return "the session has expired";
        case loss_reason::no_contact: return "no contact for one session timeout";
        case loss_reason::node_deleted: return "its node was deleted by somebody else";
        case loss_reason::suspect: return "contact was lost";
        case loss_reason::client_closed: return "the client was closed";
    }
    return "unknown";
}

}  // namespace paddock::tool
