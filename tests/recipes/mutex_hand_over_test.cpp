// How a contender learns, without a listing, that its turn has come; and when it has to list after all.
#include <algorithm>

#include "core/departure_note.hpp"
#include "core/path.hpp"
#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

using detail::departure_note;
using detail::name_of;

class LockHandOver : public CoreTest {
protected:
    LockHandOver() {
        for (int i = 0; i < 5; ++i) clients.push_back(&connected_client());
    }
    /// Each of the clients has a place in the queue, in their order; the first holds.
    void queue_up() {
        for (core_client* by : clients) {
            queue.push_back(acquire(*by));
            world.advance(20ms);
        }
    }
    /// Lets the holders go until that at `place` holds. From the third on they leave notes.
    void pass_on_to(std::size_t place) {
        for (std::size_t i = 0; i < place; ++i) {
            let_go(queue[i]);
            ASSERT_TRUE(granted(queue[i + 1])) << i + 1;
        }
    }
    /// Of the directory, by the client at `place`, from now on until it has the lock.
    std::uint64_t listings_until_granted(std::size_t place) {
        const auto before = ensemble.requests(request_kind::children, clients[place]->number());
        EXPECT_TRUE(granted(queue[place]));
        return ensemble.requests(request_kind::children, clients[place]->number()) - before;
    }
    std::string data() const { return ensemble.data("/locks/a"); }
    std::string node_of(std::size_t place) const {
        auto names = ensemble.children("/locks/a");
        std::ranges::sort(names, {}, [](const std::string& name) { return name.substr(name.rfind('-')); });
        return names.at(place);
    }
    static bool is_set(request_kind kind, const std::string& path) {
        return kind == request_kind::set && path == "/locks/a";
    }

    std::vector<core_client*> clients;
    std::vector<attempt> queue;
};

TEST_F(LockHandOver, WhoHadOneAheadDoesNotList) {
    queue_up();
    let_go(queue[0]);
    EXPECT_EQ(listings_until_granted(1), 0u);
    EXPECT_EQ(data(), "") << "nobody asked whose data that is";
}

TEST_F(LockHandOver, ANoteSparesTheListing) {
    queue_up();
    pass_on_to(2);
    for (const std::size_t next : {3u, 4u}) {
        const std::string left(name_of(queue[next - 1]->result.node()));
        let_go(queue[next - 1]);
        EXPECT_EQ(listings_until_granted(next), 0u);
        EXPECT_EQ(data(), departure_note(left));
    }
}

// It costs a write: who has not met anybody deletes its node, and no more.
TEST_F(LockHandOver, WhoWasAloneLeavesNoNote) {
    let_go(hold(*clients[0]));
    ASSERT_TRUE(run_until([&] { return quiet(); }));
    const auto multis = ensemble.requests(request_kind::multi);
    let_go(hold(*clients[0]));
    ASSERT_TRUE(run_until([&] { return quiet(); }));
    EXPECT_EQ(data(), "");
    EXPECT_EQ(ensemble.requests(request_kind::multi), multis);
    EXPECT_EQ(nodes(), 0u);
}

TEST_F(LockHandOver, ACrashOfTheHolderIsFoundByListing) {
    queue_up();
    pass_on_to(2);
    ensemble.expire_session(clients[2]->session_id());
    EXPECT_EQ(listings_until_granted(3), 1u);
}

// The note of the one that held before is still there.
TEST_F(LockHandOver, AWaiterThatLeavesGrantsNothing) {
    queue_up();
    pass_on_to(3);
    const attempt sixth = acquire(*clients[0]);
    world.advance(20ms);
    queue[4]->abort();
    world.advance(1s);
    EXPECT_FALSE(sixth->done());
    let_go(queue[3]);
    EXPECT_TRUE(granted(sixth));
}

TEST_F(LockHandOver, AWaiterWithOneAheadThatLeavesGrantsNothing) {
    queue_up();
    queue[1]->abort();
    world.advance(1s);
    EXPECT_FALSE(queue[2]->done());
    let_go(queue[0]);
    EXPECT_TRUE(granted(queue[2]));
}

TEST_F(LockHandOver, DataOfOthersStays) {
    queue_up();
    ensemble.set_by_operator("/locks/a", "of the operators");
    pass_on_to(4);
    EXPECT_EQ(data(), "of the operators");
}

TEST_F(LockHandOver, DataThatCameMeanwhileStays) {
    queue_up();
    pass_on_to(3);
    ensemble.set_by_operator("/locks/a", "of the operators");
    let_go(queue[3]);
    ASSERT_TRUE(granted(queue[4]));
    EXPECT_EQ(data(), "of the operators");
    let_go(queue[4]);
    ASSERT_TRUE(run_until([&] { return quiet() && nodes() == 0; }));
    EXPECT_EQ(data(), "of the operators");
}

TEST_F(LockHandOver, OnlyItsOwnNotesAreReplaced) {
    EXPECT_TRUE(detail::gives_way_to_a_note(""));
    EXPECT_TRUE(detail::gives_way_to_a_note(departure_note("_c_x-lock-0000000001")));
    EXPECT_FALSE(detail::gives_way_to_a_note(R"({"released":"v1","owner":"ops"})"));
    EXPECT_FALSE(detail::gives_way_to_a_note(R"({"released":"v1")"));
    EXPECT_FALSE(detail::gives_way_to_a_note("10.0.0.1"));
}

// A cancelled waiter asks nothing any more, and is told nothing.
TEST_F(LockHandOver, WhoGivesUpOnlyDeletesItsNode) {
    std::vector<std::size_t> told;
    mutex_options options = unshared();
    options.on_position = [&](std::size_t ahead) { told.push_back(ahead); };
    queue.push_back(hold(*clients[0]));
    const attempt waiter = acquire(*clients[1], "/locks/a", options);
    world.advance(20ms);
    told.clear();
    const auto reads = [&] {
        return ensemble.requests(request_kind::exists, clients[1]->number()) +
               ensemble.requests(request_kind::get, clients[1]->number()) +
               ensemble.requests(request_kind::children, clients[1]->number());
    };
    const auto before = reads();
    waiter->abort();
    let_go(queue[0]);
    world.advance(50ms);
    EXPECT_EQ(reads(), before);
    EXPECT_TRUE(told.empty());
    EXPECT_EQ(nodes(), 0u);
}

TEST_F(LockHandOver, NewDataOfTheOnlyOneAheadGrantsNothing) {
    queue_up();
    ensemble.set_by_operator("/locks/a/" + node_of(0), "x");
    world.advance(100ms);
    EXPECT_FALSE(queue[1]->done());
    let_go(queue[0]);
    EXPECT_TRUE(granted(queue[1]));
}

TEST_F(LockHandOver, WithoutTheRightToWriteTheDirectoryItIsReleasedAllTheSame) {
    queue_up();
    pass_on_to(2);
    ensemble.deny(is_set);
    const auto begin = world.now();
    let_go(queue[2]);
    EXPECT_EQ(listings_until_granted(3), 1u);
    EXPECT_LT(world.now() - begin, 20ms) << "it waited before it tried without a note";
    ensemble.deny({});
}

// The release, the reading of its note, or the look at the own node.
TEST_F(LockHandOver, LostReplyAtEveryPosition) {
    for (const request_kind kind : {request_kind::multi, request_kind::get, request_kind::exists}) {
        for (const fault_position where :
             {fault_position::before_send, fault_position::before_commit, fault_position::forwarded,
              fault_position::after_commit, fault_position::on_reply}) {
            queue_up();
            pass_on_to(2);
            const std::size_t whom = kind == request_kind::multi ? 2 : 3;
            ensemble.fail_next(kind, where, {clients[whom]->number(), 0, "/locks"});
            let_go(queue[2]);
            EXPECT_TRUE(granted(queue[3]));
            EXPECT_EQ(ensemble.planned(), 0u) << static_cast<int>(kind);
            world.advance(100ms);
            EXPECT_FALSE(queue[4]->done());
            let_go(queue[3]);
            EXPECT_TRUE(granted(queue[4]));
            let_go(queue[4]);
            ASSERT_TRUE(run_until([&] { return quiet() && nodes() == 0; }));
            queue.clear();
        }
    }
}

// At the moment at which the way is free, its own node has been deleted.
TEST_F(LockHandOver, AMissingOwnNodeIsNeverFirst) {
    for (const std::size_t place : {1u, 3u}) {
        queue_up();
        pass_on_to(place - 1);
        const std::string own = "/locks/a/" + node_of(1);
        ensemble.before_next(place == 1 ? request_kind::exists : request_kind::get,
                             [&] { ensemble.remove_by_operator(own); },
                             {clients[place]->number(), 0, "/locks"});
        let_go(queue[place - 1]);
        ASSERT_TRUE(granted(queue[place + 1])) << place;
        EXPECT_FALSE(queue[place]->done()) << place;
        let_go(queue[place + 1]);
        for (std::size_t i = place + 2; i < queue.size(); ++i) {
            ASSERT_TRUE(granted(queue[i]));
            let_go(queue[i]);
        }
        ASSERT_TRUE(granted(queue[place]));
        let_go(queue[place]);
        ASSERT_TRUE(run_until([&] { return quiet() && nodes() == 0; }));
        queue.clear();
    }
}

}  // namespace
}  // namespace paddock::testing
