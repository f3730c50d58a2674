#include "scan/stream.h"

#include "base/text.h"
#include "scan/stream_bounds.h"
#include "scan/stream_counts.h"

#include <limits>

namespace scan {

using json::Need;
using json::Reader;

void write_counts(JsonText& json, const UnitCounts& counts) {
    json.open('{');
    json.key("ok").number(counts.ok).key("failed").number(counts.failed);
    json.key("skipped").number(counts.skipped).key("forbidden").number(counts.forbidden);
    json.key("timedOut").number(counts.timed_out).close('}');
}

std::uint64_t read_count(Reader& reader, std::string_view key) {
    return static_cast<std::uint64_t>(reader.integer(key, {}));
}

UnitCounts read_counts(Reader& reader) {
    UnitCounts counts;
    const auto object = reader.object("units");
    if (!object) return counts;
    Reader inner(*object, "units", reader);
    counts.ok = read_count(inner, "ok");
    counts.failed = read_count(inner, "failed");
    counts.skipped = read_count(inner, "skipped");
    counts.forbidden = read_count(inner, "forbidden");
    counts.timed_out = read_count(inner, "timedOut");
    return counts;
}

namespace {

std::string commit_text(const Commit& commit, std::string_view message) {
    std::string out;
    JsonText json(out);
    json.open('{').key("v").number(std::int64_t{1});
    json.member("status", stream_word(commit.status)).member("reason", commit.reason);
    json.member("message", message);
    json.key("segments").number(std::uint64_t{commit.segments});
    json.key("bytes").number(commit.bytes).member("sha256", commit.sha256);
    json.key("units");
    write_counts(json, commit.units);
    json.key("findings").number(commit.findings).key("records").number(commit.records);
    json.close('}');
    return out;
}

}  // namespace

std::string commit_to_json(const Commit& commit) {
    const auto whole = base::to_utf8(commit.message);
    // Escaping can make six bytes of one, so the message is shortened until the record fits.
    for (auto bytes = bounds::kCommitMessageBytes; bytes > 0; bytes /= 2) {
        auto text = commit_text(commit, base::ellipsize(whole, bytes));
        if (text.size() <= bounds::kCommitBytes) return text;
    }
    return commit_text(commit, "");
}

base::Result<Commit> parse_commit(std::string_view text) {
    json::Parser parser;
    const auto object = TRY(parser.parse_object(text, bounds::kCommitBytes));
    Reader reader(object, "commit");
    Commit commit;
    reader.integer("v", {1, 1});
    commit.status = reader.word("status", stream_status_from);
    reader.copy(commit.reason, "reason", {0, bounds::kWordBytes}, Need::Optional);
    if (!commit.reason.empty() && !reason_from(commit.reason) && !attempt_end_from(commit.reason)) {
        reader.refuse("reason", "is not a word of the API's lists");
    }
    reader.copy(commit.message, "message", {0, bounds::kCommitMessageBytes}, Need::Optional);
    commit.segments = static_cast<std::uint32_t>(
        reader.integer("segments", {0, std::numeric_limits<std::uint32_t>::max()}));
    commit.bytes = read_count(reader, "bytes");
    // A runner that stops before its stream begins has no digest to tell.
    reader.copy(commit.sha256, "sha256", {0, 64});
    if (!commit.sha256.empty()) reader.hex("sha256", 64);
    commit.units = read_counts(reader);
    commit.findings = read_count(reader, "findings");
    commit.records = read_count(reader, "records");
    TRY(reader.done());
    return commit;
}

}  // namespace scan
