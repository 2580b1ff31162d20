#include "integration/interop/guard_log.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/support/temp_dir.hpp"

namespace paddock::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class GuardLogTest : public ::testing::Test {
protected:
    [[nodiscard]] std::vector<std::string> overlaps(int places) const {
        return judge(log_.events(), places).overlaps;
    }

    temp_dir dir_{"guard"};
    guard_log log_{dir_.path() / "log"};
};

TEST_F(GuardLogTest, OneAfterTheOtherIsNoOverlap) {
    log_.enter("a.1", "mutex");
    log_.leave("a.1");
    log_.enter("b.1", "mutex");
    log_.leave("b.1");
    log_.enter("a.1", "mutex");
    const guard_verdict verdict = judge(log_.events());
    EXPECT_THAT(verdict.overlaps, IsEmpty());
    EXPECT_EQ(verdict.sections.at("a.1"), 2);
    EXPECT_EQ(verdict.sections.at("b.1"), 1);
    EXPECT_EQ(verdict.hand_overs, 2);
}

TEST_F(GuardLogTest, TwoInsideAtOnceOverlapAlsoInOneProcess) {
    log_.enter("a.1", "mutex");
    log_.enter("a.2", "mutex");
    log_.leave("a.1");
    log_.enter("b.1", "mutex");
    EXPECT_THAT(overlaps(1000), ElementsAre("a.2 came to a.1", "b.1 came to a.2"));
}

TEST_F(GuardLogTest, ReadersShareAndExcludeAWriter) {
    log_.enter("a.1", "read");
    log_.enter("b.1", "read");
    EXPECT_THAT(overlaps(1000), IsEmpty());
    log_.enter("c.1", "write");
    EXPECT_THAT(overlaps(1000), ElementsAre("c.1 came to a.1 b.1"));
}

TEST_F(GuardLogTest, AWriterExcludesReaders) {
    log_.enter("a.1", "write");
    log_.enter("b.1", "read");
    EXPECT_THAT(overlaps(1000), ElementsAre("b.1 came to a.1"));
}

TEST_F(GuardLogTest, PermitsAreCounted) {
    log_.enter("a.1", "semaphore:2");
    log_.enter("b.1", "semaphore:2");
    EXPECT_THAT(overlaps(2), IsEmpty());
    log_.enter("c.1", "semaphore:2");
    EXPECT_THAT(overlaps(2), ElementsAre("c.1 came to a.1 b.1"));
}

TEST_F(GuardLogTest, WhoIsDoomedKeepsNobodyOutButStaysOutItself) {
    log_.enter("a.1", "mutex");
    log_.doom("a");
    log_.enter("b.1", "mutex");
    EXPECT_THAT(overlaps(1000), IsEmpty());
    log_.enter("a.2", "mutex");
    EXPECT_THAT(overlaps(1000), ElementsAre("a.2 came to b.1"));
}

}  // namespace
}  // namespace paddock::testing
