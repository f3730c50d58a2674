// The reader is strict: these come from runners that may be broken, or lie.
#include "scan/stream.h"
#include "unit/scan/sample_lines.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <string>

namespace scan {
namespace {

std::string with(const Line& line, std::string_view from, std::string_view to) {
    auto text = samples::json(line);
    const auto at = text.find(from);
    if (at == std::string::npos) return "\"" + std::string(from) + "\" is not in " + text;
    return text.replace(at, from.size(), to);
}

// What both ways of reading say; they must agree.
std::string refusal(std::string_view line) {
    LineParser parser;
    const auto whole = parser.parse(line);
    const auto brief = parser.brief(line);
    EXPECT_EQ(whole.has_value(), brief.has_value()) << line;
    if (whole) return "accepted";
    EXPECT_EQ(whole.error(), brief.error());
    return whole.error().message();
}

TEST(LineParser, SaysWhatIsWrong) {
    using samples::json;
    struct Case {
        std::string_view claim;
        std::string line;
        std::string_view message;
    };
    const Case cases[] = {
        {"no JSON", "hello", "not JSON: "},
        {"nothing", "", "not JSON: "},
        {"cut", R"({"type":"log","level":"info","msg":")", "not JSON: "},
        {"more behind it", json(samples::log()) + "}", "not JSON: "},
        {"invalid UTF-8", with(samples::log(), "slow", "\xff"), "not JSON: "},
        {"lone surrogate", with(samples::log(), "slow", "\\ud800"), "not JSON: "},
        {"list", "[]", "not a JSON object"},
        {"no type", "{}", "line.type is missing"},
        {"null as type", R"({"type":null})", "line.type is missing"},
        {"type that is no text", R"({"type":1})", "line.type must be a string"},
        {"unknown type", R"({"type":"page"})", "line.type is not a known word: \"page\""},
        {"unknown status", with(samples::unit(), "timedOut", "TimedOut"),
         "line.status is not a known word: \"TimedOut\""},
        {"empty id", with(samples::unit(), "GET /items/{id}", ""),
         "line.id must have 1 to 512 bytes, has 0"},
        {"missing ms", with(samples::unit(), R"("ms":120,)", ""), "line.ms is missing"},
        {"negative ms", with(samples::unit(), R"("ms":120)", R"("ms":-1)"),
         "line.ms must be between 0 and 9223372036854775807, is -1"},
        {"fraction", with(samples::unit(), R"("ms":120)", R"("ms":1.5)"),
         "line.ms must be an integer"},
        {"reason with blanks", with(samples::unit(), "budget-spent", "no budget"),
         "line.reason may hold only letters, digits and '-'"},
        {"truth that is no number", with(samples::unit(), R"("checksRun":5)", R"("checksRun":"5")"),
         "line.truth.checksRun must be an integer"},
        {"truth twice", with(samples::unit(), "checksRun", "reached2xx"),
         "line.truth has a name twice"},
        {"truth without a name", with(samples::unit(), "checksRun", ""),
         "line.truth must have names of 1 to 64 bytes"},
        {"data that is no object", with(samples::record(), R"({"b":[1,"x"],"a":{"c":null}})", "[]"),
         "line.data must be an object"},
        {"record without data", with(samples::record(), "data", "dato"), "line.data is missing"},
        {"other version", with(samples::meta(), R"("v":1)", R"("v":2)"),
         "line.v must be between 1 and 1, is 2"},
        {"attempt 0", with(samples::meta(), R"("attempt":2)", R"("attempt":0)"),
         "line.attempt must be between 1 and 1000, is 0"},
        {"time that is none", with(samples::meta(), "2026-01-31T", "yesterday"),
         "line.startedAt must be a time as in RFC 3339"},
        {"label that is no text", with(samples::metric(), R"("2xx")", "2"),
         "line.labels.status must be a string"},
        {"unknown level", with(samples::log(), "warn", "fatal"),
         "line.level is not a known word: \"fatal\""},
        {"flag that is none", with(samples::end(), "true", "1"),
         "line.truncated must be true or false"},
        {"counts missing", with(samples::end(), R"("timedOut":5)", R"("timeout":5)"),
         "line.units.timedOut is missing"},
        {"counts that are no object", with(samples::end(), "\"units\":{", "\"units\":0,\"u\":{"),
         "line.units must be an object"},
        {"long pause", with(samples::end(), R"("seconds":60)", R"("seconds":3601)"),
         "line.pause.seconds must be between 0 and 3600, is 3601"},
        {"digest in capitals", with(samples::end(), samples::kDigest, std::string(64, 'A')),
         "line.sha256 must be 64 lower-case hex digits"},
        {"short digest", with(samples::end(), samples::kDigest, "aa"),
         "line.sha256 must be 64 lower-case hex digits"},
    };
    for (const auto& c : cases) {
        const auto message = refusal(c.line);
        EXPECT_TRUE(message.starts_with(c.message)) << c.claim << ": " << message;
    }
}

TEST(LineParser, RefusesTooManyMembers) {
    UnitLine unit{.id = "u"};
    for (int i = 0; i < 64; ++i) unit.truth.emplace_back("t" + std::to_string(i), i);
    EXPECT_EQ(refusal(samples::json(unit)), "accepted");
    EXPECT_EQ(refusal(with(unit, "\"t0\":0", "\"t0\":0,\"more\":1")),
              "line.truth must have at most 64 members");
    MetricLine metric{.name = "m"};
    for (int i = 0; i < 8; ++i) metric.labels.emplace_back("l" + std::to_string(i), "v");
    EXPECT_EQ(refusal(samples::json(metric)), "accepted");
    EXPECT_EQ(refusal(with(metric, "\"l0\":\"v\"", "\"l0\":\"v\",\"more\":\"v\"")),
              "line.labels must have at most 8 members");
    EXPECT_EQ(refusal(with(metric, "\"l0\"", "\"" + std::string(65, 'l') + "\"")),
              "line.labels has a name over 64 bytes");
}

TEST(LineParser, RefusesALineThatIsTooLong) {
    LineParser parser;
    const auto read = parser.parse(std::string(kLineBytesMax + 1, ' '));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind(), base::ErrorKind::TooLarge);
}

TEST(LineParser, BearsDeepNesting) {
    const auto deep = R"({"type":"record","kind":"k","key":"k","data":{"a":)" +
                      std::string(100'000, '[') + std::string(100'000, ']') + "}}";
    EXPECT_TRUE(refusal(deep).starts_with("not JSON: "));
    const auto shallow = R"({"type":"record","kind":"k","key":"k","data":{"a":)" +
                         std::string(500, '[') + std::string(500, ']') + "}}";
    EXPECT_EQ(refusal(shallow), "accepted");
}

TEST(LineParser, LeavesUnknownMembersAlone) {
    EXPECT_EQ(refusal(with(samples::log(), R"("level")", R"("new":{"a":[1]},"level")")),
              "accepted");
}

TEST(LineParser, TakesMembersInAnyOrder) {
    LineParser parser;
    const auto read = parser.parse(R"({"unit":"u","msg":"m","level":"info","type":"log"})");
    ASSERT_TRUE(read);
    EXPECT_EQ(std::get<LogLine>(*read), (LogLine{.msg = "m", .unit = "u"}));
}

TEST(LineParser, TakesDiscoveryAsAChunkOfItsOwn) {
    auto meta = samples::meta();
    meta.chunk = -1;
    EXPECT_EQ(refusal(samples::json(meta)), "accepted");
}

TEST(LineParser, SortsTheTruth) {
    LineParser parser;
    const auto read =
        parser.parse(R"({"type":"unit","id":"u","status":"ok","ms":0,"truth":{"b":2,"a":-1}})");
    ASSERT_TRUE(read);
    EXPECT_EQ(std::get<UnitLine>(*read).truth,
              (std::vector<std::pair<std::string, std::int64_t>>{{"a", -1}, {"b", 2}}));
}

TEST(Brief, TellsWhatIngestNeeds) {
    using Type = LineParser::Brief::Type;
    LineParser parser;
    const Type types[] = {Type::Meta,   Type::Unit, Type::Record, Type::Finding,
                          Type::Metric, Type::Log,  Type::End};
    const auto lines = samples::lines();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto brief = parser.brief(samples::json(lines[i]));
        ASSERT_TRUE(brief) << brief.error().message();
        EXPECT_EQ(brief->type, types[i]);
    }
    const auto unit = parser.brief(samples::json(samples::unit()));
    ASSERT_TRUE(unit);
    EXPECT_EQ(unit->unit_id, "GET /items/{id}");
    EXPECT_EQ(unit->unit_status, UnitStatus::TimedOut);
    EXPECT_EQ(unit->unit_reason, "budget-spent");
    const auto finding = parser.brief(samples::json(samples::finding()));
    ASSERT_TRUE(finding);
    EXPECT_EQ(finding->severity, Severity::High);
}

TEST(Brief, RemembersNothingOfTheLineBefore) {
    LineParser parser;
    ASSERT_TRUE(parser.brief(samples::json(samples::unit())));
    const auto brief = parser.brief(samples::json(UnitLine{.id = "other"}));
    ASSERT_TRUE(brief);
    EXPECT_EQ(brief->unit_id, "other");
    EXPECT_EQ(brief->unit_reason, "");
}

TEST(LineParser, MayBeMoved) {
    LineParser parser;
    LineParser other(std::move(parser));
    EXPECT_TRUE(other.parse(samples::json(samples::log())));
}

// One byte changed: both ways still agree, and nothing breaks.
RC_GTEST_PROP(LineParser, BearsDamagedLines, ()) {
    auto text = samples::json(*rc::gen::elementOf(samples::lines()));
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    text[at] = *rc::gen::arbitrary<char>();
    LineParser parser;
    const auto whole = parser.parse(text);
    RC_ASSERT(whole.has_value() == parser.brief(text).has_value());
}

RC_GTEST_PROP(LineParser, BearsAnyText, (const std::string& text)) {
    LineParser parser;
    RC_ASSERT(!parser.parse(text));
    RC_ASSERT(!parser.brief(text));
}

}  // namespace
}  // namespace scan
