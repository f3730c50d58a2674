#include "scan/stream_finding.h"

#include "scan/stream_bounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace scan {
namespace {

using json::Need;
using json::Reader;
using json::Span;
using std::string_view;

constexpr Span up_to(std::size_t bytes) { return {0, static_cast<std::int64_t>(bytes)}; }
constexpr Span some_up_to(std::size_t bytes) { return {1, static_cast<std::int64_t>(bytes)}; }
// Beyond what MITRE has numbered, and far from overflow.
constexpr Span kCweNumbers{1, 99'999};
// CVSS × 10.
constexpr Span kCvssScores{0, 100};
constexpr Span kPlaces{0, bounds::kIntMax};

std::optional<EvidenceKind> evidence_kind_from(string_view word) {
    using enum EvidenceKind;
    static constexpr std::array<std::pair<string_view, EvidenceKind>, 6> kWords = {
        {{"request", Request},
         {"response", Response},
         {"snippet", Snippet},
         {"config", Config},
         {"screenshotRef", ScreenshotRef},
         {"note", Note}}};
    const auto* found = std::ranges::find(kWords, word, &decltype(kWords)::value_type::first);
    if (found == kWords.end()) return std::nullopt;
    return found->second;
}

bool is_rule_id(string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    });
}

void copy_digest(std::string& into, const Reader& reader, string_view digest) {
    if (reader.keeps()) into = digest;
}

int place(Reader& reader, json::Key key) {
    return static_cast<int>(reader.integer(key, kPlaces, Need::Optional));
}

template <typename Alternative>
Alternative& hold(Location& location) {
    if (auto* held = std::get_if<Alternative>(&location)) return *held;
    return location.emplace<Alternative>();
}

void read_operation(Reader& reader, OperationLocation& into) {
    reader.copy(into.server, "server", up_to(bounds::kUrlBytes));
    reader.copy(into.method, "method", up_to(bounds::kWordBytes), Need::Optional);
    reader.copy(into.path_template, "pathTemplate", up_to(bounds::kUrlBytes), Need::Optional);
    into.parameter_in.clear();
    into.parameter_name.clear();
    if (const auto parameter = reader.object("parameter", Need::Optional)) {
        Reader inner(*parameter, "parameter", reader);
        inner.copy(into.parameter_in, "in", up_to(bounds::kWordBytes), Need::Optional);
        inner.copy(into.parameter_name, "name", some_up_to(bounds::kItemBytes));
    }
    reader.copy(into.spec_pointer, "specPointer", up_to(bounds::kUrlBytes), Need::Optional);
    reader.copy(into.spec_uri, "specUri", up_to(bounds::kUrlBytes), Need::Optional);
    into.start_line = place(reader, "startLine");
    into.start_column = place(reader, "startColumn");
}

void read_file(Reader& reader, FileLocation& into) {
    reader.copy(into.path, "path", up_to(bounds::kUrlBytes));
    into.start_line = place(reader, "startLine");
    into.start_column = place(reader, "startColumn");
    into.end_line = place(reader, "endLine");
    into.end_column = place(reader, "endColumn");
}

void read_generic(Reader& reader, GenericLocation& into) {
    reader.copy(into.uri, "uri", up_to(bounds::kUrlBytes), Need::Optional);
    reader.copy(into.name, "name", up_to(bounds::kItemBytes), Need::Optional);
}

void read_target(Reader& reader, Finding& into) {
    into.target_kind.clear();
    into.target_name.clear();
    into.target_uri.clear();
    const auto target = reader.object("target", Need::Optional);
    if (!target) return;
    Reader inner(*target, "target", reader);
    inner.copy(into.target_kind, "kind", up_to(bounds::kWordBytes), Need::Optional);
    inner.copy(into.target_name, "name", up_to(bounds::kItemBytes), Need::Optional);
    inner.copy(into.target_uri, "uri", up_to(bounds::kUrlBytes), Need::Optional);
}

void read_one_evidence(Reader& reader, Evidence& into) {
    into.kind = reader.word("kind", evidence_kind_from);
    reader.copy(into.text, "text", up_to(bounds::kEvidenceBytes));
    if (!reader.boolean("redacted")) reader.refuse("redacted", "must be true");
}

void read_evidence(Reader& reader, std::vector<Evidence>& into) {
    const auto list = reader.array("evidence", bounds::kEvidenceCount, Need::Optional);
    into.resize(list ? list->size() : 0);
    if (!list) return;
    std::size_t next = 0;
    for (const auto element : *list) {
        json::Object item;
        if (element.get_object().get(item) != simdjson::SUCCESS) {
            reader.refuse("evidence", "must hold objects");
            return;
        }
        Reader inner(item, "evidence", reader);
        read_one_evidence(inner, into[next++]);
    }
}

void read_tool(Reader& reader, Finding& into) {
    into.tool_name.clear();
    into.tool_version.clear();
    const auto tool = reader.object("tool", Need::Optional);
    if (!tool) return;
    Reader inner(*tool, "tool", reader);
    inner.copy(into.tool_name, "name", up_to(bounds::kNameBytes), Need::Optional);
    inner.copy(into.tool_version, "version", up_to(bounds::kNameBytes), Need::Optional);
}

void read_suppression(Reader& reader, std::optional<Suppression>& into) {
    const auto suppressed = reader.object("suppressed", Need::Optional);
    if (!suppressed) {
        into.reset();
        return;
    }
    if (!into) into.emplace();
    Reader inner(*suppressed, "suppressed", reader);
    static constexpr std::array<string_view, 5> kWords = {"inline", "ignoreFile", "baseline",
                                                          "tool", "exemption"};
    const auto by = inner.text("by", some_up_to(bounds::kWordBytes));
    if (std::ranges::find(kWords, by) == kWords.end()) {
        inner.refuse("by", "must be inline, ignoreFile, baseline, tool or exemption");
    }
    into->by = by;
    inner.copy(into->reason, "reason", up_to(bounds::kMessageBytes), Need::Optional);
}

// What kind of thing it is and how bad, in the order of the writer.
void read_rating(Reader& reader, Finding& into) {
    into.severity = reader.word("severity", severity_from);
    into.confidence = reader.word("confidence", confidence_from);
    into.cvss_score.reset();
    if (reader.find("cvssScore")) {
        into.cvss_score = static_cast<int>(reader.integer("cvssScore", kCvssScores));
    }
    reader.integers(into.cwe, "cwe", bounds::kCweCount, kCweNumbers);
    reader.texts(into.owasp, "owasp", bounds::kOwaspCount, some_up_to(bounds::kWordBytes));
    into.category = reader.word("category", category_from);
}

}  // namespace

void read_location(Reader& reader, Location& into) {
    const auto kind = reader.text("kind", some_up_to(bounds::kWordBytes));
    if (kind == "operation") {
        read_operation(reader, hold<OperationLocation>(into));
    } else if (kind == "file") {
        read_file(reader, hold<FileLocation>(into));
    } else if (kind == "generic") {
        read_generic(reader, hold<GenericLocation>(into));
    } else {
        reader.refuse("kind", "must be operation, file or generic");
    }
}

void read_finding(Reader& reader, Finding& into) {
    copy_digest(into.id, reader, reader.hex("id", bounds::kIdDigits));
    reader.copy(into.unit, "unit", up_to(bounds::kUnitIdBytes), Need::Optional);
    const auto rule_id = reader.text("ruleID", some_up_to(bounds::kRuleIdBytes));
    if (!is_rule_id(rule_id)) reader.refuse("ruleID", "may hold only [a-z0-9.-]");
    if (reader.keeps()) into.rule_id = rule_id;
    reader.copy(into.title, "title", up_to(bounds::kTitleBytes));
    reader.copy(into.message, "message", up_to(bounds::kMessageBytes));
    read_rating(reader, into);
    read_target(reader, into);
    if (const auto location = reader.object("location")) {
        Reader inner(*location, "location", reader);
        read_location(inner, into.location);
    }
    read_evidence(reader, into.evidence);
    reader.copy(into.remediation, "remediation", up_to(bounds::kMessageBytes), Need::Optional);
    reader.texts(into.references, "references", bounds::kReferenceCount,
                 some_up_to(bounds::kUrlBytes));
    read_tool(reader, into);
    reader.copy(into.discriminator, "discriminator", up_to(bounds::kDiscriminatorBytes),
                Need::Optional);
    copy_digest(into.group, reader, reader.hex("group", bounds::kIdDigits, Need::Optional));
    read_suppression(reader, into.suppressed);
}

json::Object read_record_head(Reader& reader, Record& into) {
    reader.copy(into.unit, "unit", up_to(bounds::kUnitIdBytes), Need::Optional);
    reader.copy(into.kind, "kind", some_up_to(bounds::kWordBytes));
    reader.copy(into.key, "key", up_to(bounds::kRecordKeyBytes));
    return reader.object("data").value_or(json::Object());
}

base::Result<Finding> finding_from(json::Element element) {
    json::Object object;
    if (element.get_object().get(object) != simdjson::SUCCESS) {
        return base::fail(base::ErrorKind::Invalid, "a finding must be an object");
    }
    Finding finding;
    Reader reader(object, "finding");
    read_finding(reader, finding);
    TRY(reader.done());
    return finding;
}

base::Result<Record> record_from(json::Element element) {
    json::Object object;
    if (element.get_object().get(object) != simdjson::SUCCESS) {
        return base::fail(base::ErrorKind::Invalid, "a record must be an object");
    }
    Record record;
    Reader reader(object, "record");
    const auto data = read_record_head(reader, record);
    TRY(reader.done());
    record.data_json = json::to_text(data);
    return record;
}

base::Result<Finding> parse_finding(std::string_view text) {
    // Merging reads a million of these: a parser that keeps its buffers halves the time of each.
    thread_local json::Parser parser;
    const auto object = TRY(parser.parse_object(text, kLineBytesMax));
    Finding finding;
    Reader reader(object, "finding");
    read_finding(reader, finding);
    TRY(reader.done());
    return finding;
}

}  // namespace scan
