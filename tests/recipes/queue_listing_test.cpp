// Who holds and who waits, as a reader sees it.
#include "core/holder_record.hpp"
#include "core/queue_claim_core.hpp"
#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

class QueueListing : public CoreTest {
protected:
    using listing = std::shared_ptr<outcome<std::vector<contender_info>>>;

    listing list(core_client& by, const std::string& path = "/locks/a") {
        auto made = std::make_shared<outcome<std::vector<contender_info>>>();
        mutex(by.handle, path).async_contenders(2s, recorded(made, world));
        EXPECT_TRUE(run_until([&] { return made->done(); }));
        EXPECT_EQ(made->completions, 1);
        return made;
    }
    /// As `mutex::holder`, which blocks.
    listing first(core_client& by, const std::string& path = "/locks/a") {
        auto made = std::make_shared<outcome<std::vector<contender_info>>>();
        const mutex queue(by.handle, path);
        const auto core = std::static_pointer_cast<detail::queue_claim_core>(queue.core());
        error_code refused;
        (void)core->list(1, 2s, recorded(made, world), refused);
        EXPECT_FALSE(refused);
        EXPECT_TRUE(run_until([&] { return made->done(); }));
        return made;
    }
};

TEST_F(QueueListing, HolderAndWaitersInOrder) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    mutex_options options = unshared();
    options.purpose = "nightly run";
    const attempt holder = acquire(one, "/locks/a", options);
    ASSERT_TRUE(run_until_done(holder));
    const attempt waiting = acquire(two);
    world.advance(20ms);
    const listing seen = list(two);
    ASSERT_FALSE(seen->ec);
    ASSERT_EQ(seen->result.size(), 2u);
    const contender_info& head = seen->result[0];
    EXPECT_EQ("/locks/a/" + head.node, holder->result.node());
    EXPECT_EQ(head.token, holder->result.fencing_token());
    EXPECT_EQ(head.session_id, one.session_id());
    EXPECT_EQ(head.sequence, 0);
    EXPECT_EQ(head.created_ms, ensemble.node(holder->result.node())->created_ms);
    ASSERT_TRUE(head.record);
    EXPECT_EQ(head.record->purpose, "nightly run");
    EXPECT_EQ(head.record->application, "test");
    EXPECT_EQ(seen->result[1].session_id, two.session_id());
    EXPECT_EQ(seen->result[1].sequence, 1);
}

TEST_F(QueueListing, FirstAloneReadsOneNode) {
    core_client& one = connected_client();
    const attempt holder = hold(one);
    const attempt waiting = acquire(one);
    world.advance(20ms);
    const auto reads = ensemble.requests(request_kind::get);
    const listing seen = first(one);
    ASSERT_EQ(seen->result.size(), 1u);
    EXPECT_EQ("/locks/a/" + seen->result[0].node, holder->result.node());
    EXPECT_EQ(ensemble.requests(request_kind::get), reads + 1);
}

TEST_F(QueueListing, MissingOrEmptyDirectoryIsAnEmptyQueue) {
    core_client& one = connected_client();
    EXPECT_TRUE(list(one)->result.empty());
    EXPECT_FALSE(list(one)->ec);
    EXPECT_TRUE(first(one)->result.empty());
    hold(one)->result = lease();
    ASSERT_TRUE(run_until([this] { return quiet(); }));
    EXPECT_TRUE(list(one)->result.empty());
    EXPECT_FALSE(list(one)->ec);
}

TEST_F(QueueListing, ContenderThatLeavesMeanwhileIsLeftOut) {
    core_client& one = connected_client();
    const attempt holder = hold(one);
    const attempt waiting = acquire(one);
    world.advance(20ms);
    ensemble.before_next(request_kind::get, [&] { ensemble.remove_by_operator(holder->result.node()); });
    const listing seen = list(one);
    EXPECT_FALSE(seen->ec);
    EXPECT_EQ(seen->result.size(), 1u);
}

// The holder leaves between the listing and the read: the next is the first then, and must not go missing.
TEST_F(QueueListing, FirstThatLeavesMeanwhileIsNotAnEmptyQueue) {
    core_client& one = connected_client();
    const attempt holder = hold(one);
    const attempt waiting = acquire(one);
    world.advance(20ms);
    ensemble.before_next(request_kind::get, [&] { ensemble.remove_by_operator(holder->result.node()); });
    const listing seen = first(one);
    EXPECT_FALSE(seen->ec);
    EXPECT_EQ(seen->result.size(), 1u);
}

TEST_F(QueueListing, DataOfOthersIsShownAsItIs) {
    core_client& one = connected_client();
    ensemble.create_by_operator("/locks");
    ensemble.create_by_operator("/locks/a");
    ensemble.create_by_operator("/locks/a/_c_6ba7b810-9dad-11d1-80b4-00c04fd430c8-lock-", "10.0.0.1",
                                create_mode::sequential);
    ensemble.create_by_operator("/locks/a/lock-", "", create_mode::sequential);
    ensemble.create_by_operator("/locks/a/unrelated", "x");
    const listing seen = list(one);
    ASSERT_EQ(seen->result.size(), 2u);
    EXPECT_EQ(seen->result[0].data, "10.0.0.1");
    EXPECT_FALSE(seen->result[0].record);
    EXPECT_EQ(seen->result[0].session_id, 0);
    EXPECT_EQ(seen->result[1].data, "");
}

TEST_F(QueueListing, LongQueueIsReadWhole) {
    core_client& one = connected_client();
    std::vector<attempt> waiting;
    for (int i = 0; i < 150; ++i) waiting.push_back(acquire(one));
    world.advance(1s);
    const listing seen = list(one);
    ASSERT_EQ(seen->result.size(), 150u);
    for (std::size_t i = 0; i < 150; ++i) EXPECT_EQ(seen->result[i].sequence, static_cast<int>(i));
}

TEST_F(QueueListing, IsTriedAgainOverCutsAndRefusedAtItsDeadline) {
    core_client& one = connected_client();
    const attempt holder = hold(one);
    for (const auto where :
         {fault_position::before_send, fault_position::before_commit, fault_position::after_commit})
        ensemble.fail_next(request_kind::children, where);
    ensemble.answer_next(request_kind::children, server_errc::throttled);
    EXPECT_EQ(list(one)->result.size(), 1u);
    ensemble.stall(true, one.number());
    const auto begin = world.now();
    const listing late = list(one);
    EXPECT_EQ(late->ec, make_error_code(errc::servers_unreachable));
    EXPECT_EQ(late->at - begin, 2s);
}

TEST_F(QueueListing, PermanentRefusalIsTold) {
    core_client& one = connected_client();
    const attempt holder = hold(one);
    world.advance(10ms);  // the holder's own watch
    ensemble.answer_next(request_kind::get, server_errc::no_auth);
    EXPECT_EQ(list(one)->ec, make_error_code(server_errc::no_auth));
}

TEST_F(QueueListing, DeadlineTellsWhetherServersAnswered) {
    core_client& one = connected_client();
    const attempt holder = hold(one);
    for (int i = 0; i < 30; ++i) ensemble.answer_next(request_kind::children, server_errc::throttled);
    EXPECT_EQ(list(one)->ec, make_error_code(errc::timed_out));
    while (ensemble.planned() > 0) list(one);
}

// Servers that fail to process it answer as fast as they are asked, and nobody knows what they have done.
TEST_F(QueueListing, ServerThatFailsAtItIsAskedSlowly) {
    core_client& one = connected_client();
    const attempt holder = hold(one);
    for (int i = 0; i < 10; ++i) ensemble.answer_next(request_kind::children, server_errc::marshalling_error);
    const auto begin = world.now();
    EXPECT_FALSE(list(one)->ec);
    EXPECT_GT(world.now() - begin, 500ms);
}

}  // namespace
}  // namespace paddock::testing
