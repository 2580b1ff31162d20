#include <functional>
#include <future>
#include <ostream>
#include <string>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include "core/limits.hpp"
#include "integration/lock_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

// Everything that a caller can hand to the public face and that breaks a rule: refused at once with its code, and where
// the refusal is an exception its text names the value and the rule. (Options of a client one by one: unit tests.)
class BadInputTest : public LockTest {
protected:
    BadInputTest() {
        // An empty lease belongs to no client: its handlers run on Asio's own threads, which stay with the process.
        std::promise<void> started;
        boost::asio::post(boost::asio::system_executor(), [&] { started.set_value(); });
        started.get_future().get();
    }

    struct face {
        client zk;
        mutex lock;
        lease held;
    };
    struct refusal {
        std::string what;
        std::function<void(face&)> call;
        errc code;
        std::vector<std::string> told = {};  ///< parts of the text
    };
    void expect_refused(const std::vector<refusal>& table) {
        client zk(options());
        mutex lock(zk, path());
        lease first = lock.acquire();
        face used{std::move(zk), std::move(lock), std::move(first)};
        for (const refusal& one : table) {
            try {
                one.call(used);
                ADD_FAILURE() << one.what << " was accepted";
            } catch (const boost::system::system_error& refused) {
                EXPECT_EQ(refused.code(), one.code) << one.what << ": " << refused.what();
                const std::string text = refused.what();
                for (const std::string& part : one.told) {
                    EXPECT_NE(text.find(part), std::string::npos)
                        << one.what << ": '" << text << "' lacks " << part;
                }
            }
        }
        EXPECT_EQ(used.held.state(), lease_state::held);  // nothing of it did harm
        EXPECT_TRUE(used.held.check());
    }
    static void acquire_at(face& with, const std::string& directory) { mutex(with.zk, directory); }
};

TEST_F(BadInputTest, Clients) {
    const auto with = [](const std::function<void(client_options&)>& spoil) {
        return [spoil](face&) {
            client_options chosen;
            spoil(chosen);
            client zk(chosen);
        };
    };
    expect_refused({
        {"empty servers", with([](auto& o) { o.servers = ""; }), errc::invalid_servers, {"empty"}},
        {"bad port",
         with([](auto& o) { o.servers = "a:70000"; }),
         errc::invalid_servers,
         {"'a:70000'", "65535"}},
        {"chroot", with([](auto& o) { o.servers = "a:1/x"; }), errc::invalid_servers, {"name_space"}},
        {"relative name space",
         with([](auto& o) { o.name_space = "x"; }),
         errc::invalid_path,
         {"'x'", "absolute"}},
        {"session timeout",
         with([](auto& o) { o.session_timeout = 0ms; }),
         errc::invalid_duration,
         {"session_timeout", "0 ms"}},
        {"connect timeout",
         with([](auto& o) { o.connect_timeout = -1ms; }),
         errc::invalid_duration,
         {"connect_timeout", "-1 ms"}},
        {"heartbeat",
         with([](auto& o) { o.heartbeat_interval = 9s; }),
         errc::invalid_duration,
         {"9000 ms", "quarter"}},
        {"loss policy",
         with([](auto& o) { o.on_loss = static_cast<loss_policy>(9); }),
         errc::invalid_argument,
         {"on_loss", "9"}},
        {"credentials",
         with([](auto& o) {
             o.auth = {{"digest", "ann"}};
         }),
         errc::invalid_argument,
         {"user:password"}},
        {"application",
         with([](auto& o) { o.application = "\xff"; }),
         errc::invalid_argument,
         {"application", "UTF-8"}},
        {"no state handler",
         [](face& f) { (void)f.zk.on_state_change({}); },
         errc::invalid_argument,
         {"handler"}},
        {"wait_connected(0)",
         [](face& f) { (void)f.zk.wait_connected(0ms); },
         errc::invalid_duration,
         {"0 ms", "more than zero"}},
        {"wait_connected(-1)",
         [](face& f) { (void)f.zk.wait_connected(-1ms); },
         errc::invalid_duration,
         {"-1 ms"}},
    });
}

TEST_F(BadInputTest, Recipes) {
    const auto at = [](std::string directory) { return [directory](face& f) { mutex(f.zk, directory); }; };
    const auto purpose = [](std::string text) {
        return [text](face& f) {
            mutex_options described;
            described.purpose = text;
            mutex(f.zk, "/x", described);
        };
    };
    const auto acls = [this](std::vector<acl> answer) {
        return [answer, chosen = options()](face&) mutable {
            chosen.acls = [answer](std::string_view, node_role) { return answer; };
            client zk(chosen);
            mutex(zk, "/x");
        };
    };
    expect_refused({
        {"empty path", at(""), errc::invalid_path, {"empty"}},
        {"relative path", at("locks/a"), errc::invalid_path, {"'locks/a'", "absolute"}},
        {"root", at("/"), errc::invalid_path, {"'/'", "root"}},
        {"trailing slash", at("/a/"), errc::invalid_path, {"'/a/'", "end with"}},
        {"empty component", at("/a//b"), errc::invalid_path, {"'/a//b'", "empty component"}},
        {"relative component", at("/a/../b"), errc::invalid_path, {"'/a/../b'", "relative"}},
        {"NUL", at(std::string("/a\0b", 4)), errc::invalid_path, {"NUL"}},
        {"no UTF-8", at("/a\xff"), errc::invalid_path, {"UTF-8"}},
        {"control character", at("/a\x01"), errc::invalid_path, {"\\x01", "servers refuse"}},
        {"long path", at("/" + std::string(5000, 'a')), errc::invalid_path, {"4096"}},
        {"long purpose", purpose(std::string(1025, 'p')), errc::invalid_argument, {"purpose", "1024"}},
        {"purpose no UTF-8", purpose("\xc3"), errc::invalid_argument, {"purpose", "UTF-8"}},
        {"no ACL", acls({}), errc::invalid_argument, {"acls", "'/x'", "entries"}},
        {"ACL without scheme", acls({{can_all, "", ""}}), errc::invalid_argument, {"scheme"}},
        {"ACL of unknown rights", acls({{64, "world", "anyone"}}), errc::invalid_argument, {"permissions"}},
        {"reentrant path", [](face& f) { reentrant_mutex(f.zk, "a"); }, errc::invalid_path, {"'a'"}},
        {"adapter's path", [](face& f) { lockable_mutex(f.zk, "a"); }, errc::invalid_path, {"'a'"}},
        {"client moved from",
         [](face& f) {
             client gone(std::move(f.zk));
             std::swap(gone, f.zk);  // f.zk is whole again, gone is not
             mutex(gone, "/x");
         },
         errc::invalid_argument,
         {"moved from"}},
    });
}

TEST_F(BadInputTest, Acquires) {
    expect_refused({
        {"try_acquire_for(0)",
         [](face& f) { (void)f.lock.try_acquire_for(0ns); },
         errc::invalid_duration,
         {"0 ns", "more than zero"}},
        {"try_acquire_for(-1)",
         [](face& f) { (void)f.lock.try_acquire_for(-1ns); },
         errc::invalid_duration,
         {"-1 ns"}},
        {"async_acquire_for(0)",
         [](face& f) { f.lock.async_acquire_for(0ns, [](error_code, const lease&) {}); },
         errc::invalid_duration,
         {"0 ns"}},
        {"contenders(0)", [](face& f) { (void)f.lock.contenders(0ms); }, errc::invalid_duration},
        {"holder(-1)", [](face& f) { (void)f.lock.holder(-1ms); }, errc::invalid_duration},
        {"reentrant try_lock_for(0)",
         [](face& f) { (void)reentrant_mutex(f.zk, "/x").try_lock_for(0ns); },
         errc::invalid_duration,
         {"0 ns"}},
        {"excess unlock", [](face& f) { reentrant_mutex(f.zk, "/x").unlock(); }, errc::not_owner, {"/x"}},
        {"token of nothing",
         [](face& f) { (void)reentrant_mutex(f.zk, "/x").token(); },
         errc::not_owner,
         {"/x"}},
        {"state of nothing",
         [](face& f) { (void)reentrant_mutex(f.zk, "/x").state(); },
         errc::not_owner,
         {"/x"}},
        {"lost_token of nothing",
         [](face& f) { (void)reentrant_mutex(f.zk, "/x").lost_token(); },
         errc::not_owner,
         {"/x"}},
    });
    client zk(options());
    mutex lock(zk, path("codes"));
    error_code ec;
    EXPECT_FALSE(lock.try_acquire_for(0ns, ec));
    EXPECT_EQ(ec, errc::invalid_duration);
    EXPECT_TRUE(lock.contenders(0ms, ec).empty());
    EXPECT_EQ(ec, errc::invalid_duration);
    EXPECT_FALSE(lock.holder(-5ms, ec));
    EXPECT_EQ(ec, errc::invalid_duration);
    std::promise<error_code> listed;
    lock.async_contenders(0ms,
                          [&](error_code why, const std::vector<contender_info>&) { listed.set_value(why); });
    EXPECT_EQ(listed.get_future().get(), errc::invalid_duration);
    EXPECT_TRUE(lock.try_acquire_for(std::chrono::nanoseconds::max(), ec));  // as good as unlimited
    EXPECT_EQ(ec, error_code());
}

TEST_F(BadInputTest, EmptyLeases) {
    expect_refused({
        {"token", [](face&) { (void)lease().fencing_token(); }, errc::empty_lease},
        {"node", [](face&) { (void)lease().node(); }, errc::empty_lease},
        {"session", [](face&) { (void)lease().session_id(); }, errc::empty_lease},
        {"state", [](face&) { (void)lease().state(); }, errc::empty_lease},
        {"reason", [](face&) { (void)lease().reason(); }, errc::empty_lease},
        {"remaining", [](face&) { (void)lease().remaining(); }, errc::empty_lease},
        {"lost_token", [](face&) { (void)lease().lost_token(); }, errc::empty_lease},
        {"on_state_change", [](face&) { (void)lease().on_state_change([](lease_state) {}); },
         errc::empty_lease},
        {"check", [](face&) { (void)lease().check(); }, errc::empty_lease},
        {"release", [](face&) { (void)lease().release(); }, errc::empty_lease},
        {"no handler",
         [](face& f) { (void)f.held.on_state_change({}); },
         errc::invalid_argument,
         {"handler"}},
        {"guard", [](face&) { const transaction guarded{lease()}; }, errc::empty_lease},
        {"token's text", [](face&) { (void)fencing_token::parse("12"); }, errc::invalid_token, {"12"}},
    });
    error_code ec;
    EXPECT_FALSE(lease().check(ec));
    EXPECT_EQ(ec, errc::empty_lease);
    std::promise<error_code> checked;
    lease().async_check([&](error_code why, bool) { checked.set_value(why); });
    EXPECT_EQ(checked.get_future().get(), errc::empty_lease);
    std::promise<error_code> released;
    lease().async_release([&](error_code why, release_result) { released.set_value(why); });
    EXPECT_EQ(released.get_future().get(), errc::empty_lease);
}

TEST_F(BadInputTest, Transactions) {
    const auto adding = [](std::function<void(transaction&)> add) {
        return [add](face& f) {
            transaction writes(f.held);
            add(writes);
        };
    };
    const std::string large(detail::request_bytes_max, 'x');
    expect_refused({
        {"create", adding([](auto& t) { t.create("a"); }), errc::invalid_path, {"'a'", "absolute"}},
        {"set", adding([](auto& t) { t.set("/a/", ""); }), errc::invalid_path, {"'/a/'"}},
        {"remove", adding([](auto& t) { t.remove(""); }), errc::invalid_path, {"empty"}},
        {"check", adding([](auto& t) { t.check("//"); }), errc::invalid_path, {"'//'"}},
        {"container",
         adding([](auto& t) { t.create("/a", "", create_mode::container); }),
         errc::invalid_argument,
         {"'/a'", "persistent or sequential"}},
        {"ephemeral",
         adding([](auto& t) { t.create("/a", "", create_mode::ephemeral); }),
         errc::invalid_argument,
         {"'/a'", "persistent or sequential"}},
        {"version of set", adding([](auto& t) { t.set("/a", "", -2); }), errc::invalid_argument, {"-2"}},
        {"version of remove", adding([](auto& t) { t.remove("/a", -3); }), errc::invalid_argument, {"-3"}},
        {"version of check", adding([](auto& t) { t.check("/a", -4); }), errc::invalid_argument, {"-4"}},
        {"too large at once",
         adding([&](auto& t) { t.create("/a", large); }),
         errc::payload_too_large,
         {"/a", "1000000"}},
        {"too large together",
         adding([&](auto& t) { t.set("/a", large.substr(500'000)).set("/b", large.substr(400'000)); }),
         errc::payload_too_large,
         {"/b"}},
        {"timeout", [](face& f) { (void)f.zk.commit(transaction(f.held), 0ms); }, errc::invalid_duration},
        {"another client's lease",
         [this](face& f) {
             client other(options());
             (void)other.commit(transaction(f.held));
         },
         errc::invalid_argument,
         {"must come from the client"}},
    });
}

TEST_F(BadInputTest, LargestTransactionPasses) {
    client zk(options());
    const lease held = mutex(zk, path()).acquire();
    transaction writes(held);
    writes.create(path("data"), std::string(999'000, 'x')).remove(path("data"));
    error_code ec;
    (void)zk.commit(writes, 10s, ec);
    EXPECT_EQ(ec, error_code());
    EXPECT_EQ(zk.stats().reconnects, 0U);  // the server took it
}

}  // namespace
}  // namespace paddock::testing
