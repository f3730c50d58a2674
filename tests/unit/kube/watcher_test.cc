// How a watcher stays with the changes: resumes, relists only when it must, never runs hot.
#include "watch_desk.h"

#include <gtest/gtest.h>

namespace kube {
namespace {

TEST(Watcher, ResumesWhereItWasWhenTheStreamEnds) {
    WatchDesk desk;
    sync(desk);
    desk.lines(added("a", "12"));
    desk.lines(bookmark("15"));
    desk.tick(5'000);
    desk.close();
    EXPECT_FALSE(desk->trouble()) << "the server's time was over";
    EXPECT_EQ(desk.tick_when_due(), 0);
    EXPECT_EQ(desk.wants(), Paths{watch_from("15")});
    EXPECT_EQ(desk.told(), (Told{"put a@12"}));
}

TEST(Watcher, ListsAgainWhenItsVersionIsExpired) {
    const std::string status =
        R"({"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","message":"too old","code":410})";
    for (const bool as_event : {false, true}) {
        WatchDesk desk;
        sync(desk);
        const auto stream = desk.current();
        if (as_event) {
            desk.lines(line_of("ERROR", status) + added("never", "99"));
            EXPECT_EQ(desk.hang_ups(), std::vector{stream});
        } else {
            desk.close(refused(410, "Expired"));
        }
        EXPECT_EQ(desk->resource_version(), "");
        EXPECT_FALSE(desk->trouble());
        desk.tick_when_due();
        EXPECT_EQ(desk.wants(), Paths{kWatchList});
        desk.lines(initial_end("20"));
        EXPECT_EQ(desk.told(), (Told{"list", "end@20"}));
    }
}

TEST(Watcher, DoesNotListAgainForAnythingElse) {
    for (const auto& error : {refused(500), refused(503), refused(504), refused(429), refused(401),
                              refused(403), refused(404), lost()}) {
        WatchDesk desk;
        sync(desk);
        desk.close(error);
        ASSERT_TRUE(desk->trouble());
        EXPECT_EQ(*desk->trouble(), error);
        desk.tick_when_due();
        EXPECT_EQ(desk.wants(), Paths{watch_from("10")});
    }
}

TEST(Watcher, ListsAgainWhenTheServerCannotReadItsVersion) {
    WatchDesk desk;
    sync(desk);
    desk.close(refused(400, "BadRequest"));
    desk.tick_when_due();
    EXPECT_EQ(desk.wants(), Paths{kWatchList});
}

TEST(Watcher, FollowsVersionsThatGoBackwards) {
    WatchDesk desk;
    sync(desk);
    desk.lines(added("a", "900") + bookmark("7"));
    EXPECT_EQ(desk->resource_version(), "7");
    desk.close(lost());
    desk.tick_when_due();
    EXPECT_EQ(desk.wants(), Paths{watch_from("7")});
}

TEST(Watcher, DropsAStreamThatSaysNothing) {
    WatchDesk desk;
    sync(desk);
    const auto stream = desk.current();
    desk.tick(60'000);
    desk.lines(bookmark("11"));
    desk.tick(89'999);
    EXPECT_EQ(desk.hang_ups(), std::vector<CallId>{});
    desk.tick(1);
    EXPECT_EQ(desk.hang_ups(), std::vector{stream});
    ASSERT_TRUE(desk->trouble());
    EXPECT_EQ(desk->trouble()->failure, net::Failure::TimedOut);
    EXPECT_LE(desk.tick_when_due(), 250) << "it worked for long: no growing back-off";
    EXPECT_EQ(desk.wants(), Paths{watch_from("11")});
}

TEST(Watcher, OfAQuietKindOnAServerWithoutBookmarksStaysClose) {
    WatchDesk desk;
    sync(desk);
    for (int i = 0; i < 20; ++i) {
        desk.tick(90'000);
        EXPECT_LE(desk.tick_when_due(), 250);
        EXPECT_EQ(desk.wants(), Paths{watch_from("10")});
    }
    desk.tick(15'000);
    EXPECT_FALSE(desk->trouble()) << "the connection stands";
}

TEST(Watcher, DropsAStreamWithABrokenLineAndResumesBeforeIt) {
    for (const std::string broken :
         {"{\"type\":\"ADDED\",\"object\":{\"meta\n", "garbage\n", "{}\n", "[1]\n", "\xff\n"}) {
        WatchDesk desk;
        sync(desk);
        const auto stream = desk.current();
        desk.lines(added("a", "12") + broken + added("b", "13"));
        EXPECT_EQ(desk.told(), (Told{"put a@12"})) << broken;
        EXPECT_EQ(desk.hang_ups(), std::vector{stream});
        ASSERT_TRUE(desk->trouble());
        EXPECT_EQ(desk->trouble()->failure, net::Failure::BadAnswer);
        desk.tick_when_due();
        EXPECT_EQ(desk.wants(), Paths{watch_from("12")});
        desk.lines(added("b", "13"));
        EXPECT_FALSE(desk->trouble());
    }
}

TEST(Watcher, NeverRunsHot) {
    using Hit = void (*)(WatchDesk&);
    const std::pair<const char*, Hit> cases[] = {
        {"broken line", [](WatchDesk& d) { d.lines("x\n"); }},
        {"closed at once", [](WatchDesk& d) { d.close(); }},
        {"refused", [](WatchDesk& d) { d.close(refused(403)); }},
        {"the same bookmark, then closed",
         [](WatchDesk& d) {
             d.lines(bookmark("10"));
             d.close();
         }},
        {"the same bookmark, then broken", [](WatchDesk& d) { d.lines(bookmark("10") + "{\n"); }},
        {"error event",
         [](WatchDesk& d) { d.lines(line_of("ERROR", R"({"kind":"Status","code":500})")); }},
        {"error event that is none", [](WatchDesk& d) { d.lines(line_of("ERROR", "{}")); }},
    };
    for (const auto& [name, hit] : cases) {
        WatchDesk desk;
        sync(desk);
        hit(desk);
        std::int64_t waited = 0;
        for (int i = 0; i < 40; ++i) {
            waited += desk.tick_when_due();
            ASSERT_EQ(desk.wants().size(), 1u) << name;
            hit(desk);
        }
        EXPECT_GT(waited, 200'000) << name;
        EXPECT_LT(waited, 40 * 30'000) << name;
    }
}

TEST(Watcher, StreamsThatBringSomethingAreResumedSoonHoweverOftenTheyBreak) {
    WatchDesk desk;
    sync(desk);
    for (int i = 0; i < 50; ++i) {
        const auto version = std::to_string(100 + i);
        desk.lines(added("a", version));
        if (i % 2 == 0)
            desk.close(lost());
        else
            desk.close();
        EXPECT_LE(desk.tick_when_due(), 250);
        EXPECT_EQ(desk.wants(), Paths{watch_from(version)});
    }
}

TEST(Watcher, WaitsAsLongAsTheServerAsksWithinReason) {
    for (const auto& [asked, waits] : {std::pair(5'000, 5'000), std::pair(86'400'000, 60'000)}) {
        WatchDesk desk;
        sync(desk);
        auto error = refused(429);
        error.retry_after = base::Duration(asked);
        desk.close(error);
        EXPECT_EQ(desk.tick_when_due(), waits);
        EXPECT_EQ(desk.wants(), Paths{watch_from("10")});
    }
}

TEST(Watcher, ListsAgainWhenTold) {
    WatchDesk desk;
    sync(desk);
    const auto stream = desk.current();
    desk.relist();
    EXPECT_EQ(desk.hang_ups(), std::vector{stream});
    EXPECT_EQ(desk.wants(), Paths{kWatchList});
    EXPECT_TRUE(desk->synced()) << "what it told stays true enough";
    desk.lines(added("a", "30") + initial_end("31"));
    EXPECT_EQ(desk.told(), (Told{"list", "put a@30", "end@31"}));
}

TEST(Watcher, ToldToListAgainStillBacksOff) {
    WatchDesk desk;
    sync(desk);
    auto error = refused(503);
    error.retry_after = base::Duration(10'000);
    desk.close(error);
    desk.relist();
    EXPECT_EQ(desk.wants(), Paths{});
    EXPECT_EQ(desk.tick_when_due(), 10'000);
    EXPECT_EQ(desk.wants(), Paths{kWatchList});
}

TEST(Watcher, LeavesOthersEventsAlone) {
    WatchDesk desk;
    sync(desk);
    Outbox out;
    const Now now{};
    EXPECT_FALSE(desk->take({.id = 77, .what = StreamLines{"x\n"}}, now, out));
    const auto old = desk.current();
    desk.relist();
    EXPECT_FALSE(desk->take({.id = old, .what = StreamClosed{}}, now, out)) << "it hung up";
    EXPECT_TRUE(out.calls.empty() && out.hang_ups.empty());
}

TEST(Watcher, IgnoresWhatItDoesNotKnow) {
    WatchDesk desk;
    sync(desk);
    desk.lines("\n" + line_of("MERGED", object_text("a", "50")) + "\n" +
               line_of("ADDED", R"({"metadata":{"name":"b"}})"));
    EXPECT_EQ(desk.told(), (Told{"put b@"}));
    EXPECT_EQ(desk->resource_version(), "10");
    EXPECT_FALSE(desk->trouble());
}

TEST(Watcher, TheSameSeedWaitsTheSame) {
    const auto waits = [](std::uint64_t seed) {
        WatcherOptions options;
        options.seed = seed;
        WatchDesk desk(options);
        std::vector<std::int64_t> out;
        for (int i = 0; i < 12; ++i) {
            desk.tick_when_due();
            desk.close(lost());
            out.push_back((*desk->wake_at()).time_since_epoch().count());
        }
        return out;
    };
    EXPECT_EQ(waits(5), waits(5));
    EXPECT_NE(waits(5), waits(6));
}

}  // namespace
}  // namespace kube
