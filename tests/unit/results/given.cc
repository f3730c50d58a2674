#include "unit/results/given.h"

#include "base/digest.h"
#include "base/gzip.h"

#include <gtest/gtest.h>

#include <utility>

namespace given {

using namespace results;

RunKey run(std::string run_id, std::string job) {
    return {.namespace_ = "default", .job = std::move(job), .run_id = std::move(run_id)};
}

AttemptKey attempt(std::int64_t chunk, int number, const RunKey& of) {
    return {.run = of, .chunk = chunk, .attempt = number};
}

OpenRun open_run(const RunKey& key) {
    return {.run = key,
            .job_json = R"({"spec":{"scanner":{"type":"Synthetic"}}})",
            .created_at = base::Instant(base::Duration(1'000)),
            .redaction_key = std::string(32, 'k')};
}

PutPlan plan(const Chunks& chunks, const RunKey& key) {
    PutPlan write{.run = key, .sha256 = "", .gzip_lines = "", .plan = {}};
    auto& document = write.plan;
    for (const auto& ids : chunks) {
        auto& chunk = document.chunks.emplace_back();
        chunk.index = static_cast<std::uint32_t>(document.chunks.size() - 1);
        chunk.weight_millis = static_cast<std::int64_t>(ids.size());
        for (const auto& id : ids) chunk.units.push_back({.id = id});
        document.head.unit_count += ids.size();
    }
    document.head.chunk_count = static_cast<std::uint32_t>(chunks.size());
    const auto lines = scan::plan_to_lines(document);
    write.sha256 = base::sha256_hex(lines);
    write.gzip_lines = base::gzip(lines);
    return write;
}

scan::UnitLine unit(std::string id, scan::UnitStatus status, std::string reason) {
    return {.id = std::move(id),
            .status = status,
            .reason = std::move(reason),
            .ms = 10,
            .requests = 2};
}

scan::Finding finding(std::string unit, std::string path, scan::Severity severity) {
    scan::Finding finding{.id = "",
                          .unit = std::move(unit),
                          .rule_id = "synthetic.fault",
                          .title = "Something is wrong",
                          .message = "It is.",
                          .severity = severity,
                          .location = scan::FileLocation{.path = std::move(path), .start_line = 1}};
    finding.tool_name = "synthetic";
    finding.tool_version = "1";
    finding.id = scan::fingerprint(finding.rule_id, finding.location, "");
    return finding;
}

scan::Record record(std::string unit, std::string key, std::string data_json) {
    return {.unit = std::move(unit),
            .kind = "fact",
            .key = std::move(key),
            .data_json = std::move(data_json)};
}

PutSegment segment(const AttemptKey& attempt, std::uint32_t number,
                   const std::vector<scan::Line>& lines) {
    std::string bytes;
    if (number == 1) {
        bytes += scan::to_line(scan::MetaLine{.job = attempt.run.job,
                                              .run_id = attempt.run.run_id,
                                              .chunk = attempt.chunk,
                                              .attempt = attempt.attempt,
                                              .scanner = "synthetic",
                                              .scanner_version = "1",
                                              .rules_version = "1"});
    }
    for (const auto& line : lines) bytes += scan::to_line(line);
    scan::LineParser parser;
    auto facts = scan::inspect_segment(parser, bytes, number);
    EXPECT_TRUE(facts) << facts.error().message();
    return {.attempt = attempt,
            .number = number,
            .sha256 = base::sha256_hex(bytes),
            .bytes = bytes.size(),
            .gzip_body = base::gzip(bytes),
            .facts = facts.value_or(scan::SegmentFacts{})};
}

PutCommit commit(const AttemptKey& attempt, const std::vector<PutSegment>& segments,
                 scan::StreamStatus status) {
    PutCommit write{.attempt = attempt, .commit = {}};
    base::Sha256 digest;
    for (const auto& segment : segments) {
        digest.update(base::gunzip(segment.gzip_body).value_or(""));
        write.commit.bytes += segment.bytes;
        write.commit.findings += segment.facts.findings;
        write.commit.records += segment.facts.records;
    }
    write.commit.segments = static_cast<std::uint32_t>(segments.size());
    write.commit.sha256 = digest.hex();
    write.commit.status = status;
    return write;
}

void planned(ResultStore& store, const Chunks& chunks, const RunKey& key) {
    written(store, open_run(key));
    written(store, plan(chunks, key));
}

void written(ResultStore& store, Write write) {
    const auto answer = write_now(store, std::move(write));
    ASSERT_TRUE(answer) << answer.error().message();
}

}  // namespace given
