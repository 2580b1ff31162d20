// Hand-over without a listing where some share: being let in is not being the first.
#include <paddock/read_write_lock.hpp>

#include "core/departure_note.hpp"
#include "core/path.hpp"
#include "tests/recipes/claim_fixture.hpp"

namespace paddock::testing {
namespace {

class ReadWriteHandOver : public ClaimTest {
protected:
    read_write_lock lock_of(core_client& at) { return read_write_lock(at.handle, "/locks/a"); }
    claim read() { return lock_of(by).read(); }
    claim write() { return lock_of(by).write(); }
    /// Three writers in turn, of which the last leaves a note: what follows may be noted too.
    attempt third_writer() {
        const attempt first = hold_claim(write());
        const attempt second = queue_up(write());
        const attempt third = queue_up(write());
        let_go(first);
        EXPECT_TRUE(granted(second));
        let_go(second);
        EXPECT_TRUE(granted(third));
        return third;
    }
    std::string note_of(const std::string& node) const {
        return detail::departure_note(detail::name_of(node));
    }
    std::string data() const { return ensemble.data("/locks/a"); }

    core_client& by = connected_client();
};

TEST_F(ReadWriteHandOver, ReadersBehindANotedWriterAllEnter) {
    const attempt writer = third_writer();
    std::vector<attempt> readers;
    for (int i = 0; i < 3; ++i) readers.push_back(queue_up(read()));
    const attempt last = queue_up(write());
    const std::string left = writer->result.node();
    let_go(writer);
    for (const attempt& one : readers) EXPECT_TRUE(granted(one));
    EXPECT_EQ(data(), note_of(left));
    world.advance(100ms);
    EXPECT_FALSE(last->done());
    for (const std::size_t leaver : {1u, 0u, 2u}) {
        EXPECT_FALSE(last->done());
        let_go(readers[leaver]);
        world.advance(100ms);
    }
    EXPECT_TRUE(granted(last));
}

// Only the reader right behind the writer was the first: the others' notes would let a writer in beside it.
TEST_F(ReadWriteHandOver, AReaderBesideOthersLeavesNoNote) {
    const attempt writer = third_writer();
    const attempt first = queue_up(read());
    const attempt second = queue_up(read());
    const attempt last = queue_up(write());
    const std::string left = writer->result.node();
    let_go(writer);
    ASSERT_TRUE(granted(first));
    ASSERT_TRUE(granted(second));
    let_go(second);
    world.advance(100ms);
    EXPECT_EQ(data(), note_of(left));
    EXPECT_FALSE(last->done());
    let_go(first);
    EXPECT_TRUE(granted(last));
}

// The reader's only obstacle becomes a reader itself, in its place before it.
TEST_F(ReadWriteHandOver, AReaderBehindADowngradedWriterLeavesNoNote) {
    core_client& other = connected_client();
    attempt writer = hold_claim(write());
    const attempt impatient = queue_up(lock_of(other).write());
    const attempt reader = queue_up(lock_of(other).read());
    const attempt last = queue_up(lock_of(other).write());
    impatient->abort();  // the reader looks for a note, and finds the directory's data free
    world.advance(100ms);
    ASSERT_FALSE(reader->done());
    const attempt downgraded = attempts.emplace_back(std::make_shared<outcome<lease>>());
    lock_of(by).async_downgrade(std::move(writer->result), token(downgraded));
    ASSERT_TRUE(granted(downgraded));
    ASSERT_TRUE(granted(reader));
    let_go(reader);
    world.advance(1s);
    EXPECT_FALSE(last->done()) << "a writer beside a reader";
    EXPECT_EQ(data(), "");
    let_go(downgraded);
    EXPECT_TRUE(granted(last));
}

TEST_F(ReadWriteHandOver, AWriterBehindADowngradedWriterWaitsForIt) {
    core_client& other = connected_client();
    attempt writer = hold_claim(write());
    const attempt last = queue_up(lock_of(other).write());
    const attempt downgraded = attempts.emplace_back(std::make_shared<outcome<lease>>());
    lock_of(by).async_downgrade(std::move(writer->result), token(downgraded));
    ASSERT_TRUE(granted(downgraded));
    world.advance(1s);
    EXPECT_FALSE(last->done());
    let_go(downgraded);
    EXPECT_TRUE(granted(last));
}

}  // namespace
}  // namespace paddock::testing
