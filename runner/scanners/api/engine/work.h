// What a chunk knows while it runs, from the job down to one unit.
#pragma once

#include "runner/scanner.h"
#include "runner/scanners/api/engine/harvest.h"
#include "runner/scanners/api/engine/session.h"
#include "runner/scanners/api/engine/unit_params.h"
#include "runner/scanners/api/request/draft.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace runner::api {

// Of the whole chunk; the same in every chunk of the job.
struct Work {
    const RunContext& context;
    const scan::ApiOptions& options;
    const Specification& specification;
    std::vector<Persona>& personas;
    Session& session;
    std::string server_url;
    std::string server_label;
    std::string spec_uri;

    scan::Authorization level() const { return context.job.spec.authorization; }
    // Who baselines are sent as: the first usable user, else the first usable persona; nullptr =
    // anonymous.
    const Persona* main_persona() const;
    // The first usable admin that is not the main persona, or nullptr.
    const Persona* admin() const;
    // Two usable users: the main one and its peer. Either may be nullptr.
    std::pair<const Persona*, const Persona*> pair() const;
};

// A valid request and its answer of 2xx.
struct Baseline {
    Draft draft{};
    Answer answer{};
    const Persona* who = nullptr;
    VolatileKeys volatile_keys{};

    Shape shape() const { return answer.shape(volatile_keys); }
};

// How a random sibling of a resource is answered, twice.
struct SoftNotFound {
    std::vector<Answer> answers{};
    // True if `answer` says no more than a sibling that cannot exist.
    bool looks_like(const Answer& answer) const;
};

// Of one affinity group: nothing in here outlives it.
struct Group {
    std::string affinity;
    Harvest harvest{};
    Harvest created{};              // objects that our own creates made
    std::vector<Baseline> lists{};  // 2xx answers to safe requests without a path parameter
    std::map<std::string, SoftNotFound> soft_not_found{};
    std::map<std::string, Answer> views{};  // a list as somebody else: "<operation>\n<persona>"
};

struct Found {
    scan::Finding finding;
    // Sends what proved it once more; false = it did not happen again, so it is not emitted. High
    // and Critical only.
    std::function<OrHalt<bool>()> reproduce{};
};

struct CheckState {
    std::string id;
    scan::Authorization level = scan::Authorization::Passive;
    bool ran = false;
};

// Of one unit.
struct UnitRun {
    Work& work;
    Group& group;
    const scan::Unit& unit;
    UnitParams params;
    const Operation& operation;
    Meter meter{};
    std::optional<Baseline> baseline{};
    std::vector<Answer> refused{};  // answers of baseline variants that were not 2xx, in order
    bool login_missing = false;     // the operation wants a persona, and none could log in
    std::vector<Found> found{};
    std::vector<CheckState> checks{};
    std::int64_t started_ticks = 0;

    OrHalt<Answer> send(const Draft& draft, const Persona* who, Charge charge = Charge::Unit,
                        Retry retry = Retry::Allowed) {
        return work.session.send(render(work.server_url, draft), who, charge, retry);
    }
    scan::OperationLocation location() const;
    Chance chance(std::string_view purpose) const {
        return {work.context.run_id, unit.id, purpose};
    }
    bool active() const { return work.level() != scan::Authorization::Passive; }
};

// Two random siblings of the baseline's address (last segment replaced by 12 hex digits), as `who`;
// kept for the group. Only at Active and above: guessed paths are not sent below.
OrHalt<const SoftNotFound*> soft_not_found(UnitRun& run, const Draft& draft, const Persona* who);

}  // namespace runner::api
