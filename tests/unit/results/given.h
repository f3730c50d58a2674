// A small language for store and merge tests: runs, plans of named units, and streams of lines.
#pragma once

#include "operator/results/store.h"
#include "scan/stream.h"

#include <initializer_list>
#include <string>
#include <vector>

namespace given {

results::RunKey run(std::string run_id = "r1", std::string job = "shop");
results::AttemptKey attempt(std::int64_t chunk, int number = 1, const results::RunKey& of = run());

results::OpenRun open_run(const results::RunKey& key = run());

// One chunk for each list of unit ids.
using Chunks = std::vector<std::vector<std::string>>;
results::PutPlan plan(const Chunks& chunks, const results::RunKey& key = run());

scan::UnitLine unit(std::string id, scan::UnitStatus status = scan::UnitStatus::Ok,
                    std::string reason = "");
scan::Finding finding(std::string unit, std::string path,
                      scan::Severity severity = scan::Severity::Medium);
scan::Record record(std::string unit, std::string key, std::string data_json = "{}");

// One segment of an attempt; the first begins with its meta line.
results::PutSegment segment(const results::AttemptKey& attempt, std::uint32_t number,
                            const std::vector<scan::Line>& lines);
// The commit that fits these segments.
results::PutCommit commit(const results::AttemptKey& attempt,
                          const std::vector<results::PutSegment>& segments,
                          scan::StreamStatus status = scan::StreamStatus::Complete);

// Opens the run, accepts the plan.
void planned(results::ResultStore& store, const Chunks& chunks, const results::RunKey& key = run());
// Each asserts success.
void written(results::ResultStore& store, results::Write write);

}  // namespace given
