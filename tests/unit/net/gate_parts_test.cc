// The gate's pure parts: seats, budget, rates, texts.
#include "net/gate/body.h"
#include "net/gate/limits.h"
#include "net/gate/message.h"
#include "net/rest/event_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace net::gate {
namespace {

class SeatsTest : public testing::Test {
protected:
    Seats::Id sit(const std::string& address) {
        const auto id = seats.take(address, [this, address] { evicted.push_back(address); });
        return id.value_or(0);
    }
    void make_known(Seats::Id id) {
        seats.work(id);
        seats.admitted(id);
        seats.wait(id);
    }
    Counters counters;
    Seats seats{3, 2, counters};
    std::vector<std::string> evicted;
};

TEST_F(SeatsTest, EvictWhoWaitsLongest) {
    sit("a"), sit("b"), sit("c"), sit("d"), sit("e");
    EXPECT_EQ(evicted, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(seats.taken(), 3u);
}

TEST_F(SeatsTest, SpareThoseAtWorkAndThoseThatWereAdmittedBefore) {
    const auto worker = sit("worker");
    seats.work(worker);
    make_known(sit("known"));
    sit("stranger");
    sit("d");
    EXPECT_EQ(evicted, std::vector<std::string>{"stranger"});
    seats.work(sit("e"));
    EXPECT_EQ(evicted, (std::vector<std::string>{"stranger", "d"}));
    seats.work(sit("f"));
    EXPECT_EQ(evicted, (std::vector<std::string>{"stranger", "d", "known"}));
    EXPECT_EQ(sit("g"), 0u);
    EXPECT_EQ(counters.refused_full, 1u);
}

TEST_F(SeatsTest, MakeAnAddressPayForItself) {
    sit("other");
    sit("a");
    seats.work(sit("a"));
    sit("a");
    EXPECT_EQ(evicted, std::vector<std::string>{"a"});
}

TEST_F(SeatsTest, TellTheEvictedThatTheyLostTheirSeat) {
    const auto first = sit("a");
    sit("b"), sit("c"), sit("d");
    EXPECT_FALSE(seats.work(first));
    seats.leave(first);
    EXPECT_EQ(seats.taken(), 3u);
}

TEST_F(SeatsTest, ForgetWhoLeft) {
    const auto id = sit("a");
    seats.leave(id);
    sit("b"), sit("c"), sit("d");
    EXPECT_TRUE(evicted.empty());
}

TEST(BodyBudgetTest, NeverHoldsMoreThanItsBound) {
    BodyBudget budget(100);
    auto first = budget.reserve(60);
    EXPECT_TRUE(first);
    EXPECT_FALSE(budget.reserve(41));
    EXPECT_FALSE(budget.reserve(std::string::npos));
    {
        const auto second = budget.reserve(40);
        EXPECT_TRUE(second);
        EXPECT_EQ(budget.in_flight(), 100u);
        EXPECT_TRUE(budget.reserve(0));
    }
    BodyBudget::Share moved = std::move(*first);
    first.reset();
    EXPECT_EQ(budget.in_flight(), 60u);
    moved = {};
    EXPECT_EQ(budget.in_flight(), 0u);
}

TEST(RateWindowTest, EndsABodyOfOneByteASecond) {
    using std::chrono::seconds;
    const base::Ticks start{};
    RateWindow window({.timeout = seconds(60), .rate_min = 1'024, .window = seconds(10)}, start);
    for (int i = 0; i < 10; ++i) window.add(1);
    EXPECT_EQ(window.deadline(), start + seconds(10));
    EXPECT_FALSE(window.renew(start + seconds(10)));
}

TEST(RateWindowTest, RenewsWhileTheRateHoldsUntilTheTimeIsUp) {
    using std::chrono::seconds;
    const base::Ticks start{};
    RateWindow window({.timeout = seconds(25), .rate_min = 1'024, .window = seconds(10)}, start);
    window.add(10'240);
    EXPECT_TRUE(window.renew(start + seconds(10)));
    window.add(10'240);
    EXPECT_TRUE(window.renew(start + seconds(20)));
    EXPECT_EQ(window.deadline(), start + seconds(25));
    window.add(1'000'000);
    EXPECT_FALSE(window.renew(start + seconds(25)));
}

TEST(MessageText, KeepsTheClientsWordsFromTheUpstreamThatOnlyTheGateMaySay) {
    RequestHead head{.method = "GET",
                     .target = "/a?b",
                     .headers = {{"Host", "h"},
                                 {"X-Scanfleet-Gate", "guess"},
                                 {"x-forwarded-for", "1.2.3.4"},
                                 {"Connection", "X-Mine, close"},
                                 {"X-Mine", "1"},
                                 {"Upgrade", "h2c"},
                                 {"Expect", "100-continue"},
                                 {"Cookie", "c"}},
                     .peer_address = "10.0.0.1"};
    EXPECT_EQ(upstream_head(head, "secret"),
              "GET /a?b HTTP/1.1\r\nHost: h\r\nCookie: c\r\nX-Forwarded-For: 10.0.0.1\r\n"
              "X-Scanfleet-Gate: secret\r\n\r\n");
}

TEST(MessageText, FramesAPassedAnswerAnew) {
    const UpstreamStatus answer{
        .status = 200,
        .headers = {{"Transfer-Encoding", "chunked"}, {"Keep-Alive", "x"}, {"ETag", "e"}}};
    EXPECT_EQ(passed_head(answer, Framing::Chunks, After::KeepAlive),
              "HTTP/1.1 200 OK\r\nETag: e\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_EQ(passed_head(answer, Framing::UntilClose, After::Close),
              "HTTP/1.1 200 OK\r\nETag: e\r\nConnection: close\r\n\r\n");
}

TEST(MessageText, DatesAReply) {
    const base::Instant now = *base::parse_instant("2026-11-21T05:04:03.999Z");
    EXPECT_EQ(reply_head({.status = 204}, After::KeepAlive, now),
              "HTTP/1.1 204 No Content\r\nDate: Sat, 21 Nov 2026 05:04:03 GMT\r\n\r\n");
}

TEST(EventText, WritesEachLineOfDataByItself) {
    EXPECT_EQ(rest::event_text("7", "run", "a\nb\r\nc\rd"),
              "id: 7\nevent: run\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
    EXPECT_EQ(rest::event_text("", "", ""), "data: \n\n");
    EXPECT_EQ(rest::event_text("1\nevent: x", std::string_view("a\0b", 3), "d"),
              "id: 1\nevent: a\ndata: d\n\n");
}

RC_GTEST_PROP(EventTextProperty, EndsOnlyAtItsEnd,
              (const std::string& id, const std::string& data)) {
    const std::string text = rest::event_text(id, "e", data);
    RC_ASSERT(text.find("\n\n") == text.size() - 2);
    RC_ASSERT(text.find('\r') == std::string::npos);
}

}  // namespace
}  // namespace net::gate
