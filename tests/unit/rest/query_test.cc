// Parameters and cursors.
#include "operator/rest/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Query, HasItsParametersDecoded) {
    const auto query = Query::parse("rule=a%2Cb,c+d&state=new&", {"rule", "state", "limit"});
    ASSERT_TRUE(query) << query.error().message();
    EXPECT_EQ(query->get("rule"), "a,b,c d");
    EXPECT_THAT(query->list("rule"), ElementsAre("a", "b", "c d"));
    EXPECT_EQ(query->get("state"), "new");
    EXPECT_THAT(query->list("limit"), IsEmpty());
}

TEST(Query, NamesWhatIsKnownWhereAnUnknownOneComes) {
    const auto query = Query::parse("rules=a", {"rule", "state"});
    ASSERT_FALSE(query);
    EXPECT_THAT(query.error().message(), HasSubstr("'rules'"));
    EXPECT_THAT(query.error().message(), HasSubstr("rule, state"));
    EXPECT_FALSE(Query::parse("state=a&state=b", {"state"}));
    EXPECT_FALSE(Query::parse("%ff=a", {"state"}));
}

TEST(Query, BoundsItsLimit) {
    const auto limit = [](std::string_view text) {
        return Query::parse(text, {"limit"})->limit(100, 500);
    };
    EXPECT_EQ(limit(""), 100u);
    EXPECT_EQ(limit("limit=500"), 500u);
    for (const auto* text :
         {"limit=0", "limit=501", "limit=-1", "limit=1x", "limit=99999999999999999999"})
        EXPECT_FALSE(limit(text)) << text;
}

TEST(Cursor, SurvivesTheWayThereAndBack) {
    const auto cursor = parse_cursor(to_text({.position = 17, .run_id = "7f-3c.2"}));
    ASSERT_TRUE(cursor);
    EXPECT_EQ(cursor->position, 17u);
    EXPECT_EQ(cursor->run_id, "7f-3c.2");
    EXPECT_EQ(parse_cursor("")->run_id, "");
}

TEST(Cursor, IsNotMadeUp) {
    for (const auto* text : {"x", "17", "17-", "-1-a", "1x-a", "99999999999999999999999-a"})
        EXPECT_FALSE(parse_cursor(text)) << text;
}

}  // namespace
}  // namespace rest
