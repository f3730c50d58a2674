// How a watcher comes to the whole state: WatchList, or pages where the server has none.
#include "watch_desk.h"

#include <gtest/gtest.h>

namespace kube {
namespace {

std::string page_of(std::string_view version, std::string_view continue_token,
                    const std::vector<std::string>& items) {
    return fmt::format(R"({{"metadata":{{"resourceVersion":"{}","continue":"{}"}},"items":[{}]}})",
                       version, continue_token, base::join(items, ","));
}

const std::string kFirstPage = "/api/v1/namespaces/n/pods?limit=500";
const std::string kSecondPage = "/api/v1/namespaces/n/pods?limit=500&continue=two";

WatcherOptions pages_only() {
    WatcherOptions options;
    options.watch_list = false;
    return options;
}

TEST(WatcherList, TellsTheStateAsOneListThatABookmarkEnds) {
    WatchDesk desk;
    desk.tick();
    EXPECT_EQ(desk.wants(), Paths{kWatchList});
    desk.lines(added("a", "3") + added("b", "1"));
    EXPECT_FALSE(desk->synced());
    EXPECT_EQ(desk->resource_version(), "");
    desk.lines(bookmark("7") + initial_end("8") + deleted("a", "9"));
    EXPECT_TRUE(desk->synced());
    EXPECT_EQ(desk->resource_version(), "9");
    EXPECT_EQ(desk.told(), (Told{"list", "put a@3", "put b@1", "end@8", "gone a@9"}));
    EXPECT_EQ(desk.wants(), Paths{}) << "the same stream goes on";
}

TEST(WatcherList, ThatBreaksOffStartsAgainAsANewList) {
    WatchDesk desk;
    desk.tick();
    desk.lines(added("a", "3"));
    desk.close(lost());
    EXPECT_TRUE(desk->trouble());
    desk.wants();
    desk.tick_when_due();
    EXPECT_EQ(desk.wants(), Paths{kWatchList});
    desk.lines(initial_end("8"));
    EXPECT_EQ(desk.told(), (Told{"list", "put a@3", "list", "end@8"}));
    EXPECT_FALSE(desk->trouble());
}

TEST(WatcherList, GoesByPagesWhereTheServerRefusesWatchList) {
    for (const int code : {400, 422}) {
        WatchDesk desk;
        desk.tick();
        desk.wants();
        desk.close(refused(code, "Invalid"));
        EXPECT_EQ(desk.wants(), Paths{kFirstPage}) << "at once";
        desk.page(page_of("50", "two", {object_text("a", "3"), object_text("b", "4")}));
        EXPECT_EQ(desk.wants(), Paths{kSecondPage});
        EXPECT_FALSE(desk->synced());
        desk.page(page_of("50", "", {object_text("c", "5")}));
        EXPECT_EQ(desk.told(), (Told{"list", "put a@3", "put b@4", "put c@5", "end@50"}));
        EXPECT_EQ(desk.wants(), Paths{watch_from("50")});
        EXPECT_FALSE(desk->trouble());
        desk.relist();
        EXPECT_EQ(desk.wants(), Paths{kFirstPage}) << "it does not ask again for what is not there";
    }
}

TEST(WatcherList, GoesByPagesWhenNoBookmarkComesInTime) {
    WatchDesk desk;
    desk.tick();
    desk.wants();
    const auto stream = desk.current();
    desk.lines(added("a", "3"));
    desk.tick(9'999);
    EXPECT_EQ(desk.wants(), Paths{});
    EXPECT_EQ(desk.tick_when_due(), 1);
    EXPECT_EQ(desk.hang_ups(), std::vector{stream});
    EXPECT_EQ(desk.wants(), Paths{kFirstPage});
    desk.page(page_of("50", "", {}));
    EXPECT_EQ(desk.told(), (Told{"list", "put a@3", "list", "end@50"}));
    desk.wants();
    desk.relist();
    EXPECT_EQ(desk.wants(), Paths{kFirstPage}) << "this server sends changes, but no state";
}

TEST(WatcherList, TriesWatchListAgainAfterAServerThatSaidNothing) {
    WatchDesk desk;
    desk.tick();
    desk.tick(10'000);
    EXPECT_EQ(desk.wants().back(), kFirstPage);
    desk.page(page_of("50", "", {}));
    desk.wants();
    desk.relist();
    EXPECT_EQ(desk.wants(), Paths{kWatchList});
}

TEST(WatcherList, StartsAgainWhenItExpiresBetweenPages) {
    WatchDesk desk(pages_only());
    desk.tick();
    desk.page(page_of("50", "two", {object_text("a", "3")}));
    EXPECT_EQ(desk.wants().back(), kSecondPage);
    desk.refuse(refused(410, "Expired"));
    EXPECT_FALSE(desk->trouble()) << "that is ordinary";
    desk.tick_when_due();
    EXPECT_EQ(desk.wants(), Paths{kFirstPage});
    desk.page(page_of("60", "", {object_text("b", "55")}));
    EXPECT_EQ(desk.told(), (Told{"list", "put a@3", "list", "put b@55", "end@60"}));
}

TEST(WatcherList, AsksForTheSamePageAgainAfterAFailure) {
    WatchDesk desk(pages_only());
    desk.tick();
    desk.page(page_of("50", "two", {object_text("a", "3")}));
    desk.wants();
    desk.refuse(refused(503));
    EXPECT_EQ(desk->trouble()->code, 503);
    desk.tick_when_due();
    EXPECT_EQ(desk.wants(), Paths{kSecondPage});
    desk.page(page_of("50", "", {object_text("b", "4")}));
    EXPECT_EQ(desk.told(), (Told{"list", "put a@3", "put b@4", "end@50"}));
}

TEST(WatcherList, ABrokenPageIsNotToldAtAll) {
    WatchDesk desk(pages_only());
    desk.tick();
    desk.page(page_of("50", "", {object_text("a", "3"), R"({"x":)"}));
    EXPECT_EQ(desk.told(), Told{});
    EXPECT_TRUE(desk->trouble());
    desk.wants();
    desk.tick_when_due();
    EXPECT_EQ(desk.wants(), Paths{kFirstPage});
}

TEST(WatcherList, PagesThatLeadNowhereEnd) {
    WatchDesk desk(pages_only());
    desk.tick();
    desk.page(page_of("50", "two", {}));
    desk.wants();
    desk.page(page_of("50", "two", {}));
    EXPECT_EQ(desk.wants(), Paths{}) << "the same token again: it backs off";
    EXPECT_TRUE(desk->trouble());
}

// A server whose lists work and whose versions are refused at once must not be asked in a loop.
TEST(WatcherList, SlowsDownWhenEachListIsExpiredAtOnce) {
    WatchDesk desk(pages_only());
    std::int64_t waited = 0;
    int lists = 0;
    for (int i = 0; i < 30; ++i) {
        waited += desk.tick_when_due();
        EXPECT_EQ(desk.wants(), Paths{kFirstPage});
        ++lists;
        desk.page(page_of("50", "", {}));
        EXPECT_EQ(desk.wants(), Paths{watch_from("50")});
        desk.close(refused(410, "Gone"));
    }
    EXPECT_GT(waited, 150'000) << lists << " lists";
}

}  // namespace
}  // namespace kube
