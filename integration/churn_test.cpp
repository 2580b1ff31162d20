#include <atomic>
#include <iostream>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "integration/lock_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

// Servers remove empty containers whenever they look, here all the time: also between an acquire's two requests.
class reaping_server final : public ::testing::Environment {
public:
    zk_ensemble& started() {
        if (!server_) {
            zk_ensemble_options eager;
            eager.server.system_properties = {"znode.container.checkIntervalMs=50"};
            server_ = std::make_unique<zk_ensemble>(eager);
        }
        server_->start();
        return *server_;
    }
    void TearDown() override { server_.reset(); }

private:
    std::unique_ptr<zk_ensemble> server_;
};
reaping_server& server = *static_cast<reaping_server*>(
    ::testing::AddGlobalTestEnvironment(new reaping_server));  // GoogleTest's from here

class ChurnTest : public LockTest {
protected:
    ChurnTest() : LockTest(server.started()) {}
};

TEST_F(ChurnTest, ReapedDirectoriesComeBack) {
    std::vector<std::unique_ptr<client>> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(std::make_unique<client>(options()));
    std::vector<guarded_section> sections(4);  // two threads each
    std::atomic<int> errors = 0;
    std::atomic<int> directories_gone = 0;
    {
        std::jthread onlooker([&](std::stop_token stop) {
            raw_client eyes = servers_.connect();
            while (!stop.stop_requested()) {
                if (eyes.exists(path("deep/0/lock")) == no_node) ++directories_gone;
            }
        });
        std::vector<std::jthread> workers;
        for (std::size_t i = 0; i < 8; ++i) {
            workers.emplace_back([&, i] {
                mutex lock(*clients[i % clients.size()],
                           path("deep/" + std::to_string(i % sections.size()) + "/lock"));
                std::minstd_rand random(static_cast<unsigned>(i));
                for (int turn = 0; turn < 60; ++turn) {
                    error_code ec;
                    lease held = lock.acquire(ec);
                    ec ? ++errors : (sections[i % sections.size()].visit(held.fencing_token()), 0);
                    held = lease();
                    if (turn % 4 == 0) pace(std::chrono::milliseconds(random() % 120));
                }
            });
        }
    }
    EXPECT_EQ(errors, 0);
    EXPECT_GT(directories_gone, 0);
    for (const guarded_section& one : sections) {
        EXPECT_EQ(one.visits(), 120);
        EXPECT_EQ(one.collisions(), 0);
        EXPECT_EQ(one.disorder(),
                  0);  // the sequence numbers start anew with each directory, the tokens do not
    }
    std::cout << "seen without its directory " << directories_gone << " times\n";
    EXPECT_TRUE(
        eventually([&] { return ask([&](raw_client& raw) { return raw.exists(root_); }) == no_node; }, 20s));
}

TEST_F(ChurnTest, TokensGrowOverTheLifeOfADirectory) {
    client zk(options());
    mutex lock(zk, path());
    fencing_token last;
    for (int i = 0; i < 5; ++i) {
        lease held = lock.acquire();
        EXPECT_GT(held.fencing_token(), last);
        last = held.fencing_token();
        EXPECT_TRUE(held.node().ends_with("-lock-0000000000")) << held.node();  // a new directory each time
        EXPECT_EQ(held.release(), release_result::confirmed);
        ASSERT_TRUE(
            eventually([&] { return ask([&](raw_client& raw) { return raw.exists(path()); }) == no_node; }));
    }
}

TEST_F(ChurnTest, EmptyQueuesAreNoErrors) {
    client zk(options());
    mutex lock(zk, path());
    (void)lock.acquire().release();
    ASSERT_TRUE(
        eventually([&] { return ask([&](raw_client& raw) { return raw.exists(path()); }) == no_node; }));
    EXPECT_TRUE(lock.contenders().empty());
    EXPECT_FALSE(lock.holder());
    EXPECT_TRUE(lock.try_acquire());
}

}  // namespace
}  // namespace paddock::testing
