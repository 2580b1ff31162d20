#include "tests/sim/tree.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace paddock::testing {
namespace {

constexpr std::int32_t last_number = std::numeric_limits<std::int32_t>::max();

class SimTree : public ::testing::Test {
protected:
    error_code create(const std::string& path, create_mode mode = create_mode::persistent,
                      std::int64_t session = 0) {
        begin();
        return tree.create({path, "data", mode, {acl{}}, session}, last, made);
    }
    error_code remove(const std::string& path, std::int32_t version = -1) {
        begin();
        return tree.remove(path, version, last);
    }
    error_code set(const std::string& path, const std::string& data, std::int32_t version = -1) {
        begin();
        return tree.set(path, data, version, last);
    }
    void begin() {
        last = {};
        last.zxid = ++zxid;
        last.wall_ms = 1'000 + zxid;
    }

    sim_tree tree;
    txn last;
    std::int64_t zxid = 100;
    std::string made;
};

TEST_F(SimTree, RootCannotBeRemoved) {
    EXPECT_EQ(remove("/"), bad_arguments);
    EXPECT_EQ(create("/"), server_errc::node_exists);
}

TEST_F(SimTree, SequenceNumberMayFollowASlash) {
    ASSERT_FALSE(create("/d"));
    EXPECT_FALSE(create("/d/", create_mode::sequential));
    EXPECT_EQ(made, "/d/0000000000");
}

TEST_F(SimTree, CreateNeedsAParent) {
    EXPECT_EQ(create("/a/b"), server_errc::no_node);
    EXPECT_TRUE(last.changes.empty());
    EXPECT_FALSE(create("/a"));
    EXPECT_FALSE(create("/a/b"));
    EXPECT_EQ(create("/a/b"), server_errc::node_exists);
    EXPECT_EQ(tree.paths(), (std::vector<std::string>{"/a", "/a/b"}));
}

TEST_F(SimTree, StatFollowsTheNode) {
    ASSERT_FALSE(create("/a"));
    ASSERT_FALSE(set("/a", "longer data", 0));
    ASSERT_FALSE(create("/a/b"));
    ASSERT_FALSE(create("/a/c"));
    ASSERT_FALSE(remove("/a/b"));
    const auto seen = tree.stat_of("/a");
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->czxid, 101);
    EXPECT_EQ(seen->mzxid, 102);
    EXPECT_EQ(seen->created_ms, 1'101);
    EXPECT_EQ(seen->modified_ms, 1'102);
    EXPECT_EQ(seen->version, 1);
    EXPECT_EQ(seen->children_version, 3);  // two creations, one deletion
    EXPECT_EQ(seen->children, 1);
    EXPECT_EQ(seen->data_length, 11);
    EXPECT_EQ(seen->ephemeral_owner, 0);
}

TEST_F(SimTree, NodeKnowsTheLastChangeOfItsChildren) {
    ASSERT_FALSE(create("/a"));
    EXPECT_EQ(tree.find("/a")->pzxid, 101);
    ASSERT_FALSE(set("/a", "x"));
    EXPECT_EQ(tree.find("/a")->pzxid, 101);
    ASSERT_FALSE(create("/a/b"));
    EXPECT_EQ(tree.find("/a")->pzxid, 103);
    ASSERT_FALSE(create("/a/b/c"));
    EXPECT_EQ(tree.find("/a")->pzxid, 103);
    ASSERT_FALSE(remove("/a/b/c"));
    ASSERT_FALSE(remove("/a/b"));
    EXPECT_EQ(tree.find("/a")->pzxid, 106);
    tree.undo(last);
    EXPECT_EQ(tree.find("/a")->pzxid, 103);
    EXPECT_EQ(tree.find("/a/b")->pzxid, 105);
    tree.apply(last);
    EXPECT_EQ(tree.find("/a")->pzxid, 106);
}

TEST_F(SimTree, VersionsGuardSetAndRemove) {
    ASSERT_FALSE(create("/a"));
    EXPECT_EQ(set("/a", "x", 1), server_errc::bad_version);
    EXPECT_FALSE(set("/a", "x", 0));
    EXPECT_EQ(remove("/a", 0), server_errc::bad_version);
    EXPECT_FALSE(remove("/a", 1));
    EXPECT_EQ(remove("/a", 1), server_errc::no_node);
    EXPECT_EQ(set("/a", "x"), server_errc::no_node);
}

TEST_F(SimTree, NodeWithChildrenStays) {
    ASSERT_FALSE(create("/a"));
    ASSERT_FALSE(create("/a/b"));
    EXPECT_EQ(remove("/a"), server_errc::not_empty);
    EXPECT_EQ(remove("/a", 7), server_errc::bad_version);
}

TEST_F(SimTree, EphemeralHasNoChildren) {
    ASSERT_FALSE(create("/e", create_mode::ephemeral, 9));
    EXPECT_EQ(tree.stat_of("/e")->ephemeral_owner, 9);
    EXPECT_EQ(create("/e/x"), server_errc::no_children_for_ephemerals);
}

TEST_F(SimTree, EmptyAclIsRefused) {
    begin();
    EXPECT_EQ(tree.create({"/a", "", create_mode::persistent, {}, 0}, last, made), server_errc::invalid_acl);
}

TEST_F(SimTree, SequenceCountsEveryCreation) {
    ASSERT_FALSE(create("/d"));
    ASSERT_FALSE(create("/d/plain"));
    ASSERT_FALSE(create("/d/n-", create_mode::sequential));
    EXPECT_EQ(made, "/d/n-0000000001");
    ASSERT_FALSE(remove("/d/plain"));
    ASSERT_FALSE(create("/d/n-", create_mode::ephemeral_sequential, 9));
    EXPECT_EQ(made, "/d/n-0000000002");
    ASSERT_FALSE(create("/d/", create_mode::sequential));
    EXPECT_EQ(made, "/d/0000000003");
}

TEST_F(SimTree, SequenceRestartsWithItsParent) {
    ASSERT_FALSE(create("/d"));
    ASSERT_FALSE(create("/d/n-", create_mode::sequential));
    ASSERT_FALSE(remove(made));
    ASSERT_FALSE(remove("/d"));
    ASSERT_FALSE(create("/d"));
    ASSERT_FALSE(create("/d/n-", create_mode::sequential));
    EXPECT_EQ(made, "/d/n-0000000000");
}

TEST_F(SimTree, SequenceGoesNegative) {
    ASSERT_FALSE(create("/d"));
    ASSERT_TRUE(tree.set_create_count("/d", last_number));
    ASSERT_FALSE(create("/d/n-", create_mode::sequential));
    EXPECT_EQ(made, "/d/n-2147483647");
    ASSERT_FALSE(create("/d/n-", create_mode::sequential));
    EXPECT_EQ(made, "/d/n--2147483648");
    ASSERT_TRUE(tree.set_create_count("/d", -5));
    ASSERT_FALSE(create("/d/n-", create_mode::sequential));
    EXPECT_EQ(made, "/d/n--000000005");
}

TEST_F(SimTree, SequenceOfAnIdleServerSticks) {
    tree.when_full(sim_tree::overflow::sticks);
    ASSERT_FALSE(create("/d"));
    ASSERT_TRUE(tree.set_create_count("/d", last_number));
    ASSERT_FALSE(create("/d/a-", create_mode::sequential));
    ASSERT_FALSE(create("/d/b-", create_mode::sequential));
    EXPECT_EQ(made, "/d/b-2147483647");
    EXPECT_EQ(create("/d/b-", create_mode::sequential), server_errc::node_exists);
}

TEST_F(SimTree, SessionsNodesGoInOneTransaction) {
    ASSERT_FALSE(create("/d"));
    ASSERT_FALSE(create("/d/a", create_mode::ephemeral, 9));
    ASSERT_FALSE(create("/d/b", create_mode::ephemeral, 8));
    ASSERT_FALSE(create("/c", create_mode::ephemeral, 9));
    EXPECT_EQ(tree.owned(9), (std::vector<std::string>{"/c", "/d/a"}));
    begin();
    tree.remove_owned(9, last);
    EXPECT_EQ(last.changes.size(), 2u);
    EXPECT_EQ(tree.paths(), (std::vector<std::string>{"/d", "/d/b"}));
    EXPECT_TRUE(tree.owned(9).empty());
}

TEST_F(SimTree, AbandonedContainersAreThoseThatHadChildren) {
    ASSERT_FALSE(create("/never", create_mode::container));
    ASSERT_FALSE(create("/used", create_mode::container));
    ASSERT_FALSE(create("/busy", create_mode::container));
    ASSERT_FALSE(create("/plain"));
    for (const std::string parent : {"/used", "/busy", "/plain"}) ASSERT_FALSE(create(parent + "/x"));
    ASSERT_FALSE(remove("/used/x"));
    ASSERT_FALSE(remove("/plain/x"));
    EXPECT_EQ(tree.abandoned_containers(), std::vector<std::string>{"/used"});
    EXPECT_EQ(tree.stat_of("/used")->ephemeral_owner, 0);
}

bool same(const stat& a, const stat& b) {
    return a.czxid == b.czxid && a.mzxid == b.mzxid && a.version == b.version && a.children == b.children &&
           a.children_version == b.children_version && a.ephemeral_owner == b.ephemeral_owner &&
           a.modified_ms == b.modified_ms && a.data_length == b.data_length;
}

TEST_F(SimTree, TransactionsRepeatAndGoBack) {
    ASSERT_FALSE(create("/d"));
    ASSERT_FALSE(create("/d/old", create_mode::ephemeral, 9));
    const sim_tree before = tree;
    sim_tree copy = tree;
    begin();
    ASSERT_FALSE(tree.create({"/d/n-", "1", create_mode::sequential, {acl{}}, 0}, last, made));
    ASSERT_FALSE(tree.set(made, "22", -1, last));
    ASSERT_FALSE(tree.set("/d", "333", -1, last));
    ASSERT_FALSE(tree.remove("/d/old", -1, last));
    copy.apply(last);
    ASSERT_EQ(copy.paths(), tree.paths());
    for (const auto& path : tree.paths()) EXPECT_TRUE(same(*copy.stat_of(path), *tree.stat_of(path))) << path;
    copy.undo(last);
    ASSERT_EQ(copy.paths(), before.paths());
    for (const auto& path : before.paths())
        EXPECT_TRUE(same(*copy.stat_of(path), *before.stat_of(path))) << path;
    EXPECT_EQ(copy.owned(9), std::vector<std::string>{"/d/old"});
    EXPECT_EQ(copy.find("/d")->data, "data");
}

}  // namespace
}  // namespace paddock::testing
