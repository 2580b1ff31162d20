// Giving leases back: what a release comes to, and that its deletion is kept as a promise.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/error.hpp>

#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

class LeaseRelease : public CoreTest {
protected:
    using releasing = std::shared_ptr<outcome<release_result>>;

    releasing release(const attempt& of) {
        auto made = std::make_shared<outcome<release_result>>();
        of->result.async_release(
            boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world)));
        return made;
    }
    release_result result_of(const releasing& which) {
        EXPECT_TRUE(run_until([&] { return which->done(); }));
        EXPECT_FALSE(which->ec) << which->ec.message();
        return which->result;
    }
};

TEST_F(LeaseRelease, ConfirmedByTheServer) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    const auto begin = world.now();
    const releasing done = release(got);
    EXPECT_FALSE(got->result) << "empty as soon as the release has begun";
    EXPECT_EQ(result_of(done), release_result::confirmed);
    EXPECT_EQ(done->at - begin, 2ms);
    EXPECT_EQ(nodes(), 0u);
}

TEST_F(LeaseRelease, OfALeaseThatWasLost) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    ensemble.remove_by_operator(got->result.node());
    ASSERT_TRUE(run_until([&] { return got->result.state() == lease_state::lost; }));
    EXPECT_EQ(result_of(release(got)), release_result::already_lost);
    const attempt again = hold(one);
    ensemble.expire_session(one.session_id());
    ASSERT_TRUE(run_until([&] { return again->result.state() == lease_state::lost; }));
    EXPECT_EQ(result_of(release(again)), release_result::already_lost);
}

TEST_F(LeaseRelease, UnconfirmedWhenTheSessionEndsFirst) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    ensemble.stall(true);
    const auto begin = world.now();
    const releasing done = release(got);
    EXPECT_EQ(result_of(done), release_result::unconfirmed);
    EXPECT_LE(done->at - begin, 3s) << "at most one session timeout";
}

TEST_F(LeaseRelease, IsTriedAgainOverReconnects) {
    core_client& one = connected_client();
    for (const auto where :
         {fault_position::before_send, fault_position::before_commit, fault_position::after_commit})
        for (int i = 0; i < 2; ++i) ensemble.fail_next(request_kind::remove, where);
    const attempt got = hold(one);
    const auto session = one.session_id();
    EXPECT_EQ(result_of(release(got)), release_result::confirmed);
    EXPECT_EQ(one.session_id(), session);
    EXPECT_EQ(ensemble.planned(), 0u);
    EXPECT_EQ(one.stats().obligations, 0u);
}

TEST_F(LeaseRelease, WhileDisconnectedIsDoneOnReconnect) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    ensemble.refuse_connections(true);
    ensemble.cut(one.number());
    world.advance(100ms);
    const releasing done = release(got);
    world.advance(100ms);
    EXPECT_FALSE(done->done());
    EXPECT_EQ(one.stats().obligations, 1u);
    ensemble.refuse_connections(false);
    EXPECT_EQ(result_of(done), release_result::confirmed);
}

TEST_F(LeaseRelease, RefusedDeletesAreToldAndTriedUntilTheRightsChange) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    bool denied = true;
    ensemble.deny(
        [&](request_kind kind, const std::string&) { return denied && kind == request_kind::remove; });
    EXPECT_EQ(result_of(release(got)), release_result::unconfirmed);
    world.advance(1s);
    EXPECT_EQ(nodes(), 1u);
    EXPECT_EQ(one.stats().obligations, 1u);
    EXPECT_LT(ensemble.requests(request_kind::remove), 20u) << "backs off";
    denied = false;
    EXPECT_TRUE(run_until([this] { return nodes() == 0; }, 5s));
}

TEST_F(LeaseRelease, ThrottledDeleteIsConfirmedInTheEnd) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    for (int i = 0; i < 3; ++i) ensemble.answer_next(request_kind::remove, server_errc::throttled);
    EXPECT_EQ(result_of(release(got)), release_result::confirmed);
    EXPECT_EQ(ensemble.requests(request_kind::remove), 4u);
}

TEST_F(LeaseRelease, CancellingTheWaitDoesNotCancelTheDeletion) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    ensemble.stall(true, one.number());
    const releasing done = release(got);
    world.advance(10ms);
    done->abort();
    world.settle();
    ASSERT_TRUE(done->done());
    EXPECT_EQ(done->ec, make_error_code(boost::asio::error::operation_aborted));
    EXPECT_EQ(done->result, release_result::unconfirmed);
    ensemble.stall(false, one.number());
    EXPECT_TRUE(run_until([this] { return nodes() == 0; }, 100ms));
}

TEST_F(LeaseRelease, NoHandlerIsCalledAfterwards) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    int calls = 0;
    const subscription watching = got->result.on_state_change([&](lease_state) { ++calls; });
    const auto stop = got->result.lost_token();
    EXPECT_EQ(result_of(release(got)), release_result::confirmed);
    ensemble.expire_session(one.session_id());
    world.advance(5s);
    EXPECT_EQ(calls, 0);
    EXPECT_FALSE(stop.stop_requested());
}

TEST_F(LeaseRelease, LeaseOutlivesItsClient) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    lease kept = std::move(got->result);
    one.close();
    ASSERT_TRUE(run_until([&] { return one.closed; }));
    EXPECT_EQ(kept.state(), lease_state::lost);
    EXPECT_EQ(kept.reason(), loss_reason::client_closed);
    EXPECT_TRUE(kept.lost_token().stop_requested());
    EXPECT_EQ(kept.remaining(), 0ms);
    one.core->entrance()->close();
    const auto checked = std::make_shared<outcome<bool>>();
    kept.async_check(recorded(checked, world));
    world.settle();
    ASSERT_TRUE(checked->done());
    EXPECT_FALSE(checked->ec);
    EXPECT_FALSE(checked->result);
    EXPECT_EQ(kept.release(), release_result::already_lost) << "answers without waiting for anybody";
}

TEST_F(LeaseRelease, EmptyLeaseRefuses) {
    lease none;
    EXPECT_FALSE(none);
    EXPECT_THROW((void)none.state(), boost::system::system_error);
    EXPECT_THROW((void)none.fencing_token(), boost::system::system_error);
    EXPECT_THROW((void)none.node(), boost::system::system_error);
    EXPECT_THROW((void)none.lost_token(), boost::system::system_error);
    EXPECT_THROW((void)none.release(), boost::system::system_error);
    error_code ec;
    EXPECT_FALSE(none.check(ec));
    EXPECT_EQ(ec, make_error_code(errc::empty_lease));
}

TEST_F(LeaseRelease, AssigningReleasesWhatWasHeld) {
    core_client& one = connected_client();
    const attempt a = hold(one, "/locks/a");
    const attempt b = hold(one, "/locks/b");
    a->result = std::move(b->result);
    EXPECT_TRUE(run_until([this] { return nodes("/locks/a") == 0; }, 100ms));
    EXPECT_EQ(nodes("/locks/b"), 1u);
    EXPECT_EQ(a->result.state(), lease_state::held);
}

// Servers that answer, but refuse for now, do not keep the caller for ever.
TEST_F(LeaseRelease, WaitsForNoMoreThanASessionTimeout) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    for (int i = 0; i < 20; ++i) ensemble.answer_next(request_kind::remove, server_errc::throttled);
    const auto begin = world.now();
    EXPECT_EQ(result_of(release(got)), release_result::unconfirmed);
    EXPECT_LE(world.now() - begin, 3s);
    EXPECT_EQ(nodes(), 1u);
    EXPECT_TRUE(run_until([this] { return nodes() == 0; }, 150s)) << "the deletion goes on";
}

}  // namespace
}  // namespace paddock::testing
