#include "bench/stream.h"

#include "base/digest.h"
#include "base/gzip.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace bench {

results::RunKey run_key(const std::string& run_id) {
    return {.namespace_ = "default", .job = "bench", .run_id = run_id};
}

std::string unit_id(std::uint64_t number) { return fmt::format("synthetic-unit-{:08}", number); }

scan::Finding finding(std::uint64_t number, const std::string& unit) {
    scan::Finding finding{.id = "",
                          .unit = unit,
                          .rule_id = fmt::format("synthetic.rule-{}", number % 50),
                          .title = "A synthetic flaw",
                          .message = "Found by the benchmark.",
                          .severity = static_cast<scan::Severity>(number % 5),
                          .location =
                              scan::FileLocation{.path = fmt::format("src/{:07}.cc", number),
                                                 .start_line = static_cast<int>(number % 900) + 1}};
    finding.tool_name = "synthetic";
    finding.tool_version = "1";
    finding.id = scan::fingerprint(finding.rule_id, finding.location, "");
    return finding;
}

std::string job_json(std::uint64_t units) {
    return fmt::format(
        R"({{"apiVersion":"scanfleet.dev/v1alpha1","kind":"ScanJob","metadata":{{"name":"bench"}},)"
        R"("spec":{{"scanner":{{"type":"Synthetic","synthetic":{{"unitCount":{}}}}}}}}})",
        units);
}

results::PutPlan plan(const results::RunKey& run, std::uint32_t chunks, std::uint32_t units) {
    results::PutPlan write{.run = run, .sha256 = "", .gzip_lines = "", .plan = {}};
    for (std::uint32_t index = 0; index < chunks; ++index) {
        auto& chunk = write.plan.chunks.emplace_back();
        chunk.index = index;
        for (std::uint32_t u = 0; u < units; ++u)
            chunk.units.push_back({.id = unit_id(index * units + u)});
    }
    write.plan.head.chunk_count = chunks;
    write.plan.head.unit_count = std::uint64_t{chunks} * units;
    const auto lines = scan::plan_to_lines(write.plan);
    write.sha256 = base::sha256_hex(lines);
    write.gzip_lines = base::gzip(lines);
    return write;
}

std::string meta_line(const results::AttemptKey& attempt) {
    return scan::to_line(scan::MetaLine{.job = attempt.run.job,
                                        .run_id = attempt.run.run_id,
                                        .chunk = attempt.chunk,
                                        .attempt = attempt.attempt,
                                        .scanner = "synthetic",
                                        .scanner_version = "1",
                                        .rules_version = "1"});
}

results::PutSegment segment(const results::AttemptKey& attempt, std::uint32_t number,
                            const std::string& bytes) {
    scan::LineParser parser;
    auto facts = scan::inspect_segment(parser, bytes, number);
    if (!facts) {
        fmt::print(stderr, "bench: {}\n", facts.error().message());
        std::exit(1);
    }
    return {.attempt = attempt,
            .number = number,
            .sha256 = base::sha256_hex(bytes),
            .bytes = bytes.size(),
            .gzip_body = base::gzip(bytes),
            .facts = std::move(*facts)};
}

}  // namespace bench
