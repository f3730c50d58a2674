#include "fakes/report_fixture.h"

#include "scan/rules.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>

namespace fakes {
namespace {

using namespace scan;
using namespace std::chrono_literals;

OperationLocation at(std::string method, std::string path, int line) {
    OperationLocation place{"0:127.0.0.1", std::move(method), std::move(path)};
    place.spec_uri = "http://127.0.0.1:5000/openapi.json";
    place.start_line = line;
    place.start_column = 7;
    return place;
}

MergedFinding found(std::string_view rule, std::string unit, Location place, std::string message,
                    std::uint32_t chunk = 0) {
    return first_of(make_finding(rule, std::move(unit), std::move(place), std::move(message)),
                    chunk);
}

UnitLine unit(std::string id, UnitStatus status, std::string reason, std::int64_t ms) {
    UnitLine line{.id = std::move(id), .status = status, .reason = std::move(reason)};
    line.ms = ms;
    line.requests = ms / 20;
    line.bytes = ms * 17;
    line.truth = {
        {"checksPlanned", 6}, {"checksRun", 4}, {"reached2xx", status == UnitStatus::Ok ? 1 : 0}};
    return line;
}

Record operation(std::string method, std::string path, bool reached, std::string statuses) {
    auto name = method + " " + path;
    return {name, "operation", name,
            R"({"checks":[{"id":"api.auth.missing","ran":true},{"id":"api.bola","ran":)" +
                std::string(reached ? "true" : "false") + R"(}],"medianMs":12,"method":")" +
                method + R"(","reached2xx":)" + (reached ? "1" : "0") +
                R"(,"security":true,"server":"0:127.0.0.1","statusCounts":)" + statuses +
                R"(,"template":")" + path + R"("})"};
}

void count(FindingCounts& counts, const MergedFinding& merged) {
    if (merged.state == FindingState::Fixed) {
        ++counts.fixed;
        return;
    }
    if (merged.finding.suppressed) {
        ++counts.suppressed;
        return;
    }
    ++counts.total;
    if (merged.state == FindingState::New) ++counts.fresh;
    switch (merged.finding.severity) {
    case Severity::Critical: ++counts.critical; break;
    case Severity::High: ++counts.high; break;
    case Severity::Medium: ++counts.medium; break;
    case Severity::Low: ++counts.low; break;
    case Severity::Info: ++counts.info; break;
    }
}

// Keys are made once: making them in each comparison would take most of a test's time.
void put_in_report_order(std::vector<MergedFinding>& findings) {
    std::multimap<std::string, MergedFinding> by_key;
    for (auto& merged : findings) {
        auto key = report_order_key(merged.finding);
        by_key.emplace(std::move(key), std::move(merged));
    }
    findings.clear();
    for (auto& [key, merged] : by_key) findings.push_back(std::move(merged));
}

report::ChunkRow chunk(std::uint32_t index, std::string status, std::int64_t from_ms,
                       std::int64_t ms) {
    report::ChunkRow row{.index = index, .status = std::move(status), .reason = "", .message = ""};
    row.attempts = 1;
    row.units = 3;
    row.started_after = base::Duration(from_ms);
    row.wall = base::Duration(ms);
    return row;
}

report::Header shop_header() {
    report::Header header;
    header.job = "shop";
    header.namespace_ = "default";
    header.run_id = "7f3c12ab-90de-4f55-8f16-2a6c0b7d9e41";
    header.scanner = ScannerType::Api;
    header.scanner_version = "1.2.3";
    header.rules_version = "api-1";
    header.target = "http://127.0.0.1:5000";
    header.level = Authorization::Active;
    header.start_time = base::Instant(1'767'262'800'000ms);
    header.completion_time = header.start_time + 12'400ms;
    header.outcome = Outcome::PartiallySucceeded;
    header.reason = Reason::PartiallyCompleted;
    header.message = "8 of 12 units scanned (66 %); 2 failed, 1 timed out, 1 forbidden";
    header.coverage_percent = 66;
    header.units_planned = 12;
    header.truth_name = "operations that answered 2xx";
    header.truth_reached = 8;
    header.truth_total = 12;
    header.truth_missed = {"DELETE /items/{id}", "GET /admin/report", "GET /export",
                           "POST /orders"};
    header.notices = {"1 of 13 operations not allowed at Active: PUT /users/{id} needs Intrusive"};
    header.chunks.total = 4;
    header.chunks.succeeded = 3;
    header.chunks.failed = 1;
    header.chunk_rows = {chunk(0, "succeeded", 300, 9'000), chunk(1, "succeeded", 320, 7'400),
                         chunk(2, "failed", 350, 11'800), chunk(3, "succeeded", 7'800, 4'100)};
    header.chunk_rows[2].reason = "ExitCode";
    header.chunk_rows[2].message = "the runner ended with 69: the target answered nothing for 30 s";
    header.chunk_rows[2].attempts = 3;
    header.attempts = 6;
    header.requests = 431;
    header.sequential_estimate = 31'500ms;
    header.baseline = "shop-yesterday";
    header.fail_on = FailOn{};
    header.gate_hit = true;
    return header;
}

std::vector<UnitLine> shop_units() {
    return {unit("DELETE /items/{id}", UnitStatus::Forbidden, "out-of-scope", 0),
            unit("GET /admin/report", UnitStatus::Failed, "tls-error", 120),
            unit("GET /debug", UnitStatus::Ok, "", 340),
            unit("GET /export", UnitStatus::TimedOut, "timeout", 9'000),
            unit("GET /items", UnitStatus::Ok, "", 410),
            unit("GET /items/{id}", UnitStatus::Ok, "", 530),
            unit("GET /me", UnitStatus::Ok, "", 220),
            unit("GET /orders", UnitStatus::Ok, "", 380),
            unit("GET /orders/{id}", UnitStatus::Ok, "", 640),
            unit("GET /search", UnitStatus::Ok, "", 300),
            unit("GET /users", UnitStatus::Ok, "", 290),
            unit("POST /orders", UnitStatus::Failed, "budget-spent", 2'400)};
}

MergedFinding bola() {
    auto merged = found("api.bola", "GET /orders/{id}", at("GET", "/orders/{id}", 88),
                        "User bob got order 17 of user alice: the same content as alice sees, "
                        "while anonymous callers get "
                        "401 and bob's own list does not have it.",
                        1);
    merged.finding.severity = Severity::Critical;
    merged.finding.evidence = {
        {EvidenceKind::Request,
         "GET /orders/17 HTTP/1.1\r\nHost: 127.0.0.1:5000\r\nAuthorization: [redacted]\r\n\r\n"},
        {EvidenceKind::Response,
         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"id\": 17, \"owner\": "
         "\"alice\", \"total\": 129.9}"}};
    merged.state = FindingState::Unchanged;
    return merged;
}

std::vector<MergedFinding> shop_findings() {
    std::vector<MergedFinding> all = {bola()};
    all.push_back(found("api.auth.missing", "GET /users", at("GET", "/users", 31),
                        "The list of users is answered without a token, the same as with one.", 0));
    all.back().finding.evidence = {
        {EvidenceKind::Request, "GET /users HTTP/1.1\r\nHost: 127.0.0.1:5000\r\n"},
        {EvidenceKind::Response, "HTTP/1.1 200 OK\r\n\r\n[{\"name\": \"alice\"}, …"}};
    all.push_back(found("api.exposure.sensitive", "GET /me", at("GET", "/me", 52),
                        "The answer holds a bcrypt hash in $.credentials.hash.", 0));
    all.back().finding.cvss_score = 75;
    all.push_back(found(
        "api.cors", "GET /items", at("GET", "/items", 12),
        "A random origin was repeated in Access-Control-Allow-Origin, with credentials allowed.",
        0));
    auto leak_at = at("GET", "/search", 97);
    leak_at.parameter_in = "query";
    leak_at.parameter_name = "limit";
    all.push_back(found("api.error-leak", "GET /search", leak_at,
                        "limit=abc is answered with a Python stack trace.", 3));
    all.back().finding.evidence = {
        {EvidenceKind::Snippet,
         "Traceback (most recent call last):\n  File \"shop.py\", line 12, in search\nValueError"}};
    all.push_back(found("api.5xx", "GET /search", at("GET", "/search", 97),
                        "limit=-1 is answered with 500.", 3));
    all.push_back(found(
        "api.headers", "", OperationLocation{"0:127.0.0.1", "", ""},
        "X-Content-Type-Options is missing in answers of 8 of 8 operations of 0:127.0.0.1.", 0));
    all.back().finding.evidence = {{EvidenceKind::Note, "GET /debug"},
                                   {EvidenceKind::Note, "GET /items"}};
    all.push_back(found("api.exposure.sensitive", "GET /debug", at("GET", "/debug", 70),
                        "The answer holds a private key.", 2));
    all.back().finding.suppressed =
        Suppression{"exemption", "A key made for tests; it opens nothing."};
    all.push_back(found("api.auth.missing", "GET /orders", at("GET", "/orders", 80),
                        "Orders were answered without a token."));
    all.back().state = FindingState::Fixed;
    auto twice = found("api.5xx", "GET /items/{id}", at("GET", "/items/{id}", 20),
                       "id=%00 is answered with 500.", 0);
    twice.finding.severity = Severity::Info;
    twice.locations.push_back(at("GET", "/items/{id}", 21));
    twice.occurrences = 2;
    twice.chunks = {0, 1, 3};
    all.push_back(twice);
    return all;
}

}  // namespace

report::Source source_of(ReportFacts facts) {
    put_in_report_order(facts.findings);
    auto& header = facts.header;
    header.findings = {};
    for (const auto& merged : facts.findings) count(header.findings, merged);
    header.units = {};
    for (const auto& line : facts.units) header.units.add(line.status);
    header.records = facts.records.size();
    const auto kept = std::make_shared<ReportFacts>(std::move(facts));
    const auto each = [kept](auto member) {
        return [kept, member](const auto& take) -> base::Result<> {
            for (const auto& item : (*kept).*member) TRY(take(item));
            return {};
        };
    };
    return {.header = kept->header,
            .each_finding = each(&ReportFacts::findings),
            .each_unit = each(&ReportFacts::units),
            .each_record = each(&ReportFacts::records)};
}

ReportFacts shop_facts() {
    return {.header = shop_header(),
            .findings = shop_findings(),
            .units = shop_units(),
            .records = {
                operation("GET", "/items", true, R"({"200":9,"404":1})"),
                operation("GET", "/orders/{id}", true, R"({"200":4,"401":2})"),
                operation("POST", "/orders", false, R"({"422":6})"),
                Record{"GET /me", "bflaControl", "bob", R"({"persona":"bob","rejected":true})"}}};
}

ReportFacts hostile_facts() {
    const std::string markup = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>'";
    const std::string tricks =
        std::string("a\0b", 3) +
        " \u202egpj.exe\u202c `code` | cell | @admin #123 ]]> --> www.evil.example "
        "http://evil.example [x](javascript:alert(1)) \x1b[31m \xff";
    auto facts = shop_facts();
    auto& header = facts.header;
    header.job = "shop" + markup;
    header.target = "http://127.0.0.1:5000/" + markup;
    header.message = tricks;
    header.notices = {markup, tricks};
    header.truth_missed = {markup};
    header.chunk_rows[2].message = markup + tricks;
    header.report_link = "javascript:alert(3)";
    for (auto& line : facts.units) line.id += markup;
    facts.units[1].reason = markup;
    for (auto& record : facts.records) record.key += tricks;
    for (auto& merged : facts.findings) {
        auto& f = merged.finding;
        f.title = markup + tricks;
        f.message = tricks + markup;
        f.unit += markup;
        f.references = {"javascript:alert(4)", "https://example.org/\"onmouseover=alert(5)"};
        f.evidence.push_back(
            {EvidenceKind::Response, "HTTP/1.1 200 OK\r\nX-A: " + markup + "\r\n\r\n" + tricks});
    }
    auto& place = std::get<OperationLocation>(facts.findings[1].finding.location);
    place.path_template = "/a b%zz/{" + markup + "}";
    facts.findings[2].finding.location =
        FileLocation{"dir with space\\a#b%20?\u202e.py", 3, 0, 4, 2};
    facts.findings[3].finding.location = GenericLocation{"x:" + tricks, markup};
    for (auto& merged : facts.findings) merged.locations = {merged.finding.location};
    return facts;
}

ReportFacts nothing_facts() {
    auto facts = shop_facts();
    facts.findings.clear();
    facts.records.clear();
    for (auto& line : facts.units) {
        line.status = UnitStatus::Failed;
        line.reason = "tls-error";
    }
    auto& header = facts.header;
    header.outcome = Outcome::Failed;
    header.reason = Reason::ChunksFailed;
    header.message = "0 of 12 units scanned (0 %); 12 failed; no unit was scanned to its end";
    header.coverage_percent = 0;
    header.truth_reached = 0;
    header.baseline.clear();
    header.gate_hit = false;
    return facts;
}

report::Source many_findings(std::uint64_t count, std::size_t evidence_bytes) {
    auto header = shop_header();
    header.findings.total = count;
    header.findings.medium = count;
    header.units.ok = 12;
    header.coverage_percent = 100;
    auto model =
        found("api.error-leak", "GET /search", at("GET", "/search", 97), "A stack trace.", 3);
    model.finding.evidence = {{EvidenceKind::Snippet, std::string(evidence_bytes, '<')}};
    return {.header = header,
            .each_finding = [model, count](const auto& take) -> base::Result<> {
                auto merged = model;
                for (std::uint64_t i = 0; i < count; ++i) {
                    const auto digits = std::to_string(i);
                    merged.finding.id = std::string(32 - digits.size(), '0') + digits;
                    TRY(take(merged));
                }
                return {};
            },
            .each_unit = [](const auto&) -> base::Result<> { return {}; },
            .each_record = [](const auto&) -> base::Result<> { return {}; }};
}

std::string written(report::Format format, const report::Source& source,
                    const report::Options& options) {
    std::string text;
    const auto result = report::write(
        format, source,
        [&text](std::string_view bytes) -> base::Result<> {
            text += bytes;
            return {};
        },
        options);
    EXPECT_TRUE(result.has_value()) << result.error().message();
    return result ? text : "";
}

}  // namespace fakes
