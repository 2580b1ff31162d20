#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "integration/lock_fixture.hpp"
#include "integration/support/fault_proxy.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

// Whose request is struck: of the one that comes first in the queue, or of the one behind it.
enum class role { first, second };

struct cut_case {
    role who;
    opcode op;
    position at;
    std::size_t skip = 0;  ///< so many requests of this kind pass first
    std::string name;
};

void PrintTo(const cut_case& cut, std::ostream* out) { *out << cut.name; }

std::vector<cut_case> all_cases() {
    const std::vector<std::pair<position, std::string>> positions = {
        {position::req, "BeforeTheServer"},
        {position::com, "ReplyWithheld"},
        {position::rep, "ReplyLost"},
        {position::mid, "ReplyHalfDelivered"},
        {position::half, "SilenceFromTheServer"}};
    struct request {
        role who;
        opcode op;
        std::size_t skip;
        std::string name;
    };
    const std::vector<request> requests = {
        {role::first, opcode::create2, 0, "FirstCreate"},
        {role::first, opcode::get_children2, 0, "FirstList"},
        {role::first, opcode::get_data, 0, "HoldersWatch"},
        {role::first, opcode::multi, 0, "HoldersCheck"},
        {role::first, opcode::remove, 0, "FirstDelete"},
        {role::second, opcode::create2, 0, "SecondCreate"},
        {role::second, opcode::get_children2, 0, "SecondList"},
        {role::second, opcode::exists, 0, "LookAtTheOneAheadAfterTheWake"},
        {role::second, opcode::exists, 1, "LookAtTheOwnNodeAfterTheWake"},
        {role::second, opcode::get_data, 0, "WatchOfTheOneAhead"},
        {role::second, opcode::get_data, 1, "WatchOfTheOwnNode"},
        {role::second, opcode::remove, 0, "SecondDelete"},
    };
    std::vector<cut_case> cases;
    for (const request& one : requests) {
        for (const auto& [at, name] : positions)
            cases.push_back({one.who, one.op, at, one.skip, one.name + name});
    }
    cases.push_back({role::second, opcode::event, position::wev_before, 0, "WakeLost"});
    cases.push_back({role::second, opcode::event, position::wev_after, 0, "CutAfterTheWake"});
    return cases;
}

class CutTest : public LockTest {
protected:
    CutTest() {
        // The directory is there, so that requests can be counted.
        client zk(options());
        (void)mutex(zk, path()).acquire().release();
    }

    fault_proxy proxy_{servers_.server(0).host(), servers_.server(0).port(), "127.0.1.1"};
};

class CutPositionTest : public CutTest, public ::testing::WithParamInterface<cut_case> {
protected:
    fault_rule rule() const {
        fault_rule chosen;
        chosen.at = GetParam().at;
        chosen.op = GetParam().op;
        chosen.skip = GetParam().skip;
        chosen.path_contains = root_;
        return chosen;
    }

    /// A withheld reply is delivered in the end; a connection on which nothing comes any more is cut.
    void unblock(const std::shared_ptr<injected_fault>& fault) {
        helper_ = std::jthread([this, fault] {
            if (!fault->wait_hits(1)) return;
            if (fault->rule().at == position::com) proxy_.resume();
            if (fault->rule().at == position::half) proxy_.cut_all();
        });
    }

    std::jthread helper_;
};

INSTANTIATE_TEST_SUITE_P(Requests, CutPositionTest, ::testing::ValuesIn(all_cases()),
                         [](const auto& chosen) { return chosen.param.name; });

// Whatever breaks, whenever: one contender each, the right outcome, nothing left (the fixture looks).
TEST_P(CutPositionTest, OneContenderAndTheRightOutcome) {
    const bool struck_first = GetParam().who == role::first;
    const std::size_t watches = servers_.watch_count();
    client shaky(options(proxy_.address()));
    client steady(options());
    ASSERT_TRUE(shaky.wait_connected(10s));
    mutex first(struck_first ? shaky : steady, path());
    mutex second(struck_first ? steady : shaky, path());
    const auto fault = proxy_.inject(rule());
    unblock(fault);

    error_code ec;
    lease held = first.try_acquire_for(20s, ec);
    ASSERT_EQ(ec, error_code());
    ASSERT_EQ(nodes(path()).size(), 1U);
    EXPECT_EQ(path() + "/" + nodes(path()).front(), held.node());

    pending_lease next;
    second.async_acquire(next.handler());
    ASSERT_TRUE(has_nodes(path(), 2));
    EXPECT_FALSE(next.done());
    EXPECT_TRUE(held.check());
    if (struck_first && GetParam().op != opcode::remove) {
        EXPECT_TRUE(fault->wait_hits(1));
    }
    if (GetParam().op == opcode::exists) {  // it waits, or there would be no wake
        ASSERT_TRUE(eventually([&] { return servers_.watch_count() == watches + 3; }));
    }
    EXPECT_EQ(held.release(), release_result::confirmed);

    ASSERT_TRUE(next.wait(20s));
    ASSERT_EQ(next.error(), error_code());
    EXPECT_EQ(next.calls(), 1);
    ASSERT_EQ(nodes(path()).size(), 1U);
    EXPECT_EQ(path() + "/" + nodes(path()).front(), next.held().node());
    EXPECT_TRUE(eventually([&] { return next.held().state() == lease_state::held; }));
    EXPECT_EQ(next.held().release(), release_result::confirmed);
    EXPECT_TRUE(fault->wait_hits(1));
    EXPECT_TRUE(has_nodes(path(), 0));
    EXPECT_EQ(shaky.stats().sessions, 1U);
    EXPECT_EQ(shaky.stats().leases_lost, 0U);
    EXPECT_EQ(shaky.stats().obligations, 0U);
}

// The third of a queue: it reads the directory for a note of the one ahead, and leaves one for the one behind.
class CutNoteTest : public CutPositionTest {};

std::vector<cut_case> note_cases() {
    std::vector<cut_case> chosen;
    for (cut_case one : all_cases()) {
        if (one.op != opcode::remove || one.who != role::second) continue;
        const std::string at = one.name.substr(std::string("SecondDelete").size());
        one.op = opcode::get_data;
        one.name = "NoteRead" + at;
        chosen.push_back(one);
        one.op = opcode::multi;
        one.name = "NoteLeft" + at;
        chosen.push_back(one);
    }
    return chosen;
}

INSTANTIATE_TEST_SUITE_P(Requests, CutNoteTest, ::testing::ValuesIn(note_cases()),
                         [](const auto& chosen) { return chosen.param.name; });

TEST_P(CutNoteTest, TheQueueMovesOn) {
    client shaky(options(proxy_.address()));
    client steady(options());
    ASSERT_TRUE(shaky.wait_connected(10s));
    mutex struck_one(shaky, path(), unshared());
    mutex others(steady, path(), unshared());
    lease first = others.acquire();
    std::vector<pending_lease> queue(3);
    for (std::size_t i = 0; i < queue.size(); ++i) {
        (i == 1 ? struck_one : others).async_acquire(queue[i].handler());
        ASSERT_TRUE(has_nodes(path(), i + 2));
    }
    ASSERT_TRUE(eventually([&] { return shaky.stats().watches == 2; }));
    const auto fault = proxy_.inject(rule());
    unblock(fault);
    fencing_token last = first.fencing_token();
    EXPECT_EQ(first.release(), release_result::confirmed);
    for (pending_lease& one : queue) {
        ASSERT_TRUE(one.wait(20s));
        ASSERT_EQ(one.error(), error_code());
        EXPECT_GT(one.held().fencing_token(), last);
        last = one.held().fencing_token();
        EXPECT_EQ(one.held().release(), release_result::confirmed);
    }
    EXPECT_TRUE(fault->wait_hits(1));
    EXPECT_TRUE(has_nodes(path(), 0));
    EXPECT_EQ(shaky.stats().sessions, 1U);
    EXPECT_EQ(shaky.stats().leases_lost, 0U);
    EXPECT_EQ(shaky.stats().obligations, 0U);
}

// A caller that has given up while the outcome was unknown: what was created is found and deleted.
class CutAndGiveUpTest : public CutPositionTest {};

std::vector<cut_case> given_up_cases() {
    std::vector<cut_case> chosen;
    for (const cut_case& one : all_cases()) {
        const bool wait = one.at == position::com || one.at == position::half;
        const bool before_the_wait = one.op != opcode::remove && one.op != opcode::exists;
        if (wait && before_the_wait && one.skip == 0 && one.who == role::second) chosen.push_back(one);
    }
    return chosen;
}

INSTANTIATE_TEST_SUITE_P(Requests, CutAndGiveUpTest, ::testing::ValuesIn(given_up_cases()),
                         [](const auto& chosen) { return chosen.param.name; });

TEST_P(CutAndGiveUpTest, NothingStays) {
    client shaky(options(proxy_.address()));
    client steady(options());
    ASSERT_TRUE(shaky.wait_connected(10s));
    const lease held = mutex(steady, path()).acquire();
    const auto fault = proxy_.inject(rule());
    boost::asio::cancellation_signal cancel;
    pending_lease attempt;
    mutex(shaky, path()).async_acquire(boost::asio::bind_cancellation_slot(cancel.slot(), attempt.handler()));
    ASSERT_TRUE(fault->wait_hits(1));
    cancel.emit(boost::asio::cancellation_type::terminal);
    ASSERT_TRUE(attempt.wait(1s));  // at once, although no server answers
    EXPECT_EQ(attempt.error(), boost::asio::error::operation_aborted);
    EXPECT_FALSE(attempt.held());
    EXPECT_EQ(proxy_.cut_all(), 1U);
    EXPECT_TRUE(eventually([&] {
        return shaky.state() == session_state::connected && shaky.stats().obligations == 0 &&
               nodes(path()).size() == 1;
    }));
    EXPECT_EQ(path() + "/" + nodes(path()).front(), held.node());
}

// The parents too are made again when their creation breaks.
TEST_F(CutTest, DirectoryIsMadeOverALostConnection) {
    for (const position at : {position::req, position::rep, position::mid}) {
        client shaky(options(proxy_.address()));
        ASSERT_TRUE(shaky.wait_connected(10s));
        fault_rule chosen;
        chosen.at = at;
        chosen.op = opcode::create_container;
        const auto fault = proxy_.inject(chosen);
        const std::string fresh = path("deep/er/" + std::to_string(static_cast<int>(at)));
        const lease held = mutex(shaky, fresh).acquire();
        EXPECT_TRUE(fault->wait_hits(1));
        EXPECT_EQ(nodes(fresh).size(), 1U);
    }
}

// A guarded transaction whose reply is lost says that it may have happened; here it has.
TEST_F(CutTest, CommitTellsAnUnknownOutcome) {
    client_options chosen = options(proxy_.address());
    chosen.lease_heartbeat = false;  // the commits are the only multis
    client shaky(chosen);
    const lease held = mutex(shaky, path()).acquire();
    const std::string target = path("target");
    ASSERT_EQ(ask([&](raw_client& raw) { return raw.create(target, "old"); }), ok);
    fault_rule rule;
    rule.at = position::rep;
    rule.op = opcode::multi;
    const auto fault = proxy_.inject(rule);
    transaction writes(held);
    writes.set(target, "new");
    error_code ec;
    (void)shaky.commit(writes, 10s, ec);
    EXPECT_EQ(ec, errc::outcome_unknown);
    EXPECT_TRUE(fault->wait_hits(1));
    EXPECT_EQ(ask([&](raw_client& raw) { return raw.get(target).data; }), "new");
    (void)shaky.commit(writes, 10s, ec);
    EXPECT_EQ(ec, error_code());
    (void)ask([&](raw_client& raw) { return raw.remove(target); });
}

}  // namespace
}  // namespace paddock::testing
