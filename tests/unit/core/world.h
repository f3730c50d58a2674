// A drawn world for the planner: given (a drawing), happen (verbs), expect (plans as text).
//
// A drawing has one line per chunk, or `d:` for discovery:
//     d: a1 Committed@0s
//     0: key=host units=4 done=2 a1 ExitCode@3s a2 running@9s
//     1: a1 Evicted!@5s          ('!': observed, not yet recorded)
//     2:
// A word with a small first letter is a phase (creating, pending, running, stopping, committed),
// with a capital one an end. `committed@t` draws a live attempt whose commit is in the store since
// t.
#pragma once

#include "operator/core/make_plan.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace core::test {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;
inline const Lines kNothing{};

class World {
public:
    World();

    // ---- given ----
    World& given(std::string_view drawing);
    World& with_limit(std::string key, int max_in_flight);
    World& without_plan();
    World& closed();
    World& merged(scan::UnitCounts units, scan::FindingCounts findings = {});

    // ---- expect ----
    Plan plan_at(Duration at) const { return make_plan(spec, seen, kZero + at); }
    Lines at(Duration at) const;  // the actions, in words
    const Condition* condition(const Plan& plan, std::string_view type) const;

    // ---- happen: what the world makes of actions, and of itself ----
    void apply(const Plan& plan, Duration at);
    void runs(AttemptId id, Duration at);
    void commits(AttemptId id, Duration at);
    void ends(AttemptId id, scan::AttemptEnd end, Duration at);
    Attempt* attempt(AttemptId id);
    std::vector<AttemptId> living() const;

    static constexpr Instant kZero{Duration{1'000'000'000}};
    scan::JobSpec spec{};
    Observed seen{};
    int merges = 0;

private:
    void draw_line(std::string_view line);
    std::vector<Attempt>& attempts_of(std::int64_t chunk);
};

inline AttemptId c(std::int64_t chunk, int attempt) { return {chunk, attempt}; }
inline AttemptId d(int attempt) { return {kDiscovery, attempt}; }

}  // namespace core::test
