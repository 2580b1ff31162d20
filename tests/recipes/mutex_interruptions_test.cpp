// An acquire is interrupted after its k-th step, for every k until it has completed: by its caller, its deadline,
// its client's close, the end of its session, a cut of its connection. Nothing may be left, nothing granted twice.
#include <boost/asio/error.hpp>

#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

enum class setting { no_directory, uncontended, contended };

std::string name_of(setting which) {
    static constexpr const char* names[] = {"NoDirectory", "Uncontended", "Contended"};
    return names[static_cast<int>(which)];
}

/// A client about to acquire. In the contended setting another one holds and releases after 20 ms.
class scenario : public core_rig {
public:
    explicit scenario(setting which) {
        other = &connected_client();
        self = &connected_client();
        if (which == setting::uncontended) hold(*other)->result = lease();
        if (which == setting::contended) {
            const attempt holder = hold(*other);
            release_ = world.call_at(world.now() + 20ms, [holder] { holder->result = lease(); });
        }
        EXPECT_TRUE(which == setting::contended || run_until([this] { return quiet(); }));
    }

    /// Runs `steps` steps; false when the acquire completes before.
    bool run(const attempt& which, int steps) {
        for (int i = 0; i < steps && !which->done(); ++i) one_step();
        return !which->done();
    }
    /// Runs until the acquire has completed.
    void finish(const attempt& which) {
        for (int i = 0; i < 5'000 && !which->done(); ++i) one_step();
        EXPECT_TRUE(which->done()) << "not completed after 5,000 steps";
    }
    void one_step() {
        world.step();
        std::size_t mine = 0;
        for (const auto id : ensemble.sessions())
            if (id != other->session_id()) mine += ensemble.ephemerals(id).size();
        ASSERT_LE(mine, 1u) << "the contender has two nodes\n" << ensemble.trace();
    }
    void end() {
        release_.reset();
        expect_clean();
    }
    void expect_granted(const attempt& which) {
        ASSERT_TRUE(which->granted()) << which->ec.message() << "\n" << ensemble.trace();
        const auto node = ensemble.node(which->result.node());
        ASSERT_TRUE(node) << ensemble.trace();
        EXPECT_EQ(node->czxid, which->result.fencing_token().value());
        EXPECT_EQ(node->ephemeral_owner, which->result.session_id());
        EXPECT_EQ(ensemble.children("/locks/a").size(), 1u);
    }

    core_client* other;
    core_client* self;

private:
    detail::scheduled_call release_;
};

class Interruptions : public ::testing::TestWithParam<setting> {
protected:
    /// Calls `act` on a fresh scenario after k steps of its acquire, for every k.
    void at_every_step(const std::function<void(scenario&, const attempt&)>& act) {
        int k = 0;
        for (bool reached = true; reached && !HasFailure(); ++k) {
            SCOPED_TRACE(name_of(GetParam()) + ", after step " + std::to_string(k));
            scenario here(GetParam());
            const attempt started = here.acquire(*here.self);
            reached = here.run(started, k);
            if (reached) act(here, started);
            here.end();
        }
        EXPECT_GT(k, 5) << "the sweep has hardly begun";
    }
};

// At the moment of the interruption the grant may already be on its way to the handler: then it wins.
void expect_ended_now(scenario& here, const attempt& started, error_code why) {
    const auto now = here.world.now();
    here.world.settle();
    ASSERT_TRUE(started->done()) << here.ensemble.trace();
    EXPECT_EQ(started->at, now);
    EXPECT_TRUE(!started->ec || started->ec == why) << started->ec.message();
}

TEST_P(Interruptions, Cancel) {
    for (const auto type : {boost::asio::cancellation_type::terminal, boost::asio::cancellation_type::partial,
                            boost::asio::cancellation_type::total}) {
        at_every_step([type](scenario& here, const attempt& started) {
            started->cancel.emit(type);
            expect_ended_now(here, started, boost::asio::error::operation_aborted);
        });
    }
}

TEST_P(Interruptions, Close) {
    at_every_step([](scenario& here, const attempt& started) {
        here.self->close();
        expect_ended_now(here, started, errc::client_closed);
    });
}

TEST_P(Interruptions, CancelWithTheConnectionCut) {
    for (const auto where : {cut_position::before_arrival, cut_position::after_arrival}) {
        at_every_step([where](scenario& here, const attempt& started) {
            here.ensemble.cut(here.self->number(), where);
            started->abort();
            expect_ended_now(here, started, boost::asio::error::operation_aborted);
        });
    }
}

TEST_P(Interruptions, ConnectionCut) {
    for (const auto where : {cut_position::before_arrival, cut_position::after_arrival}) {
        at_every_step([where](scenario& here, const attempt& started) {
            here.ensemble.cut(here.self->number(), where);
            here.finish(started);
            here.expect_granted(started);
        });
    }
}

TEST_P(Interruptions, SessionExpiry) {
    at_every_step([](scenario& here, const attempt& started) {
        const auto old = here.self->session_id();
        here.ensemble.expire_session(old);
        here.finish(started);
        ASSERT_TRUE(started->granted()) << started->ec.message();
        if (started->result.session_id() != old) return here.expect_granted(started);
        // Granted before the expiry was known: then the loss is told at once.
        EXPECT_TRUE(here.run_until([&] { return started->result.lost_token().stop_requested(); }, 50ms));
        EXPECT_EQ(started->result.reason(), loss_reason::session_expired);
    });
}

TEST_P(Interruptions, SessionExpiryBehindACut) {
    at_every_step([](scenario& here, const attempt& started) {
        const auto old = here.self->session_id();
        here.ensemble.cut(here.self->number(), cut_position::after_arrival);
        here.ensemble.expire_session(old);
        here.finish(started);
        ASSERT_TRUE(started->granted()) << started->ec.message();
        if (started->result.session_id() != old) return here.expect_granted(started);
        EXPECT_TRUE(here.run_until([&] { return started->result.lost_token().stop_requested(); }, 50ms));
    });
}

TEST_P(Interruptions, FrozenBeyondTheTimeout) {
    at_every_step([](scenario& here, const attempt& started) {
        here.self->process.freeze();
        here.world.advance(4s);
        here.self->process.thaw();
        here.finish(started);
        ASSERT_TRUE(started->granted()) << started->ec.message();
        // A grant that was on its way to the handler is seen as lost in its first moment.
        if (started->result.state() != lease_state::lost) here.expect_granted(started);
    });
}

TEST_P(Interruptions, DirectoryReaped) {
    at_every_step([](scenario& here, const attempt& started) {
        here.ensemble.reap();
        here.finish(started);
        here.expect_granted(started);
    });
}

TEST_P(Interruptions, OwnNodeDeleted) {
    at_every_step([](scenario& here, const attempt& started) {
        for (const auto& path : here.ensemble.ephemerals(here.self->session_id()))
            here.ensemble.remove_by_operator(path);
        here.finish(started);
        ASSERT_TRUE(started->granted()) << started->ec.message();
        here.world.advance(10ms);  // a deletion between listing and grant is told by the watch
        if (started->result.state() == lease_state::held) return here.expect_granted(started);
        EXPECT_EQ(started->result.reason(), loss_reason::node_deleted);
    });
}

TEST_P(Interruptions, Deadline) {
    int tried = 0;
    for (auto limit = 250us; !HasFailure(); limit += 250us, ++tried) {
        SCOPED_TRACE(name_of(GetParam()) + ", limit " + std::to_string(limit.count()) + " us");
        scenario here(GetParam());
        const auto begin = here.world.now();
        const attempt started = here.acquire_within(*here.self, limit);
        here.finish(started);
        const bool granted = started->granted();
        EXPECT_LE(started->at - begin, limit);
        if (!granted) {
            EXPECT_EQ(started->at - begin, limit);
            EXPECT_TRUE(started->ec == errc::timed_out || started->ec == errc::servers_unreachable);
        }
        here.end();
        if (granted) break;
    }
    EXPECT_GT(tried, 5);
}

INSTANTIATE_TEST_SUITE_P(Settings, Interruptions,
                         ::testing::Values(setting::no_directory, setting::uncontended, setting::contended),
                         [](const auto& one) { return name_of(one.param); });

}  // namespace
}  // namespace paddock::testing
