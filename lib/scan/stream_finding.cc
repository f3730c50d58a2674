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

int place(Reader& reader, string_view key) {
    return static_cast<int>(reader.integer(key, kPlaces, Need::Optional));
}

template <typename Alternative>
Alternative& hold(Location& location) {
    if (auto* held = std::get_if<Alternative>(&location)) return *held;
    return location.emplace<Alternative>();
}

void read_operation(Reader& reader, OperationLocation& into) {
    into.server = reader.text("server", up_to(bounds::kUrlBytes));
    into.method = reader.text("method", up_to(bounds::kWordBytes), Need::Optional);
    into.path_template = reader.text("pathTemplate", up_to(bounds::kUrlBytes), Need::Optional);
    into.parameter_in.clear();
    into.parameter_name.clear();
    if (const auto parameter = reader.object("parameter", Need::Optional)) {
        Reader inner(*parameter, "parameter", reader);
        into.parameter_in = inner.text("in", up_to(bounds::kWordBytes), Need::Optional);
        into.parameter_name = inner.text("name", some_up_to(bounds::kItemBytes));
    }
    into.spec_pointer = reader.text("specPointer", up_to(bounds::kUrlBytes), Need::Optional);
    into.spec_uri = reader.text("specUri", up_to(bounds::kUrlBytes), Need::Optional);
    into.start_line = place(reader, "startLine");
    into.start_column = place(reader, "startColumn");
}

void read_file(Reader& reader, FileLocation& into) {
    into.path = reader.text("path", up_to(bounds::kUrlBytes));
    into.start_line = place(reader, "startLine");
    into.start_column = place(reader, "startColumn");
    into.end_line = place(reader, "endLine");
    into.end_column = place(reader, "endColumn");
}

void read_generic(Reader& reader, GenericLocation& into) {
    into.uri = reader.text("uri", up_to(bounds::kUrlBytes), Need::Optional);
    into.name = reader.text("name", up_to(bounds::kItemBytes), Need::Optional);
}

void read_target(Reader& reader, Finding& into) {
    into.target_kind.clear();
    into.target_name.clear();
    into.target_uri.clear();
    const auto target = reader.object("target", Need::Optional);
    if (!target) return;
    Reader inner(*target, "target", reader);
    into.target_kind = inner.text("kind", up_to(bounds::kWordBytes), Need::Optional);
    into.target_name = inner.text("name", up_to(bounds::kItemBytes), Need::Optional);
    into.target_uri = inner.text("uri", up_to(bounds::kUrlBytes), Need::Optional);
}

void read_one_evidence(Reader& reader, Evidence& into) {
    into.kind = reader.word("kind", evidence_kind_from);
    into.text = reader.text("text", up_to(bounds::kEvidenceBytes));
    if (!reader.boolean("redacted")) reader.refuse("redacted", "must be true");
}

void read_evidence(Reader& reader, std::vector<Evidence>& into) {
    const auto list = reader.array("evidence", bounds::kEvidenceCount, Need::Optional);
    into.resize(list ? list->size() : 0);
    for (std::size_t i = 0; i < into.size(); ++i) {
        json::Object item;
        if (list->at(i).get_object().get(item) != simdjson::SUCCESS) {
            reader.refuse("evidence", "must hold objects");
            return;
        }
        Reader inner(item, "evidence", reader);
        read_one_evidence(inner, into[i]);
    }
}

void read_tool(Reader& reader, Finding& into) {
    into.tool_name.clear();
    into.tool_version.clear();
    const auto tool = reader.object("tool", Need::Optional);
    if (!tool) return;
    Reader inner(*tool, "tool", reader);
    into.tool_name = inner.text("name", up_to(bounds::kNameBytes), Need::Optional);
    into.tool_version = inner.text("version", up_to(bounds::kNameBytes), Need::Optional);
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
    into->by = inner.text("by", some_up_to(bounds::kWordBytes));
    if (std::ranges::find(kWords, into->by) == kWords.end()) {
        inner.refuse("by", "must be inline, ignoreFile, baseline, tool or exemption");
    }
    into->reason = inner.text("reason", up_to(bounds::kMessageBytes), Need::Optional);
}

// What kind of thing it is and how bad, in the order of the writer.
void read_rating(Reader& reader, Finding& into) {
    into.severity = reader.word("severity", severity_from);
    into.confidence = reader.word("confidence", confidence_from);
    into.cvss_score.reset();
    if (reader.find("cvssScore")) {
        into.cvss_score = static_cast<int>(reader.integer("cvssScore", kCvssScores));
    }
    reader.integers("cwe", bounds::kCweCount, kCweNumbers, into.cwe);
    reader.texts("owasp", bounds::kOwaspCount, some_up_to(bounds::kWordBytes), into.owasp);
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
    into.id = reader.hex("id", bounds::kIdDigits);
    into.unit = reader.text("unit", up_to(bounds::kUnitIdBytes), Need::Optional);
    into.rule_id = reader.text("ruleID", some_up_to(bounds::kRuleIdBytes));
    if (!is_rule_id(into.rule_id)) reader.refuse("ruleID", "may hold only [a-z0-9.-]");
    into.title = reader.text("title", up_to(bounds::kTitleBytes));
    into.message = reader.text("message", up_to(bounds::kMessageBytes));
    read_rating(reader, into);
    read_target(reader, into);
    if (const auto location = reader.object("location")) {
        Reader inner(*location, "location", reader);
        read_location(inner, into.location);
    }
    read_evidence(reader, into.evidence);
    into.remediation = reader.text("remediation", up_to(bounds::kMessageBytes), Need::Optional);
    reader.texts("references", bounds::kReferenceCount, some_up_to(bounds::kUrlBytes),
                 into.references);
    read_tool(reader, into);
    into.discriminator =
        reader.text("discriminator", up_to(bounds::kDiscriminatorBytes), Need::Optional);
    into.group = reader.hex("group", bounds::kIdDigits, Need::Optional);
    read_suppression(reader, into.suppressed);
}

json::Object read_record_head(Reader& reader, Record& into) {
    into.unit = reader.text("unit", up_to(bounds::kUnitIdBytes), Need::Optional);
    into.kind = reader.text("kind", some_up_to(bounds::kWordBytes));
    into.key = reader.text("key", up_to(bounds::kRecordKeyBytes));
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
