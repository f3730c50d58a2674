// What is known of a local run, as the planner wants it. Pure: a stored run gives the first
// picture, and each thing that happens changes it.
#pragma once

#include "operator/api/ingest.h"
#include "operator/core/make_plan.h"
#include "operator/results/store.h"

namespace observe {

// The picture of a run that nobody drives: what the store knows. Attempts without an end died with
// the process that drove them: Ended, not yet recorded, Deleted at the time of their creation (so
// that a retry need not wait).
core::Observed from_store(const results::RunState& state, const scan::JobSpec& spec);

// The accepted plan and its chunks, with what is done of them.
void note_plan(core::Observed& seen, const results::RunState& state, const scan::JobSpec& spec,
               base::Instant at);

void note_started(core::Observed& seen, const core::StartAttempt& start, base::Instant at);
void note_stopping(core::Observed& seen, const core::AttemptId& id);
// An end that was recorded before (because we caused it) holds.
void note_end(core::Observed& seen, const core::AttemptId& id, core::EndFact fact);
void note_recorded(core::Observed& seen, const core::RecordEnd& record);
// Segments and commits as ingest took them. PlanAccepted is note_plan's.
void note_ingest(core::Observed& seen, const api::IngestEvent& event, base::Instant at);

// nullptr where there is no such attempt.
core::Attempt* find_attempt(core::Observed& seen, const core::AttemptId& id);

}  // namespace observe
