#include "runner/scanners/api/engine/baseline.h"

#include "base/text.h"
#include "runner/scanners/api/openapi/names.h"

#include <algorithm>
#include <array>
#include <set>

namespace runner::api {
namespace {

using base::Json;

constexpr int kServerErrorMin = 500;

// Which harvested id to take; None = neither harvest nor identity.
enum class Known { First, Second, None };

struct Variant {
    Optional parameters;
    Optional properties;
    std::size_t example_index;
    Known known;
};

constexpr std::array<Variant, 6> kVariants = {{
    {Optional::Left, Optional::Left, 0, Known::First},
    {Optional::Sent, Optional::Sent, 0, Known::First},
    {Optional::Left, Optional::Left, 1, Known::First},
    {Optional::Left, Optional::Left, 0, Known::Second},
    {Optional::Left, Optional::Sent, 0, Known::None},
    {Optional::Left, Optional::Left, 0, Known::None},
}};

bool is_path_parameter(const Operation& operation, std::string_view name) {
    return std::ranges::any_of(operation.parameters, [&](const Parameter& p) {
        return p.place == Place::Path && p.name == name;
    });
}

bool means_id(std::string_view name) {
    const auto words = words_of(name);
    return !words.empty() && (words.back() == "id" || words.back() == "ids");
}

// The job's value for a name, typed as the schema wants it.
std::optional<Json> job_value(const scan::ApiOptions& options, std::string_view name,
                              const Json* schema) {
    const auto it = std::ranges::find_if(options.values,
                                         [&](const scan::NamedValue& v) { return v.name == name; });
    if (it == options.values.end()) return std::nullopt;
    const auto type = schema == nullptr ? std::string_view() : schema_type(*schema);
    if (type == "integer" || type == "number" || type == "boolean") {
        if (auto parsed =
                base::parse_json(it->value, {.bytes_max = 64, .depth_max = 1, .nodes_max = 1}))
            return *parsed;
    }
    return Json(it->value);
}

// Writing to whatever came first could hit anybody's object: only what we created may be deleted.
const Harvest& harvest_for(const UnitRun& run) {
    const bool writes = !run.operation.is_safe() && run.operation.method != "POST";
    if (run.operation.method == "DELETE") return run.group.created;
    return writes && !run.group.created.empty() ? run.group.created : run.group.harvest;
}

std::optional<Json> identity_value(const UnitRun& run, std::string_view name) {
    const auto* persona = run.work.main_persona();
    if (persona == nullptr || persona->username.empty() || run.operation.method == "DELETE")
        return std::nullopt;
    if (is_user_name(name)) return Json(persona->username);
    const bool mail =
        plain_name(name).ends_with("email") && persona->username.find('@') != std::string::npos;
    return mail ? std::optional<Json>(persona->username) : std::nullopt;
}

std::optional<Json> known_value(const UnitRun& run, Known known, std::string_view name,
                                const Json* schema) {
    if (auto value = job_value(run.work.options, name, schema)) return value;
    const bool in_path = is_path_parameter(run.operation, name);
    if (known == Known::None || !(in_path || means_id(name))) return std::nullopt;
    // A write under a user's name goes to our own user.
    if (in_path && !run.operation.is_safe()) {
        if (auto own = identity_value(run, name)) return own;
    }
    const auto ids = harvest_for(run).ids(name, schema);
    const std::size_t index = known == Known::Second ? 1 : 0;
    if (index < ids.size()) return ids[index];
    return in_path ? identity_value(run, name) : std::nullopt;
}

Draft draft_of(const UnitRun& run, const Variant& variant, std::size_t index) {
    DraftChoice choice{.parameters = variant.parameters,
                       .properties = variant.properties,
                       .example_index = variant.example_index,
                       .known = {}};
    choice.known = [&run, variant](std::string_view name, const Json* schema) {
        return known_value(run, variant.known, name, schema);
    };
    auto chance = run.chance("baseline " + std::to_string(index));
    return make_draft(run.work.specification, run.operation, choice, chance);
}

// As the main persona, and where that is not enough, as the admin.
OrHalt<Baseline> attempt(UnitRun& run, Draft draft) {
    const auto* who = run.work.main_persona();
    auto answer = TRY(run.send(draft, who));
    const auto* admin = run.work.admin();
    if ((answer.status() == 401 || answer.status() == 403) && admin != nullptr) {
        auto second = TRY(run.send(draft, admin));
        if (second.is_2xx()) answer = std::move(second), who = admin;
    }
    Baseline out{.draft = std::move(draft), .answer = std::move(answer), .who = who};
    return out;
}

OrHalt<void> learn_volatile_keys(UnitRun& run, Baseline& baseline) {
    if (!run.operation.is_safe() || baseline.answer.json == nullptr) return {};
    const auto again = TRY(run.send(baseline.draft, baseline.who));
    if (again.json != nullptr)
        baseline.volatile_keys = volatile_between(*baseline.answer.json, *again.json);
    return {};
}

void keep(UnitRun& run, Baseline baseline) {
    if (baseline.answer.json != nullptr) {
        if (run.operation.method == "POST")
            run.group.created.add(*baseline.answer.json, run.operation);
        run.group.harvest.add(*baseline.answer.json, run.operation);
        const bool is_list =
            run.operation.is_safe() && run.operation.path_template.find('{') == std::string::npos;
        if (is_list) run.group.lists.push_back(baseline);
    }
    run.baseline = std::move(baseline);
}

}  // namespace

OrHalt<void> find_baseline(UnitRun& run) {
    std::set<std::string> tried;
    bool server_errors = false;
    for (std::size_t i = 0; i < kVariants.size(); ++i) {
        auto draft = draft_of(run, kVariants[i], i);
        const auto request = render(run.work.server_url, draft);
        if (!tried.insert(request.url + "\n" + request.body).second) continue;
        auto baseline = TRY(attempt(run, std::move(draft)));
        server_errors = baseline.answer.status() >= kServerErrorMin;
        if (baseline.answer.is_2xx()) {
            TRY(run.work.session.note_baseline(false));
            TRY(learn_volatile_keys(run, baseline));
            keep(run, std::move(baseline));
            return {};
        }
        run.refused.push_back(std::move(baseline.answer));
    }
    TRY(run.work.session.note_baseline(server_errors));
    return {};
}

}  // namespace runner::api
