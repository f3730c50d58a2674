// What the formats say, beyond their golden files.
#include "fakes/report_fixture.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "scan/clean_text.h"
#include "scan/report/markup.h"
#include "scan/report/sarif_parts.h"
#include "scan/report/summary.h"
#include "scan/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scan::report {
namespace {

using base::Json;
using fakes::hostile_facts;
using fakes::shop_facts;
using fakes::source_of;
using fakes::written;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Json shop_as(Format format) {
    auto json = base::parse_json(written(format, source_of(shop_facts())));
    EXPECT_TRUE(json.has_value());
    return json.value_or(Json());
}

TEST(JsonReport, HoldsFindingsThatReadBack) {
    const auto json = shop_as(Format::Json);
    ASSERT_EQ(json["findings"].size(), 10u);
    auto expected = shop_facts().findings;
    std::ranges::sort(expected, {}, [](const auto& m) { return report_order_key(m.finding); });
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(parse_merged(base::dump_json(json["findings"][i])), expected[i]);
    }
}

TEST(JsonReport, GroupsRecordsByKind) {
    const auto json = shop_as(Format::Json);
    EXPECT_EQ(json["records"]["operation"].size(), 3u);
    EXPECT_EQ(json["records"]["bflaControl"][0]["data"]["persona"], "bob");
    EXPECT_EQ(json["truth"]["reached"], 8);
    EXPECT_EQ(json["gate"]["hit"], true);
    EXPECT_EQ(json["chunks"]["list"].size(), 4u);
}

TEST(JsonReport, SaysRunningBeforeTheEnd) {
    auto facts = shop_facts();
    facts.header.outcome.reset();
    facts.header.reason.reset();
    EXPECT_THAT(written(Format::Json, source_of(facts)), HasSubstr("\"outcome\":\"Running\""));
    EXPECT_THAT(written(Format::Html, source_of(facts)), HasSubstr("Still running"));
}

TEST(JsonLinesReport, EndsWithCountsAndTheDigestOfAllLinesBefore) {
    const auto text = written(Format::JsonLines, source_of(shop_facts()));
    const auto last = text.rfind("{\"type\":\"end\"");
    ASSERT_NE(last, std::string::npos);
    const auto end = base::parse_json(std::string_view(text).substr(last));
    ASSERT_TRUE(end.has_value());
    EXPECT_EQ((*end)["sha256"], base::sha256_hex(std::string_view(text).substr(0, last)));
    EXPECT_EQ((*end)["findings"], 10);
    EXPECT_EQ((*end)["units"], 12);
    EXPECT_EQ((*end)["records"], 4);
    EXPECT_THAT(text, StartsWith("{\"type\":\"report\",\"schema\":\"scanfleet.dev/report/v1\""));
}

TEST(SarifReport, TellsEachResultItsRulePlaceAndState) {
    const auto run = shop_as(Format::Sarif)["runs"][0];
    const auto& rules = run["tool"]["driver"]["rules"];
    for (const auto& result : run["results"]) {
        EXPECT_EQ(rules[result["ruleIndex"].get<std::size_t>()]["id"], result["ruleId"]);
        EXPECT_GE(result["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
        EXPECT_EQ(result["fingerprints"]["scanfleet/v1"].get<std::string>().size(), 32u);
    }
    const auto& bola = run["results"][0];
    EXPECT_EQ(bola["level"], "error");
    EXPECT_EQ(bola["baselineState"], "unchanged");
    EXPECT_EQ(bola["properties"]["security-severity"], "9.5");
    EXPECT_EQ(bola["webRequest"]["method"], "GET");
    EXPECT_EQ(bola["webRequest"]["headers"]["Authorization"], "[redacted]");
    EXPECT_EQ(bola["webResponse"]["statusCode"], 200);
    EXPECT_EQ(run["results"][1]["baselineState"], "absent");
    EXPECT_EQ(run["automationDetails"]["id"], "scanjob/default/shop/2026-01-01T10:20:00.000Z");
}

TEST(SarifReport, ListsTheWeaknessesItsResultsReferTo) {
    const auto run = shop_as(Format::Sarif)["runs"][0];
    std::set<std::string> taxa;
    for (const auto& taxon : run["taxonomies"][0]["taxa"]) taxa.insert(taxon["id"]);
    for (const auto& result : run["results"]) {
        for (const auto& taxon : result["taxa"]) EXPECT_TRUE(taxa.contains(taxon["id"]));
    }
}

TEST(SarifReport, IsUnsuccessfulOnlyWhenTheJobFailed) {
    EXPECT_EQ(shop_as(Format::Sarif)["runs"][0]["invocations"][0]["executionSuccessful"], true);
    EXPECT_THAT(written(Format::Sarif, source_of(fakes::nothing_facts())),
                HasSubstr("\"executionSuccessful\":false"));
}

TEST(SarifReport, HasNoBaselineStatesWithoutABaseline) {
    auto facts = shop_facts();
    facts.header.baseline.clear();
    EXPECT_THAT(written(Format::Sarif, source_of(facts)), Not(HasSubstr("baselineState")));
}

TEST(SarifReport, DescribesRulesOfOtherToolsByTheirFirstFinding) {
    auto facts = shop_facts();
    auto& f = facts.findings[0].finding;
    f.rule_id = "other-tool.rule1";
    f.remediation.clear();
    f.confidence = Confidence::Low;
    f.owasp = std::vector<std::string>(30, "A01:2021");
    f.tool_name = "other";
    const auto json = base::parse_json(written(Format::Sarif, source_of(facts)));
    ASSERT_TRUE(json.has_value());
    const auto& rule = (*json)["runs"][0]["tool"]["driver"]["rules"].back();
    EXPECT_EQ(rule["id"], "other-tool.rule1");
    EXPECT_EQ(rule["name"], "OtherToolRule1");
    EXPECT_EQ(rule["help"]["text"], f.title);
    EXPECT_EQ(rule["properties"]["precision"], "low");
    EXPECT_THAT(written(Format::Html, source_of(facts)), HasSubstr("belongs to a tool of its own"));
}

TEST(SarifUri, EncodesWhatMayNotStandInOne) {
    EXPECT_EQ(sarif::uri_reference("http://h/a b?x=<y>"), "http://h/a%20b?x=%3Cy%3E");
    EXPECT_EQ(sarif::uri_reference("a%20b%zz%"), "a%20b%25zz%25");
    EXPECT_EQ(sarif::uri_reference("ü"), "%C3%BC");
    auto facts = shop_facts();
    facts.findings[0].finding.location = FileLocation{"dir a\\b#c?d%e:f.py", 0, 0, 2, 5};
    facts.findings[0].locations = {facts.findings[0].finding.location};
    EXPECT_THAT(written(Format::Sarif, source_of(facts)),
                HasSubstr("\"uri\":\"dir%20a/b%23c%3Fd%25e%3Af.py\",\"uriBaseId\":\"SRCROOT\""));
}

TEST(SarifExchange, TakesApartOnlyWhatReadsLikeHttp) {
    const auto exchange = [](EvidenceKind kind, std::string text) {
        std::string out;
        JsonText json(out);
        json.open('{');
        sarif::write_exchange(json, {kind, std::move(text)});
        json.close('}');
        return out;
    };
    EXPECT_EQ(exchange(EvidenceKind::Request, "what is this"), "{}");
    EXPECT_EQ(exchange(EvidenceKind::Request, ""), "{}");
    EXPECT_EQ(exchange(EvidenceKind::Response, "HTTP/1.1 ok"), "{}");
    EXPECT_EQ(exchange(EvidenceKind::Response, "nonsense 200"), "{}");
    EXPECT_EQ(exchange(EvidenceKind::Note, "GET / HTTP/1.1"), "{}");
    EXPECT_EQ(
        exchange(EvidenceKind::Request, "GET /a HTTP/1.1\nA: 1\nbad line\nA: 2\n\nbody"),
        R"({"webRequest":{"method":"GET","target":"/a","headers":{"A":"1"},"body":{"text":"body"}}})");
    EXPECT_EQ(exchange(EvidenceKind::Response, "HTTP/2 404"),
              R"({"webResponse":{"statusCode":404}})");
}

TEST(HtmlReport, NamesTheDigestOfItsOneScript) {
    const auto text = written(Format::Html, source_of(shop_facts()));
    const auto begin = text.find("<script>") + 8;
    const auto script = text.substr(begin, text.find("</script>", begin) - begin);
    EXPECT_THAT(text, HasSubstr("script-src 'sha256-" +
                                base::base64_encode(base::sha256_raw(script)) + "'"));
}

std::size_t count_of_text(std::string_view text, std::string_view part) {
    std::size_t n = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++n;
    return n;
}

TEST(HtmlReport, LoadsNothingAndRunsNothingOfTheTarget) {
    const auto text = written(Format::Html, source_of(hostile_facts()));
    EXPECT_EQ(count_of_text(text, "<script"), 1u);
    EXPECT_EQ(count_of_text(text, "<img"), 0u);
    EXPECT_EQ(count_of_text(text, "href=\"javascript:"), 0u);
    EXPECT_EQ(count_of_text(text, "src="), count_of_text(text, "src=x onerror"));
    EXPECT_TRUE(is_clean(text, Lines::Keep));
}

TEST(HtmlReport, SaysWhenThereIsNothingToComplainAbout) {
    auto facts = shop_facts();
    facts.findings.clear();
    facts.records.clear();
    for (auto& line : facts.units) line.status = UnitStatus::Ok;
    facts.header.coverage_percent = 100;
    facts.header.outcome = Outcome::Succeeded;
    facts.header.gate_hit = false;
    facts.header.chunk_rows.clear();
    facts.header.truth_name.clear();
    const auto text = written(Format::Html, source_of(facts));
    EXPECT_THAT(text, HasSubstr("No findings in what was scanned."));
    EXPECT_THAT(text, HasSubstr("verdict v-good"));
    EXPECT_THAT(text, Not(HasSubstr("A clean result says nothing")));
    EXPECT_THAT(text, Not(HasSubstr("Not scanned")));
}

TEST(HtmlReport, WarnsWhenUnitsAreMissingThatNobodyNames) {
    auto facts = shop_facts();
    facts.units.clear();
    EXPECT_THAT(written(Format::Html, source_of(facts)), HasSubstr("No unit says why"));
}

TEST(EveryReport, WordsEveryOutcome) {
    for (const auto outcome : {Outcome::Succeeded, Outcome::PartiallySucceeded, Outcome::Failed,
                               Outcome::TimedOut, Outcome::Cancelled}) {
        auto facts = shop_facts();
        facts.header.outcome = outcome;
        facts.header.truncated = true;
        facts.header.level.reset();
        EXPECT_THAT(written(Format::Table, source_of(facts)), HasSubstr(to_string(outcome)));
        EXPECT_THAT(written(Format::Html, source_of(facts)), HasSubstr("cut at the limits"));
        EXPECT_THAT(written(Format::Sarif, source_of(facts)), HasSubstr("cut at the limits"));
    }
}

TEST(MarkdownReport, HoldsNoMarkupOfTheTarget) {
    const auto text = written(Format::Markdown, source_of(hostile_facts()));
    EXPECT_THAT(text, Not(HasSubstr("<")));
    EXPECT_THAT(text, Not(HasSubstr("@admin")));
    EXPECT_THAT(text, Not(HasSubstr("#123")));
    EXPECT_THAT(text, Not(HasSubstr("http://")));
    EXPECT_THAT(text, Not(HasSubstr("www.")));
    EXPECT_THAT(text, Not(HasSubstr("`")));
    EXPECT_THAT(text, Not(HasSubstr("javascript:alert(3)")));
}

TEST(MarkdownReport, LinksTheFullReport) {
    auto facts = shop_facts();
    facts.header.report_link = "https://scan.example/report.html";
    EXPECT_THAT(written(Format::Markdown, source_of(facts)),
                HasSubstr("[Full report](<https://scan.example/report.html>)"));
}

TEST(MarkdownReport, SaysNoFindings) {
    auto facts = shop_facts();
    facts.findings.clear();
    EXPECT_THAT(written(Format::Markdown, source_of(facts)), HasSubstr("No findings.\n"));
}

TEST(JunitReport, FailsAtTheGateOrAtHighWithoutOne) {
    auto facts = shop_facts();
    facts.header.fail_on.reset();
    EXPECT_THAT(written(Format::JUnit, source_of(facts)),
                HasSubstr("failures=\"4\" errors=\"3\" skipped=\"1\""));
    facts.header.fail_on = FailOn{};
    facts.header.fail_on->severity = Severity::Low;
    EXPECT_THAT(written(Format::JUnit, source_of(facts)), HasSubstr("type=\"api.5xx\""));
    facts.header.fail_on->state = GateState::New;
    EXPECT_THAT(written(Format::JUnit, source_of(facts)), Not(HasSubstr("type=\"api.bola\"")));
}

TEST(JunitReport, LeavesOutFindingsThatNoGateCounts) {
    auto facts = shop_facts();
    for (auto& merged : facts.findings) merged.finding.category = Category::Quality;
    EXPECT_THAT(written(Format::JUnit, source_of(facts)), HasSubstr("failures=\"0\""));
}

TEST(JunitReport, SuitesAreResourceGroupsHostsOrFolders) {
    auto facts = shop_facts();
    facts.units = {{.id = "GET /items/{id}"},
                   {.id = "https://shop.example/a/b?c"},
                   {.id = "src/app/main.py"},
                   {.id = "17"}};
    const auto text = written(Format::JUnit, source_of(facts));
    for (const auto* name : {"\"/items\"", "\"shop.example\"", "\"src/app\"", "\"units\""}) {
        EXPECT_THAT(text, HasSubstr(std::string("<testsuite name=") + name));
    }
}

TEST(TableReport, HasColoursOnlyWhenAsked) {
    EXPECT_THAT(written(Format::Table, source_of(hostile_facts())), Not(HasSubstr("\x1b")));
    EXPECT_THAT(written(Format::Table, source_of(hostile_facts()), {.colors = true}),
                HasSubstr("\x1b[1;31m"));
}

TEST(TableReport, EndsWithTheVerdict) {
    const auto text = written(Format::Table, source_of(shop_facts()));
    const auto last = text.substr(text.rfind("PartiallySucceeded"));
    EXPECT_THAT(last, HasSubstr("66 % scanned (8 of 12 units)"));
    EXPECT_THAT(last, HasSubstr("hit"));
}

TEST(TableReport, CutsListsAndCountsTheRest) {
    auto facts = fakes::nothing_facts();
    facts.units.assign(30, facts.units[0]);
    facts.header.notices.assign(12, "a notice");
    facts.header.chunk_rows.assign(13, facts.header.chunk_rows[2]);
    const auto text = written(Format::Table, source_of(facts));
    EXPECT_THAT(text, HasSubstr("  and 10 more\n"));
    EXPECT_THAT(text, HasSubstr("  and 3 more chunks\n"));
    EXPECT_THAT(text, HasSubstr("  and 2 more\n"));
}

TEST(Redaction, ACutMarkIsNoSecret) {
    auto facts = shop_facts();
    facts.findings[0].finding.evidence[0].text = "GET / HTTP/1.1\nAuthorization: [redac…";
    EXPECT_FALSE(written(Format::Json, source_of(facts)).empty());
}

std::string refusal(const fakes::ReportFacts& facts) {
    const auto result = write(Format::JsonLines, source_of(facts),
                              [](std::string_view) -> base::Result<> { return {}; });
    return result ? "" : result.error().message();
}

TEST(Redaction, LooksAtEveryTextThatMayComeFromATarget) {
    const std::string secret = "Authorization: Bearer abcdefghijklmnopqrstuvwxyz0123456789";
    const std::vector<std::pair<std::string_view, std::function<void(fakes::ReportFacts&)>>>
        places = {
            {"header", [&](auto& f) { f.header.target = "http://user:hunter2secret@host/"; }},
            {"notice", [&](auto& f) { f.header.notices[0] = secret; }},
            {"truth", [&](auto& f) { f.header.truth_missed[0] = secret; }},
            {"chunk", [&](auto& f) { f.header.chunk_rows[0].message = secret; }},
            {"finding", [&](auto& f) { f.findings[0].finding.evidence[0].text = secret; }},
            {"finding", [&](auto& f) { f.findings[0].finding.title = secret; }},
            {"finding", [&](auto& f) { f.findings[0].finding.remediation = secret; }},
            {"finding",
             [&](auto& f) { f.findings[0].finding.references = {"https://u:hunter2secret@h/"}; }},
            {"finding",
             [&](auto& f) { f.findings[0].finding.suppressed = Suppression{"inline", secret}; }},
            {"finding",
             [&](auto& f) {
                 f.findings[0].finding.target_uri = "http://user:hunter2secret@host/";
             }},
            {"finding",
             [&](auto& f) { f.findings[0].finding.location = FileLocation{.path = secret}; }},
            {"finding",
             [&](auto& f) { f.findings[0].finding.location = GenericLocation{"", secret}; }},
            {"finding",
             [&](auto& f) { f.findings[0].locations.push_back(GenericLocation{"", secret}); }},
            {"unit", [&](auto& f) { f.units[0].id = secret; }},
            {"record", [&](auto& f) { f.records[0].key = secret; }},
        };
    for (const auto& [where, spoil] : places) {
        auto facts = shop_facts();
        spoil(facts);
        EXPECT_THAT(refusal(facts), HasSubstr(where));
        EXPECT_THAT(refusal(facts), Not(HasSubstr("hunter2")));
        EXPECT_THAT(refusal(facts), Not(HasSubstr("abcdef")));
    }
}

TEST(Summary, CountsAndSentences) {
    Header header;
    EXPECT_EQ(counted(1, "unit"), "1 unit");
    EXPECT_EQ(findings_sentence(header), "no findings");
    EXPECT_EQ(truth_sentence(header), "");
    EXPECT_EQ(gate_sentence(header), "");
    header.units_planned = 3;
    EXPECT_EQ(coverage_warning(header), "Nothing was scanned: 0 of 3 units.");
    header.coverage_percent = 100;
    EXPECT_EQ(coverage_warning(header), "");
    header.fail_on = FailOn{};
    header.fail_on->count = 2;
    header.fail_on->state = GateState::New;
    EXPECT_EQ(gate_sentence(header), "gate not hit: it takes 2 new findings of high or above");
    header.completion_time = header.start_time - base::Duration(5);
    EXPECT_EQ(wall_time(header), base::Duration(0));
    EXPECT_EQ(speedup_percent(header), 0);
}

TEST(Markup, FitsTextIntoColumns) {
    EXPECT_EQ(fit("abc", 5, Pad::Yes), "abc  ");
    EXPECT_EQ(fit("abcdef", 5, Pad::No), "abcd…");
    EXPECT_EQ(fit("東京タワー", 5, Pad::Yes), "東京…");
    EXPECT_EQ(display_width("e\u0301"), 1u);
    EXPECT_EQ(display_width("😀"), 2u);
    EXPECT_EQ(fit("ü😀東a", 4, Pad::Yes), "ü😀…");
}

}  // namespace
}  // namespace scan::report
