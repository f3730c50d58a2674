// Lines of watches and pages of lists, good and hostile.
#include "kube/watch_event.h"

#include "fakes/pod_json.h"

#include <gtest/gtest.h>

#include <string>

namespace kube {
namespace {

using Type = WatchEvent::Type;

TEST(WatchEvent, OfAPodIsItsTypeItsVersionAndItsTextUntouched) {
    WatchEventParser parser;
    const auto object = fakes::pod_json({.resource_version = "42"});
    const auto line = fakes::watch_line("MODIFIED", object);
    const auto event = parser.parse(line);
    ASSERT_TRUE(event) << event.error().message();
    EXPECT_EQ(event->type, Type::Modified);
    EXPECT_EQ(event->resource_version, "42");
    EXPECT_EQ(event->object, object);
    EXPECT_GE(event->object.data(), line.data());
    EXPECT_LE(event->object.data() + event->object.size(), line.data() + line.size());
}

struct LineCase {
    const char* line;
    Type type;
    const char* object;
    const char* version;
    bool initial_end = false;
};

TEST(WatchEvent, IsReadInAnyOrderAndWithAnySpace) {
    const LineCase cases[] = {
        {R"({"type":"ADDED","object":{"metadata":{"resourceVersion":"1"}}})", Type::Added,
         R"({"metadata":{"resourceVersion":"1"}})", "1"},
        {R"({"object":{"metadata":{"resourceVersion":"1"}},"type":"ADDED"})", Type::Added,
         R"({"metadata":{"resourceVersion":"1"}})", "1"},
        {" { \"object\" : { \"a\" : [ 1 ] }\t, \"x\" : {} , \"type\" : \"DELETED\" } ",
         Type::Deleted, R"({ "a" : [ 1 ] })", ""},
        {R"({"type":"ERROR","object":{"kind":"Status","metadata":{},"code":410}})", Type::Error,
         R"({"kind":"Status","metadata":{},"code":410})", ""},
        {R"({"type":"MERGED","object":{}})", Type::Unknown, "{}", ""},
        {R"({"type":"ADDED","object":{"spec":{"metadata":{"resourceVersion":"9"}},"metadata":{"uid":"u","resourceVersion":"2"},"z":[{}]}})",
         Type::Added,
         R"({"spec":{"metadata":{"resourceVersion":"9"}},"metadata":{"uid":"u","resourceVersion":"2"},"z":[{}]})",
         "2"},
        {R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}})", Type::Bookmark,
         R"({"metadata":{"resourceVersion":"7"}})", "7"},
        {R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7","annotations":{"k8s.io/initial-events-end":"true"}}}})",
         Type::Bookmark,
         R"({"metadata":{"resourceVersion":"7","annotations":{"k8s.io/initial-events-end":"true"}}})",
         "7", true},
        {R"({"object":{"metadata":{"annotations":{"k8s.io/initial-events-end":"true"},"resourceVersion":"7"}},"type":"BOOKMARK"})",
         Type::Bookmark,
         R"({"metadata":{"annotations":{"k8s.io/initial-events-end":"true"},"resourceVersion":"7"}})",
         "7", true},
        {R"({"type":"ADDED","object":{"metadata":{"annotations":{"k8s.io/initial-events-end":"true"},"resourceVersion":"7"}}})",
         Type::Added,
         R"({"metadata":{"annotations":{"k8s.io/initial-events-end":"true"},"resourceVersion":"7"}})",
         "7", false},
        {R"({"type":"ADDED","object":{"metadata":{"resourceVersion":5}}})", Type::Added,
         R"({"metadata":{"resourceVersion":5}})", ""},
    };
    WatchEventParser parser;
    for (const auto& one : cases) {
        const auto event = parser.parse(one.line);
        ASSERT_TRUE(event) << one.line << ": " << event.error().message();
        EXPECT_EQ(event->type, one.type) << one.line;
        EXPECT_EQ(event->object, one.object) << one.line;
        EXPECT_EQ(event->resource_version, one.version) << one.line;
        EXPECT_EQ(event->initial_end, one.initial_end) << one.line;
    }
}

TEST(WatchEvent, ThatIsBrokenIsRefused) {
    const std::string deep(5000, '[');
    const std::string cases[] = {
        "",
        " ",
        "null",
        "[]",
        "\"text\"",
        "{",
        "{}",
        R"({"type":"ADDED"})",
        R"({"object":{}})",
        R"({"type":"ADDED","object":null})",
        R"({"type":"ADDED","object":[]})",
        R"({"type":7,"object":"x"})",
        R"({"type":"ADDED","object":{"a":1})",
        R"({"type":"ADDED","object":{"a":1}}})",
        R"({"type":"ADDED","object":{"a":1}}{})",
        R"({"type":"ADDED","object":{"a":1}} x)",
        R"({"type":"ADDED","object":{"a":"open}})",
        R"({"type":"ADDED","object":{"a":1],"b":2})",
        "{\"type\":\"ADDED\",\"object\":{\"a\":\"\xff\xfe\"}}",
        R"({"type":"ADDED","object":{"a":)" + deep,
        R"({"type":"ADDED","object":{"metadata":{"resourceVersion":")" + std::string(2000, '9') +
            R"("}}})",
        std::string("\0\0\0", 3),
    };
    WatchEventParser parser;
    for (const auto& line : cases) EXPECT_FALSE(parser.parse(line)) << line.substr(0, 80);
    EXPECT_TRUE(parser.parse(R"({"type":"ADDED","object":{}})")) << "usable after all that";
}

TEST(WatchEvent, CutOffAnywhereIsRefused) {
    const auto line = fakes::watch_line("ADDED", fakes::pod_json());
    WatchEventParser parser;
    ASSERT_TRUE(parser.parse(line));
    for (std::size_t size = 0; size + 1 < line.size(); ++size)
        EXPECT_FALSE(parser.parse(std::string(line, 0, size))) << size;
}

TEST(WatchEvent, AfterAGiantIsReadAsBefore) {
    WatchEventParser parser;
    const auto giant =
        fakes::watch_line("ADDED", R"({"data":")" + std::string(3 << 20, 'x') + "\"}");
    EXPECT_TRUE(parser.parse(giant));
    EXPECT_TRUE(parser.parse(R"({"type":"ADDED","object":{}})"));
    EXPECT_FALSE(parser.parse(
        fakes::watch_line("ADDED", R"({"data":")" + std::string(17 << 20, 'x') + "\"}")));
}

TEST(ListPage, HasItemsWithTheirVersionsAndTheWayOn) {
    const std::string body =
        R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"99","continue":"abc=","remainingItemCount":3},"items":[{"metadata":{"name":"a","resourceVersion":"5"},"x":1} , {"y":{"metadata":{}},"metadata":{"resourceVersion":"6"}}, {}]})";
    const auto page = parse_list_page(body);
    ASSERT_TRUE(page) << page.error().message();
    EXPECT_EQ(page->resource_version, "99");
    EXPECT_EQ(page->continue_token, "abc=");
    ASSERT_EQ(page->items.size(), 3u);
    EXPECT_EQ(page->items[0].object, R"({"metadata":{"name":"a","resourceVersion":"5"},"x":1})");
    EXPECT_EQ(page->items[0].resource_version, "5");
    EXPECT_EQ(page->items[1].resource_version, "6");
    EXPECT_EQ(page->items[2].object, "{}");
    EXPECT_EQ(page->items[2].resource_version, "");
}

TEST(ListPage, MayBeEmptyInTheWayOfGo) {
    for (const auto* items : {"null", "[]"}) {
        const auto page = parse_list_page(
            fmt::format(R"({{"items":{},"metadata":{{"resourceVersion":"1"}}}})", items));
        ASSERT_TRUE(page) << items;
        EXPECT_TRUE(page->items.empty());
        EXPECT_EQ(page->continue_token, "");
    }
}

TEST(ListPage, ThatIsBrokenIsRefused) {
    for (const auto* body :
         {"", "{}", R"({"items":[]})", R"({"items":{},"metadata":{"resourceVersion":"1"}})",
          R"({"items":[1],"metadata":{"resourceVersion":"1"}})",
          R"({"metadata":{"resourceVersion":"1"}})",
          R"({"items":nul,"metadata":{"resourceVersion":"1"}})",
          R"({"items":"x","metadata":{"resourceVersion":"1"}})",
          R"({"items":[{"a":1},{"b":2,"metadata":{"resourceVersion":"1"}})",
          R"({"items":[{"a":1}],"metadata":{"resourceVersion":"1"}}{})",
          R"({"items":[{}],"metadata":{"resourceVersion":""}})"}) {
        EXPECT_FALSE(parse_list_page(body)) << body;
    }
}

}  // namespace
}  // namespace kube
