// Merging is the same however findings are spread over chunks, attempts and segments.
#include "operator/results/memory.h"
#include "operator/results/merge_run.h"
#include "unit/results/given.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

namespace results {
namespace {

struct Occurrence {
    int chunk = 0;
    int attempt = 1;
    int path = 0;
    int severity = 0;
};

scan::Finding finding_of(const Occurrence& occurrence) {
    auto finding = given::finding("u" + std::to_string(occurrence.chunk),
                                  "p" + std::to_string(occurrence.path),
                                  static_cast<scan::Severity>(occurrence.severity));
    std::get<scan::FileLocation>(finding.location).start_line = 1 + occurrence.attempt;
    return finding;
}

std::vector<scan::MergedFinding> merged_by_hand(const std::vector<Occurrence>& occurrences) {
    std::map<std::string, scan::MergedFinding> by_id;
    for (const auto& occurrence : occurrences) {
        auto one =
            scan::first_of(finding_of(occurrence), static_cast<std::uint32_t>(occurrence.chunk));
        const auto id = one.finding.id;
        const auto found = by_id.find(id);
        if (found == by_id.end()) {
            by_id.emplace(id, std::move(one));
        } else {
            scan::fold(found->second, std::move(one));
        }
    }
    std::vector<scan::MergedFinding> all;
    for (auto& [id, merged] : by_id) all.push_back(std::move(merged));
    std::ranges::sort(all, {},
                      [](const auto& merged) { return scan::report_order_key(merged.finding); });
    return all;
}

std::vector<scan::MergedFinding> merged_by_store(const std::vector<Occurrence>& occurrences) {
    const auto store = make_memory_store();
    given::planned(*store, {{"u0"}, {"u1"}, {"u2"}});
    std::map<std::pair<int, int>, std::uint32_t> numbers;
    for (const auto& occurrence : occurrences) {
        const auto attempt = given::attempt(occurrence.chunk, occurrence.attempt);
        const auto number = ++numbers[{occurrence.chunk, occurrence.attempt}];
        given::written(*store, given::segment(attempt, number, {finding_of(occurrence)}));
    }
    given::written(*store, CloseRun{.run = given::run()});
    const auto folder = base::os::TempFolder::create("merge-law");
    RC_ASSERT(folder.has_value());
    RC_ASSERT(merge_run(*store, given::run(), {.folder = folder->path()}).has_value());
    std::vector<scan::MergedFinding> all;
    const auto source = open_merged(folder->path());
    RC_ASSERT(source.has_value());
    RC_ASSERT(source
                  ->each_finding([&](const scan::MergedFinding& merged) {
                      all.push_back(merged);
                      return base::Result<>();
                  })
                  .has_value());
    return all;
}

RC_GTEST_PROP(MergeLaw, TheSortMergeGivesWhatFoldingByHandGives, ()) {
    const auto occurrences = *rc::gen::container<std::vector<Occurrence>>(
        rc::gen::build<Occurrence>(rc::gen::set(&Occurrence::chunk, rc::gen::inRange(0, 3)),
                                   rc::gen::set(&Occurrence::attempt, rc::gen::inRange(1, 4)),
                                   rc::gen::set(&Occurrence::path, rc::gen::inRange(0, 5)),
                                   rc::gen::set(&Occurrence::severity, rc::gen::inRange(0, 5))));
    RC_ASSERT(merged_by_store(occurrences) == merged_by_hand(occurrences));
}

}  // namespace
}  // namespace results
