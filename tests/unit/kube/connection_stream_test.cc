// Watches: lines as they come, on connections of their own.
#include "connection_fixture.h"

#include <gmock/gmock.h>

namespace kube {
namespace {

using testing::HasSubstr;

constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(std::string_view bytes) {
    return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

// Sends `parts` as chunks, then `rest` as it is, then closes.
RawServer::Script stream_of(std::vector<std::string> parts, std::string rest) {
    return [parts = std::move(parts), rest = std::move(rest)](RawConnection& connection) {
        if (connection.read_request().empty()) return;
        connection.send(kHead);
        for (const auto& part : parts) connection.send(chunk(part));
        connection.send(rest);
    };
}

RawServer::Script open_stream(std::string part) {
    return [part = std::move(part)](RawConnection& connection) {
        if (connection.read_request().empty()) return;
        connection.send(kHead);
        connection.send(chunk(part));
        connection.hold();
    };
}

TEST(Stream, GivesWholeLinesHoweverTheyCome) {
    RawServer server(stream_of({"{\"a\"", ":1}\n{\"b\":", "2}", "\n{\"c\":3}\n"}, "0\r\n\r\n"));
    const auto connection = connect(server);
    connection->submit(watch_call(1));
    const auto told = listen(*connection, 1);
    EXPECT_EQ(told.lines, "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n");
    EXPECT_FALSE(told.end->error) << told.end->error->message;
    EXPECT_EQ(connection->stats().streams, 0u);
}

TEST(Stream, GivesLinesBeforeItsEnd) {
    RawServer server(open_stream("one\ntwo\nthr"));
    const auto connection = connect(server);
    connection->submit(watch_call(1));
    std::string lines;
    while (lines != "one\ntwo\n") {
        for (const auto& event : events_of(*connection, 1))
            lines += std::get<StreamLines>(event.what).lines;
    }
    EXPECT_EQ(connection->stats().streams, 1u);
}

TEST(Stream, TellsWhyTheServerRefusedIt) {
    RawServer server(fakes::answers(
        {http_answer(410, R"({"kind":"Status","reason":"Expired","message":"old","code":410})")}));
    const auto connection = connect(server);
    connection->submit(watch_call(1));
    const auto told = listen(*connection, 1);
    ASSERT_TRUE(told.end->error);
    EXPECT_TRUE(is_expired(*told.end->error));
}

TEST(Stream, TellsThatItsConnectionWasLost) {
    RawServer server(stream_of({"one\n"}, "5\r\nab"));
    const auto connection = connect(server);
    connection->submit(watch_call(1));
    const auto told = listen(*connection, 1);
    EXPECT_EQ(told.lines, "one\n");
    ASSERT_TRUE(told.end->error);
    EXPECT_EQ(told.end->error->failure, net::Failure::Reset);
}

TEST(Stream, TellsThatItEndedInsideALine) {
    RawServer server(stream_of({"one\ntw"}, "0\r\n\r\n"));
    const auto connection = connect(server);
    connection->submit(watch_call(1));
    const auto told = listen(*connection, 1);
    EXPECT_EQ(told.lines, "one\n");
    ASSERT_TRUE(told.end->error);
    EXPECT_THAT(told.end->error->message, HasSubstr("in the middle of a line"));
}

TEST(Stream, EndsAtALineThatIsTooLong) {
    RawServer server(open_stream("one\n" + std::string(2'000, 'x')));
    auto options = options_for(server);
    options.line_bytes_max = 1'000;
    const auto connection = connect(options);
    connection->submit(watch_call(1));
    const auto told = listen(*connection, 1);
    EXPECT_EQ(told.lines, "one\n");
    ASSERT_TRUE(told.end->error);
    EXPECT_EQ(told.end->error->failure, net::Failure::BadAnswer);
    EXPECT_THAT(told.end->error->message, HasSubstr("longer than 1000 bytes"));
}

TEST(Stream, EndsItsConnectionWhenHungUp) {
    RawServer server([](RawConnection& connection) {
        connection.read_request();
        connection.send(kHead);
        connection.send(chunk("one\n"));
        // Empty once the client has closed.
        EXPECT_EQ(connection.read_some(), "");
    });
    {
        const auto connection = connect(server);
        connection->submit(watch_call(1));
        events_of(*connection, 1);
        connection->hang_up(1);
        EXPECT_TRUE(connection->poll(Duration(1)).empty());
        EXPECT_EQ(connection->stats().streams, 0u);
    }
    EXPECT_EQ(server.connections(), 1);
}

TEST(Stream, DoesNotHoldUpOtherCalls) {
    RawServer server(
        {open_stream("one\n"), open_stream("one\n"), fakes::answers({http_answer(200, "{}")})});
    auto options = options_for(server);
    options.window = {.min = 1, .max = 1};
    const auto connection = connect(options);
    connection->submit(watch_call(1));
    connection->submit(watch_call(2));
    events_of(*connection, 2);
    for (CallId id = 3; id <= 6; ++id) EXPECT_EQ(connection->fetch(read_call(id)).status, 200);
    EXPECT_EQ(server.connections(), 3);
}

TEST(Stream, IsStartedAgainWithANewToken) {
    const auto folder = *base::os::TempFolder::create("connection-test");
    const auto file = folder.path() / "token";
    ASSERT_TRUE(base::os::write_file(file, "old"));
    RawServer server({fakes::answers({http_answer(401)}), stream_of({"one\n"}, "0\r\n\r\n")});
    auto options = options_for(server);
    options.cluster.login.token_file = file;
    const auto connection = connect(options);
    ASSERT_TRUE(base::os::write_file(file, "new"));
    connection->submit(watch_call(1));
    const auto told = listen(*connection, 1);
    EXPECT_EQ(told.lines, "one\n");
    EXPECT_FALSE(told.end->error);
    EXPECT_THAT(server.requests().at(1), HasSubstr("Bearer new\r\n"));
}

TEST(Stream, BeyondTheLimitEndsAtOnce) {
    RawServer server(open_stream("one\n"));
    auto options = options_for(server);
    options.streams_max = 1;
    const auto connection = connect(options);
    connection->submit(watch_call(1));
    connection->submit(watch_call(2));
    const auto told = listen(*connection, 2);
    ASSERT_TRUE(told.end->error);
    EXPECT_THAT(told.end->error->message, HasSubstr("which is the limit"));
}

}  // namespace
}  // namespace kube
