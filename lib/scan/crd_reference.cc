// The reference of the resource: tables of the descriptions, then conditions and reasons, which are
// words of the API too.
#include "scan/crd.h"
#include "scan/crd_rules.h"
#include "scan/job_schema.h"
#include "scan/status_schema.h"
#include "scan/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace scan {
namespace {

using std::string_view;

constexpr string_view kIntroduction = R"(# ScanJob, the Kubernetes resource

`scanjobs.scanfleet.dev/v1alpha1`, short name `sfj`, category `scans`. Made from the descriptions that also make
`crds/scanjobs.yaml` and check job files; `kubectl explain scanjob --recursive` prints the same sentences. The smallest job:

```yaml
apiVersion: scanfleet.dev/v1alpha1
kind: ScanJob
metadata: {name: petstore}
spec:
  scanner:
    type: Api
    api: {specUrl: http://petstore.shop.svc/openapi.json}
```

Contents: [spec](#spec) · [status](#status) · [conditions](#conditions) · [reasons](#reasons) · [outcomes](#outcomes)

## Rules on names and changes

The API server checks them; a refusal names the field and says what to do.

)";

constexpr string_view kAfterRules = R"(
Changeable at any time: `suspend`, `suspendPolicy`, `cancel` (to true), `parallelism`, `priority`, `successPolicy`, `failOn`,
`baseline`, `cleanup`, `ttlSecondsAfterFinished`, `rerun`. `successPolicy`, `failOn` and `baseline` are read once, at the
end of the run. After the end everything may be changed: nothing happens until `rerun` gets a new value, and until then the
condition `SpecDrift` says so. Where a list names things (`credentials`, `personas`, `imagePullSecrets`), no two have the
same name.
)";

constexpr string_view kConditions = R"(
## conditions

Wait for the end with `kubectl wait --for=condition=Finished scanjob/NAME --timeout=35m`, for a good end with
`--for=condition=Succeeded`. `Reconciling`, `Stalled` and `Ready` follow kstatus, so that Helm, Flux and Argo CD understand
them: never are `Reconciling` and `Stalled` true together.

| condition | waiting, running | good end | bad end or invalid | suspended | refused |
|---|---|---|---|---|---|
| `Reconciling` | True | False | False | False | False |
| `Stalled` | False | False | True | False | True |
| `Ready` | Unknown | True | False | True | False |
| `Succeeded` | Unknown | True | False | Unknown | Unknown |
| `Finished` | False | True | True | False | False |
| `Suspended` | False | False | False | True | False |

Refused: quota apart, the API server denies what the operator must create. It tries again every 60 s until the job's
deadline. Further conditions are there only while they say something:

| condition | meaning |
|---|---|
| `PlanExceedsDeadline` | the work expected of a chunk, or of all chunks, is more than its limit allows |
| `SpecDrift` | the spec was changed after the run had ended; a new value of `rerun` starts a run with it |
| `ResultsAvailable` | whether the results still lie in the store |
| `Degraded` | the job goes on, but something is missing; the reason says what |
)";

constexpr string_view kOutcomes = R"(
## outcomes

| outcome | when |
|---|---|
| `Succeeded` | every unit was scanned |
| `PartiallySucceeded` | some units are missing, and `successPolicy` holds; `coveragePercent` says how much was scanned |
| `Failed` | it could not be done, or `successPolicy` does not hold |
| `TimedOut` | the deadline cut it, and `successPolicy` does not hold |
| `Cancelled` | `spec.cancel` stopped it; what was found is kept |

The gate (`failOn`) never changes the outcome: closed, it sets `Succeeded=False` and `Stalled=True` with
`FindingsThresholdExceeded` beside an outcome of `Succeeded` or `PartiallySucceeded`. Nothing found and nothing scanned are
never the same: look at `coveragePercent`.
)";

// What each reason says; a reason without a sentence does not compile.
string_view meaning(Reason reason) {
    switch (reason) {
    case Reason::Queued: return "accepted; nothing of it runs yet";
    case Reason::Discovering: return "a Pod finds out what there is to scan";
    case Reason::PodsPending: return "Pods are created, but none runs yet";
    case Reason::Running: return "chunks are being scanned";
    case Reason::Aggregating: return "all chunks have ended; the results are being merged";
    case Reason::QuotaExceeded:
        return "a quota of the namespace keeps Pods from being created; the job waits for room";
    case Reason::Unschedulable: return "no node takes the Pods; the job waits for nodes";
    case Reason::ImagePullFailed: return "the runner's image cannot be pulled";
    case Reason::StoreUnavailable: return "the store is away; the job waits for it";
    case Reason::Completed: return "every unit was scanned";
    case Reason::PartiallyCompleted: return "some units are missing, and `successPolicy` holds";
    case Reason::ChunksFailed: return "chunks failed, and `successPolicy` does not hold";
    case Reason::DiscoveryFailed: return "nobody could find out what there is to scan";
    case Reason::NoUnits: return "there is nothing to scan: look at the target's description";
    case Reason::DeadlineExceeded:
        return "`activeDeadlineSeconds` was over before the work was done";
    case Reason::FindingsThresholdExceeded: return "the gate `failOn` is closed by what was found";
    case Reason::InvalidSpec: return "the spec cannot be carried out as it is written";
    case Reason::TargetForbidden:
        return "the spec does not allow what the target's description names";
    case Reason::PlanLost: return "the store has lost the plan of this run; start another";
    case Reason::PlanTooLarge: return "there is more to scan than one job may hold: split it";
    case Reason::ApiRefused:
        return "policy, admission or RBAC deny what the operator must create; the message is "
               "theirs";
    case Reason::Cancelled: return "`spec.cancel` stopped it";
    case Reason::Suspended: return "`spec.suspend` is set; nothing runs, the clock stands still";
    case Reason::PlanTooHeavy: return "more work than the limits allow is expected";
    case Reason::SpecChanged: return "the spec was changed after the run had ended";
    case Reason::ResultsStored: return "the results lie in the store";
    case Reason::ResultsLost: return "the store has lost the results; the counts stay";
    case Reason::ResultsExpired: return "the results were removed to make room; the counts stay";
    case Reason::BaselineMissing: return "the baseline has no results: every finding counts as new";
    case Reason::ResultsTruncated:
        return "a runner found more than may be kept; the counts are exact";
    }
    return "";
}

std::string reasons() {
    std::string out =
        "\n## reasons\n\nThe list is closed within a version; later ones may add words.\n\n"
        "| reason | meaning |\n|---|---|\n";
    for (int i = 0; i <= static_cast<int>(Reason::ResultsTruncated); ++i) {
        const auto reason = static_cast<Reason>(i);
        out += fmt::format("| `{}` | {} |\n", to_string(reason), meaning(reason));
    }
    return out;
}

}  // namespace

std::string scanjob_reference_markdown() {
    std::string out(kIntroduction);
    for (const auto& rule : resource_rules()) out += fmt::format("- {}\n", rule.doc);
    out += kAfterRules;
    out += schema::reference_tables(spec_schema(), "spec");
    out += schema::reference_tables(status_schema(), "status");
    out += kConditions;
    out += reasons();
    out += kOutcomes;
    return out;
}

}  // namespace scan
