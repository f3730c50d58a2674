#include "runner/scanners/api/engine/group_run.h"

#include "runner/scanners/api/checks/check.h"
#include "runner/scanners/api/engine/baseline.h"
#include "runner/scanners/api/engine/unit_end.h"

#include <algorithm>
#include <memory>
#include <tuple>

namespace runner::api {
namespace {

int phase_of(const Operation& operation) {
    if (operation.is_safe()) return operation.path_template.find('{') == std::string::npos ? 0 : 1;
    if (operation.method == "POST") return 2;
    return operation.method == "DELETE" ? 4 : 3;
}

std::unique_ptr<UnitRun> start(Work& work, Group& group, const GroupMember& member) {
    auto run = std::unique_ptr<UnitRun>(new UnitRun{.work = work,
                                                    .group = group,
                                                    .unit = *member.unit,
                                                    .params = member.params,
                                                    .operation = *member.operation});
    run->meter.budget = member.unit->requests;
    run->started_ticks = work.context.clock.ticks().time_since_epoch().count();
    // A persona that should have been there: without it the answers would be an anonymous caller's.
    run->login_missing =
        !work.personas.empty() && work.main_persona() == nullptr &&
        (member.operation->auth == Auth::Required || member.operation->auth == Auth::Implied);
    for (const auto* check : planned_checks(*member.operation, work.options)) {
        run->checks.push_back({.id = std::string(check->id), .level = check->level});
    }
    return run;
}

OrHalt<void> run_checks(UnitRun& run) {
    for (const auto* check : planned_checks(run.operation, run.work.options)) {
        if (check->level > run.work.level()) continue;
        if (check->needs == Needs::Baseline && !run.baseline) continue;
        const auto ran = TRY(check->run(run));
        std::ranges::find(run.checks, check->id, &CheckState::id)->ran = ran == Ran::Yes;
    }
    return {};
}

OrHalt<void> scan_unit(UnitRun& run) {
    if (run.login_missing) return {};
    TRY(find_baseline(run));
    return run_checks(run);
}

bool wants_recheck(const Found& found) {
    const bool grave = found.finding.severity == scan::Severity::Critical ||
                       found.finding.severity == scan::Severity::High;
    return grave && found.reproduce;
}

// The ids that the earlier attempt's run of this unit gave to the units after it.
OrHalt<void> harvest_again(Work& work, Group& group, const GroupMember& member) {
    if (!member.operation->is_safe()) return {};
    auto run = start(work, group, member);
    work.session.meter(&run->meter);
    auto done = find_baseline(*run);
    work.session.meter(nullptr);
    if (!done && (done.error() == Halt::Stopped || done.error() == Halt::TargetDown)) return done;
    return {};
}

// One unit up to its re-check. The halt that ends the whole attempt, or nothing.
OrHalt<void> run_member(UnitRun& run, UnitVerdict& verdict) {
    run.work.session.meter(&run.meter);
    const auto done = scan_unit(run);
    run.work.session.meter(nullptr);
    if (!done && (done.error() == Halt::Stopped || done.error() == Halt::TargetDown)) return done;
    verdict = judge(run, done);
    return {};
}

struct Waiting {
    std::unique_ptr<UnitRun> run;
    UnitVerdict verdict;
};

OrHalt<void> recheck(Waiting& waiting) {
    std::vector<Found> kept;
    for (auto& found : waiting.run->found) {
        if (wants_recheck(found)) {
            const bool again = TRY(found.reproduce());
            if (!again) continue;
        }
        kept.push_back(std::move(found));
    }
    waiting.run->found = std::move(kept);
    return {};
}

}  // namespace

void sort_group(std::vector<GroupMember>& members) {
    std::ranges::sort(members, [](const GroupMember& a, const GroupMember& b) {
        if (a.operation == nullptr || b.operation == nullptr) return a.unit->id < b.unit->id;
        return std::tuple(phase_of(*a.operation), std::string_view(a.operation->path_template),
                          std::string_view(a.operation->method)) <
               std::tuple(phase_of(*b.operation), std::string_view(b.operation->path_template),
                          std::string_view(b.operation->method));
    });
}

OrHalt<void> run_group(Work& work, const std::string& affinity,
                       const std::vector<GroupMember>& members) {
    Group group{.affinity = affinity};
    std::vector<Waiting> waiting;
    for (const auto& member : members) {
        if (work.context.stopped()) return std::unexpected(Halt::Stopped);
        if (member.operation == nullptr || !member.params.defect.empty()) {
            if (!member.finished) end_defective(work, *member.unit, member.params.defect);
            continue;
        }
        if (member.finished) {
            TRY(harvest_again(work, group, member));
            continue;
        }
        Waiting one{start(work, group, member), {}};
        TRY(run_member(*one.run, one.verdict));
        if (std::ranges::any_of(one.run->found, wants_recheck))
            waiting.push_back(std::move(one));
        else
            end_unit(*one.run, one.verdict);
    }
    for (auto& one : waiting) {
        TRY(recheck(one));
        end_unit(*one.run, one.verdict);
    }
    return {};
}

}  // namespace runner::api
