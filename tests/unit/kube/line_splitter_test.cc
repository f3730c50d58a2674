// Whole lines, however the bytes are cut.
#include "kube/call_stats.h"
#include "kube/line_splitter.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>

namespace kube {
namespace {

TEST(LineSplitter, KeepsWhatIsNoLineYet) {
    LineSplitter splitter(100);
    std::string out;
    EXPECT_TRUE(splitter.add("ab", out));
    EXPECT_EQ(out, "");
    EXPECT_TRUE(splitter.has_rest());
    EXPECT_TRUE(splitter.add("c\nde\nf", out));
    EXPECT_EQ(out, "abc\nde\n");
    EXPECT_TRUE(splitter.add("\n", out));
    EXPECT_EQ(out, "abc\nde\nf\n");
    EXPECT_FALSE(splitter.has_rest());
}

TEST(LineSplitter, RefusesALineThatIsTooLong) {
    std::string out;
    LineSplitter whole(3);
    EXPECT_TRUE(whole.add("abc\n", out));
    EXPECT_FALSE(whole.add("abcd\n", out));
    LineSplitter pieces(3);
    EXPECT_TRUE(pieces.add("ab", out));
    EXPECT_FALSE(pieces.add("cd", out));
    LineSplitter tail(3);
    EXPECT_FALSE(tail.add("a\nbcde", out));
}

RC_GTEST_PROP(LineSplitter, GivesTheSameHoweverBytesAreCut,
              (std::vector<std::string> pieces, std::vector<bool> breaks)) {
    for (std::size_t i = 0; i < std::min(pieces.size(), breaks.size()); ++i)
        if (breaks[i]) pieces[i] += '\n';
    const auto all = std::accumulate(pieces.begin(), pieces.end(), std::string());
    LineSplitter splitter(1 << 20);
    std::string out;
    for (const auto& piece : pieces) RC_ASSERT(splitter.add(piece, out));
    const auto end = all.rfind('\n');
    RC_ASSERT(out == (end == std::string::npos ? "" : all.substr(0, end + 1)));
    RC_ASSERT(splitter.has_rest() == (out.size() < all.size()));
}

TEST(CallTable, PutsEachCallIntoOneBucket) {
    CallTable table;
    const CallKey created{.verb = Verb::Create, .method = "POST", .code = 201};
    for (const int duration : {0, 5, 6, 60'000, 60'001})
        add_call(table, created, {base::Duration(duration), 100, 10});
    add_call(table, {.verb = Verb::Create, .method = "POST", .code = 0}, {});
    ASSERT_EQ(table.size(), 2u);
    const auto& row = table.at(created);
    EXPECT_EQ(row.count, 5u);
    EXPECT_EQ(row.durations[0], 2u);
    EXPECT_EQ(row.durations[1], 1u);
    EXPECT_EQ(row.durations[11], 1u);
    EXPECT_EQ(row.durations[12], 1u);
    EXPECT_EQ(row.duration_sum, base::Duration(120'012));
    EXPECT_EQ(row.request_bytes, 500u);
    EXPECT_EQ(row.response_bytes, 50u);
}

}  // namespace
}  // namespace kube
