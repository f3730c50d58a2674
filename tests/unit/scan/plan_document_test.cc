#include "scan/plan_document.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <fmt/format.h>

#include <string>

namespace scan {
namespace {

const std::string kDigest(64, 'a');

PlanDocument small_plan() {
    PlanDocument plan;
    plan.head = {.scanner = ScannerType::Api,
                 .rules_version = "7",
                 .inputs = {{"openapi", kDigest, 12}},
                 .hosts = {{"shop", AddressClass::Private}},
                 .limits = {{"host:shop", 2, 10, 1000}},
                 .notices = {"1 of 3 operations not allowed at Passive"},
                 .chunk_count = 2,
                 .unit_count = 3};
    plan.chunks = {
        {.index = 0,
         .concurrency_key = "host:shop",
         .weight_millis = 300,
         .credentials = {"alice"},
         .rps = 10,
         .rps_period_millis = 2000,
         .units = {{.id = "GET /a",
                    .weight_millis = 100,
                    .affinity = "a",
                    .concurrency_key = "host:shop",
                    .once = true,
                    .requests = 60,
                    .params_json = R"({"op":1,"x":[1.5,"ä"]})"},
                   {.id = "GET /b", .weight_millis = 200, .concurrency_key = "host:shop"}}},
        {.index = 1, .weight_millis = 1, .units = {{.id = "c"}}}};
    return plan;
}

TEST(PlanDocument, IsWrittenLikeThis) {
    EXPECT_EQ(
        plan_to_lines(small_plan()),
        R"({"v":1,"scanner":"Api","rulesVersion":"7","inputs":[{"name":"openapi","sha256":")" +
            kDigest +
            R"(","bytes":12}],"hosts":[{"host":"shop","addressClass":"private"}],"limits":[{"concurrencyKey":"host:shop","maxInFlight":2,"rps":10,"rpsPeriodMillis":1000}],"notices":["1 of 3 operations not allowed at Passive"],"emptyIsFine":false,"chunks":2,"units":3}
{"index":0,"concurrencyKey":"host:shop","weightMillis":300,"credentials":["alice"],"rps":10,"rpsPeriodMillis":2000,"units":[{"id":"GET /a","weightMillis":100,"affinity":"a","once":true,"requests":60,"params":{"op":1,"x":[1.5,"ä"]}},{"id":"GET /b","weightMillis":200}]}
{"index":1,"concurrencyKey":"","weightMillis":1,"rps":0,"rpsPeriodMillis":1000,"units":[{"id":"c","weightMillis":1}]}
)");
}

TEST(PlanDocument, ReadsBackWhatItWrote) {
    const auto plan = parse_plan(plan_to_lines(small_plan()));
    ASSERT_TRUE(plan) << plan.error().message();
    EXPECT_EQ(*plan, small_plan());
}

TEST(PlanDocument, ReadsLinesAlone) {
    const auto plan = small_plan();
    const auto head = parse_plan_head(plan_head_line(plan.head));
    const auto chunk = parse_chunk(chunk_line(plan.chunks[0]));
    ASSERT_TRUE(head && chunk);
    EXPECT_EQ(*head, plan.head);
    EXPECT_EQ(*chunk, plan.chunks[0]);
}

TEST(PlanDocument, KeepsParametersInOneLine) {
    Chunk chunk{.units = {{.id = "u", .params_json = "{\n  \"a\": 1\r\n}"}}};
    const auto line = chunk_line(chunk);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    const auto read = parse_chunk(line);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->units[0].params_json, R"({"a":1})");
}

TEST(PlanDocument, KnowsEveryAddressClass) {
    for (const auto c : {AddressClass::Public, AddressClass::Private, AddressClass::Loopback}) {
        const auto head = parse_plan_head(plan_head_line({.hosts = {{"h", c}}}));
        ASSERT_TRUE(head);
        EXPECT_EQ(head->hosts[0].address_class, c);
    }
}

TEST(PlanDocument, MayBeEmpty) {
    const auto plan = parse_plan(plan_to_lines({.head = {.empty_is_fine = true}, .chunks = {}}));
    ASSERT_TRUE(plan);
    EXPECT_TRUE(plan->head.empty_is_fine);
}

// The small plan with one text replaced by another.
std::string refusal(std::string_view from, std::string_view to) {
    auto text = plan_to_lines(small_plan());
    const auto at = text.find(from);
    if (at == std::string::npos) return fmt::format("\"{}\" is not in the plan", from);
    text.replace(at, from.size(), to);
    const auto plan = parse_plan(text);
    return plan ? "accepted" : plan.error().message();
}

TEST(PlanDocument, RefusesWhatDoesNotFitTogether) {
    struct Case {
        std::string_view claim, from, to, message;
    };
    const Case cases[] = {
        {"gap in the indices", R"("index":1)", R"("index":2)",
         "plan document, line 3: chunk 2 stands where chunk 1 must stand"},
        {"fewer chunks than promised", R"("chunks":2)", R"("chunks":3)",
         "plan document: the head says 3 chunks and 3 units, but there are 2 and 3"},
        {"more units than promised", R"("units":3)", R"("units":2)",
         "plan document, line 3: more units than the 2 of the head"},
        {"fewer units than promised", R"("units":3)", R"("units":4)",
         "plan document: the head says 2 chunks and 4 units, but there are 2 and 3"},
        {"unit twice", R"("id":"c")", R"("id":"GET /a")",
         "plan document: unit \"GET /a\" stands in the plan twice"},
        {"two keys in a chunk", R"("id":"c")", R"("concurrencyKey":"x","id":"c")",
         "plan document, line 3: chunk.units.concurrencyKey differs from its chunk's"},
        {"broken line", R"({"index":1)", R"({index":1)", "plan document, line 3: not JSON"},
        {"other version", R"("v":1)", R"("v":2)",
         "plan document, line 1: plan.v must be between 1 and 1, is 2"},
        {"unknown scanner", R"("Api")", R"("Nmap")",
         "plan document, line 1: plan.scanner is not a known word: \"Nmap\""},
        {"weight of zero", R"("weightMillis":200)", R"("weightMillis":0)",
         "plan document, line 2: chunk.units.weightMillis must be between 1 and 86400000, is 0"},
        {"missing id", R"("id":"c",)", "", "plan document, line 3: chunk.units.id is missing"},
        {"units that are no objects", R"([{"id":"c","weightMillis":1}])", "[7]",
         "plan document, line 3: chunk.units must hold objects"},
        {"empty line", "\n{\"index\":1", "\n\n{\"index\":1", "plan document, line 3: not JSON"},
    };
    for (const auto& c : cases) {
        const auto message = refusal(c.from, c.to);
        EXPECT_TRUE(message.starts_with(c.message)) << c.claim << ": " << message;
    }
}

TEST(PlanDocument, RefusesParametersThatAreTooLarge) {
    Chunk chunk{.units = {{.id = "u", .params_json = fmt::format(R"({{"a":"{:70000}"}})", "")}}};
    const auto read = parse_chunk(chunk_line(chunk));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message(), "chunk.units.params must have at most 64 KiB");
}

TEST(PlanDocument, RefusesAnEmptyText) { EXPECT_FALSE(parse_plan("")); }

TEST(UnitId, StaysAsItIsUpTo512Bytes) {
    EXPECT_EQ(unit_id("GET /items/{id}"), "GET /items/{id}");
    EXPECT_EQ(unit_id(std::string(512, 'x')), std::string(512, 'x'));
}

TEST(UnitId, IsCutBeyondWithADigestOfTheWhole) {
    const auto id = unit_id(std::string(513, 'x'));
    EXPECT_EQ(id.size(), 400u + 1 + 32);
    EXPECT_EQ(id.substr(0, 401), std::string(400, 'x') + "#");
    EXPECT_NE(id, unit_id(std::string(514, 'x')));
}

TEST(UnitId, IsCutAtACharacter) {
    std::string raw = std::string(399, 'x');
    while (raw.size() <= 512) raw += "ä";
    EXPECT_EQ(unit_id(raw).substr(0, 400), std::string(399, 'x') + "#");
}

RC_GTEST_PROP(PlanDocument, BearsAnyText, (const std::string& text)) {
    RC_ASSERT(!parse_plan(text));
    RC_ASSERT(!parse_plan(plan_head_line({.chunk_count = 1, .unit_count = 1}) + text));
}

RC_GTEST_PROP(PlanDocument, KeepsEveryUnitId, (const std::string& raw)) {
    RC_PRE(!raw.empty());
    const Chunk chunk{.units = {{.id = raw}}};
    const auto read = parse_chunk(chunk_line(chunk));
    RC_ASSERT(bool(read));
}

}  // namespace
}  // namespace scan
