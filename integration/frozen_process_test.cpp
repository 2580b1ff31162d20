#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "integration/lock_fixture.hpp"
#include "integration/support/child_process.hpp"
#include "integration/support/temp_dir.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

// A holder that stands still for longer than its session lasts: what no lock service can prevent, and what the token
// and the guarded transaction make harmless.
class FrozenProcessTest : public LockOnServersTest {
protected:
    std::string output() const {
        std::ifstream file(work_.path() / "output");
        return {std::istreambuf_iterator<char>(file), {}};
    }
    /// The word behind `label` in the child's output, empty while it is not there.
    std::string said(const std::string& label) const {
        std::istringstream lines(output());
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with(label + " ")) return line.substr(label.size() + 1);
        }
        return {};
    }

    temp_dir work_{"frozen"};
};

INSTANTIATE_TEST_SUITE_P(Servers, FrozenProcessTest, ::testing::Values(1, 3));

TEST_P(FrozenProcessTest, ThawedHolderKnowsThatItHasLostAndIsRefused) {
    const std::string fifo = (work_.path() / "go").string();
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    client zk(options());
    mutex lock(zk, path());
    (void)lock.acquire().release();
    const std::string target = path("target");
    ASSERT_EQ(ask([&](raw_client& raw) { return raw.create(target, "untouched"); }), ok);

    child_options chosen;
    chosen.argv = {LOCK_WORKER, "hold", servers_.connect_string(), path(), target, fifo};
    chosen.output = work_.path() / "output";
    child_process holder(chosen);
    ASSERT_TRUE(eventually([&] { return said("held").size() == 16; }));
    const auto stale = fencing_token::parse(said("held"));

    holder.freeze();
    lease mine = lock.try_acquire_for(10s);  // as soon as its session has expired
    ASSERT_TRUE(mine);
    EXPECT_GT(mine.fencing_token(), stale);
    fence resource;
    EXPECT_TRUE(resource.accept(mine.fencing_token()));  // the seal: before the new holder's first read
    EXPECT_TRUE(said("believes").empty());

    holder.thaw();
    std::ofstream(fifo) << "go" << std::endl;
    EXPECT_EQ(holder.wait(20s), 0);
    EXPECT_EQ(said("believes"), "lost");
    EXPECT_TRUE(said("commit").ends_with("(refused)")) << output();
    EXPECT_FALSE(resource.accept(fencing_token::parse(said("writes"))));
    EXPECT_EQ(ask([&](raw_client& raw) { return raw.get(target).data; }), "untouched");
    EXPECT_EQ(mine.state(), lease_state::held);
    EXPECT_EQ(ask([&](raw_client& raw) { return raw.remove(target); }), ok);
}

TEST_P(FrozenProcessTest, KilledHolderIsSucceeded) {
    const std::string fifo = (work_.path() / "go").string();
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    client zk(options());
    mutex lock(zk, path());
    child_options chosen;
    chosen.argv = {LOCK_WORKER, "hold", servers_.connect_string(), path(), "/none", fifo};
    chosen.output = work_.path() / "output";
    child_process holder(chosen);
    ASSERT_TRUE(eventually([&] { return said("held").size() == 16; }));
    holder.kill();
    const lease mine = lock.try_acquire_for(10s);
    ASSERT_TRUE(mine);
    EXPECT_GT(mine.fencing_token(), fencing_token::parse(said("held")));
}

}  // namespace
}  // namespace paddock::testing
