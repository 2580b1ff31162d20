#include "integration/support/frame_parser.hpp"

#include <gtest/gtest.h>

#include "integration/support/fault_rule.hpp"
#include "integration/support/proxy_trace.hpp"
#include "integration/support/raw_client.hpp"

namespace paddock::testing {
namespace {

std::string payload_of(const frame_writer& writer) { return writer.body(); }

std::string request(std::int32_t xid, opcode op, std::string_view path) {
    frame_writer writer;
    writer.put_int(xid).put_int(static_cast<std::int32_t>(op)).put_string(path).put_bool(false);
    return payload_of(writer);
}

std::string reply(std::int32_t xid, std::int64_t zxid, std::int32_t err) {
    return payload_of(frame_writer().put_int(xid).put_long(zxid).put_int(err));
}

std::string event(std::int32_t type, std::string_view path) {
    return payload_of(
        frame_writer().put_raw(reply(event_xid, -1, 0)).put_int(type).put_int(3).put_string(path));
}

frame_info request_info(opcode op, std::string path) {
    frame_info info;
    info.towards = direction::to_server;
    info.xid = 1;
    info.op = op;
    info.path = std::move(path);
    return info;
}

frame_info reply_info(opcode op, std::int32_t err) {
    frame_info info = request_info(op, "/a");
    info.towards = direction::to_client;
    info.err = err;
    return info;
}

TEST(FrameWriter, FieldsComeBackAsWritten) {
    const frame_writer writer =
        frame_writer().put_int(-101).put_long(0x123456789abcdef0).put_bool(true).put_string("/a");
    EXPECT_EQ(writer.finish().substr(0, 4), std::string("\0\0\0\x13", 4));
    frame_reader reader(writer.body());
    EXPECT_EQ(reader.take_int(), -101);
    EXPECT_EQ(reader.take_long(), 0x123456789abcdef0);
    EXPECT_TRUE(reader.take_bool());
    EXPECT_EQ(reader.take_string(), "/a");
    EXPECT_FALSE(reader.truncated());
    EXPECT_EQ(reader.take_int(), 0);
    EXPECT_TRUE(reader.truncated());
}

TEST(FrameReader, StringLongerThanTheFrameIsTruncated) {
    const std::string payload = payload_of(frame_writer().put_int(5).put_raw("abcd"));
    frame_reader reader(payload);
    EXPECT_EQ(reader.take_string(), "");
    EXPECT_TRUE(reader.truncated());
}

TEST(FrameSplitter, FindsFramesInAnyFragments) {
    const std::string first = frame_writer().put_raw("one").finish();
    const std::string empty = frame_writer().finish();
    const std::string last = frame_writer().put_raw("three").finish();
    const std::string stream = first + empty + last;
    for (std::size_t step = 1; step <= stream.size(); ++step) {
        frame_splitter splitter;
        std::vector<std::string> frames;
        for (std::size_t at = 0; at < stream.size(); at += step) {
            splitter.feed(std::string_view(stream).substr(at, step));
            while (auto frame = splitter.next()) frames.push_back(*frame);
        }
        EXPECT_EQ(frames, (std::vector<std::string>{first, empty, last})) << "fragments of " << step;
    }
}

TEST(FrameSplitter, RefusesLengthsThatAreNone) {
    frame_splitter negative;
    negative.feed(std::string("\xff\xff\xff\xff", 4));
    EXPECT_FALSE(negative.next());
    EXPECT_TRUE(negative.corrupt());
    frame_splitter text;
    text.feed("srvr");
    EXPECT_FALSE(text.next());
    EXPECT_TRUE(text.corrupt());
}

TEST(Conversation, NamesRequestsAndMatchesReplies) {
    conversation talk;
    EXPECT_EQ(talk.on_client_frame("handshake").op, opcode::connect);
    EXPECT_EQ(talk.on_server_frame("handshake").op, opcode::connect);
    EXPECT_EQ(talk.on_client_frame(request(1, opcode::create2, "/a")).path, "/a");
    EXPECT_EQ(talk.on_client_frame(request(2, opcode::get_children, "/b")).op, opcode::get_children);

    const frame_info first = talk.on_server_frame(reply(1, 77, no_node));
    EXPECT_EQ(first.op, opcode::create2);
    EXPECT_EQ(first.path, "/a");
    EXPECT_EQ(first.zxid, 77);
    EXPECT_EQ(first.err, no_node);
    EXPECT_EQ(talk.on_server_frame(reply(2, 78, ok)).op, opcode::get_children);
}

TEST(Conversation, PingsAndAuthKeepTheirOwnOrder) {
    conversation talk;
    (void)talk.on_client_frame("handshake");
    (void)talk.on_server_frame("handshake");
    (void)talk.on_client_frame(request(5, opcode::set_data, "/a"));
    (void)talk.on_client_frame(request(ping_xid, opcode::ping, ""));
    (void)talk.on_client_frame(request(auth_xid, opcode::auth, ""));
    EXPECT_EQ(talk.on_server_frame(reply(auth_xid, 1, ok)).op, opcode::auth);  // answered ahead of the others
    EXPECT_EQ(talk.on_server_frame(reply(5, 2, ok)).op, opcode::set_data);
    EXPECT_EQ(talk.on_server_frame(reply(ping_xid, 2, ok)).op, opcode::ping);
    const frame_info unexpected = talk.on_server_frame(reply(99, 3, ok));
    EXPECT_EQ(unexpected.op, opcode::event);
    EXPECT_FALSE(unexpected.is_event());
}

TEST(Conversation, ReadsWatchEvents) {
    conversation talk;
    (void)talk.on_server_frame("handshake");
    const frame_info info = talk.on_server_frame(event(2, "/a/b"));
    EXPECT_TRUE(info.is_event());
    EXPECT_EQ(info.event_type, 2);
    EXPECT_EQ(info.path, "/a/b");
}

TEST(PathOf, LooksIntoAMulti) {
    frame_writer body;
    body.put_int(static_cast<std::int32_t>(opcode::check)).put_bool(false).put_int(-1);
    body.put_string("/held").put_int(0);
    EXPECT_EQ(path_of(opcode::multi, body.body()), "/held");
    EXPECT_EQ(path_of(opcode::multi, ""), "");
    EXPECT_EQ(path_of(opcode::set_watches, request(1, opcode::create, "/a")), "");
}

TEST(FaultRule, SkipsThenStrikesSoManyTimes) {
    injected_fault fault({.at = position::req, .op = opcode::create, .skip = 1, .times = 2});
    EXPECT_FALSE(fault.take(request_info(opcode::create, "/a")));
    EXPECT_FALSE(fault.take(request_info(opcode::remove, "/a")));
    EXPECT_TRUE(fault.take(request_info(opcode::create, "/a")));
    EXPECT_FALSE(fault.take(reply_info(opcode::create, ok)));
    EXPECT_TRUE(fault.take(request_info(opcode::create, "/a")));
    EXPECT_FALSE(fault.take(request_info(opcode::create, "/a")));
    EXPECT_EQ(fault.hits(), 0u);
    fault.count_hit();
    EXPECT_TRUE(fault.wait_hits(1));
    EXPECT_FALSE(fault.wait_hits(2, std::chrono::milliseconds(0)));
}

TEST(FaultRule, AnyRequestMeansNeitherPingNorHandshake) {
    injected_fault fault({.at = position::req, .times = unlimited});
    EXPECT_FALSE(fault.take(request_info(opcode::ping, "")));
    EXPECT_FALSE(fault.take(request_info(opcode::connect, "")));
    EXPECT_TRUE(fault.take(request_info(opcode::sync, "/a")));
    fault.disarm();
    EXPECT_FALSE(fault.take(request_info(opcode::sync, "/a")));
}

TEST(FaultRule, ChoosesRepliesByPathAndSuccess) {
    injected_fault fault(
        {.at = position::rep, .op = opcode::create, .path_contains = "/a", .only_success = true});
    EXPECT_FALSE(fault.take(request_info(opcode::create, "/a")));
    EXPECT_FALSE(fault.take(reply_info(opcode::create, no_node)));
    EXPECT_TRUE(fault.take(reply_info(opcode::create, ok)));
    injected_fault elsewhere({.at = position::rep, .path_contains = "/b"});
    EXPECT_FALSE(elsewhere.take(reply_info(opcode::create, ok)));
}

TEST(FaultRule, EventPositionsStrikeEventsOnly) {
    frame_info fired = reply_info(opcode::event, ok);
    fired.xid = event_xid;
    injected_fault before({.at = position::wev_before});
    EXPECT_FALSE(before.take(reply_info(opcode::create, ok)));
    EXPECT_TRUE(before.take(fired));
    injected_fault any_reply({.at = position::rep});
    EXPECT_FALSE(any_reply.take(fired));
}

TEST(ProxyTrace, CountsRunsOfRequestsAsOneWait) {
    std::vector<trace_entry> trace;
    const auto add = [&](const frame_info& info) { trace.push_back({1, {}, info}); };
    add(request_info(opcode::connect, ""));
    add(reply_info(opcode::connect, ok));
    EXPECT_EQ(network_waits(trace), 0u);
    add(request_info(opcode::create2, "/a"));
    add(request_info(opcode::get_children, "/a"));
    add(reply_info(opcode::create2, ok));
    add(reply_info(opcode::get_children, ok));
    EXPECT_EQ(network_waits(trace), 1u);
    add(request_info(opcode::ping, ""));
    add(reply_info(opcode::ping, ok));
    add(request_info(opcode::remove, "/a"));
    EXPECT_EQ(network_waits(trace), 1u);  // nobody has waited for that one yet
    add(reply_info(opcode::remove, ok));
    EXPECT_EQ(network_waits(trace), 2u);
}

}  // namespace
}  // namespace paddock::testing
