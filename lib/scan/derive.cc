// Findings from facts of many units (docs/formats/api-records.md). Independent of the records'
// order.
#include "base/json.h"
#include "base/text.h"
#include "scan/merge.h"
#include "scan/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

namespace scan {
namespace {

using base::Json;

constexpr std::size_t kEvidenceMax = 5;
// A version string is short; what is longer is an attack on the reader.
constexpr std::size_t kHeaderValueMax = 120;

struct HeaderRule {
    std::string_view fact;
    std::string_view header;         // as people write it
    std::string_view discriminator;  // as the fingerprint has it
    std::string_view title;
    std::string_view problem;  // "… in answers of 3 of 12 operations"
    Severity severity;
    int cwe;
};

constexpr std::array kHeaderRules = {
    HeaderRule{"xContentTypeOptions", "X-Content-Type-Options", "x-content-type-options",
               "Response header X-Content-Type-Options is missing", "is missing", Severity::Low,
               693},
    HeaderRule{"hsts", "Strict-Transport-Security", "strict-transport-security",
               "Response header Strict-Transport-Security is missing", "is missing", Severity::Low,
               693},
    HeaderRule{"cacheControlNoStore", "Cache-Control: no-store", "cache-control",
               "Answers for authenticated users may be cached", "is missing", Severity::Low, 525},
    HeaderRule{"contentType", "Content-Type", "content-type",
               "Response header Content-Type is missing or wrong", "is missing or wrong",
               Severity::Low, 693},
    HeaderRule{"serverVersion", "Server", "server", "Response header Server names a version",
               "names a version", Severity::Info, 200},
    HeaderRule{"poweredBy", "X-Powered-By", "x-powered-by",
               "Response header X-Powered-By names the software", "names the software",
               Severity::Info, 200},
};

// What the operations of one server say about one header.
struct HeaderFacts {
    std::uint64_t seen = 0;  // operations that could have shown it
    std::uint64_t bad = 0;
    std::set<std::string> examples;  // the smallest kEvidenceMax
    std::string value;               // smallest value, for versions
    OperationLocation location;      // the smallest specification place
};

// "missing": 3, or the word itself where there was one answer.
bool counts(const Json& fact, std::string_view word) {
    if (fact.is_string()) return fact.get<std::string>() == word;
    return base::get_int(fact, word) > 0;
}

enum class Judgement { Unseen, Good, Bad };

Judgement judge(const HeaderRule& rule, const Json& record, const Json& fact) {
    const bool is_value = rule.fact == "serverVersion" || rule.fact == "poweredBy";
    if (is_value) {
        const bool named = fact.is_string() && !fact.get<std::string>().empty();
        return named ? Judgement::Bad : Judgement::Good;
    }
    if (rule.fact == "hsts" && base::get_string(record, "scheme") != "https")
        return Judgement::Unseen;
    if (rule.fact == "cacheControlNoStore" && !base::get_bool(record, "security"))
        return Judgement::Unseen;
    if (counts(fact, "missing") || counts(fact, "wrong")) return Judgement::Bad;
    return counts(fact, "present") || counts(fact, "ok") ? Judgement::Good : Judgement::Unseen;
}

void add_example(HeaderFacts& facts, const HeaderRule& rule, const Json& record, const Json& fact) {
    auto example = fmt::format("{} {}", base::get_string(record, "method"),
                               base::get_string(record, "template"));
    if (rule.severity == Severity::Info) {
        const auto value = base::ellipsize(fact.get<std::string>(), kHeaderValueMax);
        if (facts.value.empty() || value < facts.value) facts.value = value;
        example += fmt::format("  {}: {}", rule.header, value);
    }
    facts.examples.insert(std::move(example));
    if (facts.examples.size() > kEvidenceMax) facts.examples.erase(std::prev(facts.examples.end()));
}

void place_in_specification(HeaderFacts& facts, const Json& record) {
    auto uri = base::get_string(record, "specUri");
    if (uri.empty()) return;
    auto& mine = facts.location.spec_uri;
    if (mine.empty() || uri < mine) mine = std::move(uri);
}

using ByServer = std::map<std::pair<std::string, std::size_t>, HeaderFacts>;

void take_record(ByServer& by_server, const Json& record) {
    const auto* header_facts = base::find(record, "headerFacts");
    if (header_facts == nullptr) return;
    const auto server = base::get_string(record, "server");
    for (std::size_t i = 0; i < kHeaderRules.size(); ++i) {
        const auto& rule = kHeaderRules[i];
        const auto* fact = base::find(*header_facts, rule.fact);
        if (fact == nullptr) continue;
        const auto judgement = judge(rule, record, *fact);
        if (judgement == Judgement::Unseen) continue;
        auto& facts = by_server[{server, i}];
        ++facts.seen;
        place_in_specification(facts, record);
        if (judgement == Judgement::Good) continue;
        ++facts.bad;
        add_example(facts, rule, record, *fact);
    }
}

Finding header_finding(const std::string& server, const HeaderRule& rule, HeaderFacts& facts) {
    auto message = fmt::format("{} {} in answers of {} of {} operation{} of {}", rule.header,
                               rule.problem, facts.bad, facts.seen, facts.seen == 1 ? "" : "s",
                               server.empty() ? "the server" : server);
    if (!facts.value.empty()) message += fmt::format(" ({})", facts.value);
    message += '.';
    facts.location.server = server;
    auto finding = make_finding("api.headers", "", facts.location, std::move(message),
                                std::string(rule.discriminator));
    finding.title = rule.title;
    finding.severity = rule.severity;
    finding.cwe = {rule.cwe};
    for (const auto& example : facts.examples) {
        finding.evidence.push_back({EvidenceKind::Note, example});
    }
    return finding;
}

std::vector<Finding> derive_api(const std::vector<Record>& records) {
    ByServer by_server;
    for (const auto& record : records) {
        if (record.kind != "operation") continue;
        // Data that does not parse was refused by ingest already; a fact that is not there is not
        // known.
        if (const auto data = base::parse_json(record.data_json)) take_record(by_server, *data);
    }
    std::vector<Finding> findings;
    for (auto& [key, facts] : by_server) {
        if (facts.bad == 0) continue;
        findings.push_back(header_finding(key.first, kHeaderRules[key.second], facts));
    }
    return findings;
}

}  // namespace

std::vector<Finding> derive(ScannerType scanner, const std::vector<Record>& records) {
    switch (scanner) {
    case ScannerType::Api: return derive_api(records);
    case ScannerType::Synthetic: return {};
    }
    return {};
}

}  // namespace scan
