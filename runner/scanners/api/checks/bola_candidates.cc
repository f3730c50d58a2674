#include "runner/scanners/api/checks/bola_candidates.h"

#include "base/text.h"
#include "runner/scanners/api/openapi/names.h"
#include "runner/scanners/api/request/styles.h"

#include <algorithm>
#include <optional>

namespace runner::api {
namespace {

using base::Json;

// Each costs four requests.
constexpr std::size_t kCandidatesMax = 3;
constexpr int kMentionDepthMax = 4;

// A list as somebody: of the group, once.
OrHalt<const Answer*> view(UnitRun& run, const Baseline& list, const Persona* who) {
    if (list.who == who) return &list.answer;
    const auto key = list.draft.operation->id() + "\n" + (who == nullptr ? "" : who->name);
    if (const auto known = run.group.views.find(key); known != run.group.views.end())
        return &known->second;
    auto answer =
        TRY(run.work.session.send(render(run.work.server_url, list.draft), who, Charge::Group));
    return &run.group.views.emplace(key, std::move(answer)).first->second;
}

// The list must be less specific than the operation, and its own path parameters must be ours too.
bool leads_to(const Baseline& list, const Operation& operation) {
    if (list.draft.operation->id() == operation.id()) return false;
    return std::ranges::all_of(list.draft.arguments, [&](const Argument& argument) {
        if (argument.parameter->place != Place::Path) return true;
        return std::ranges::any_of(operation.parameters,
                                   [&](const Parameter& p) {
                                       return p.place == Place::Path &&
                                              p.name == argument.parameter->name;
                                   }) &&
               object_parameter(operation)->name != argument.parameter->name;
    });
}

std::vector<HarvestItem> items_in(const Answer& answer, const Baseline& list) {
    if (!answer.is_2xx() || answer.json == nullptr) return {};
    return items_of(*answer.json, list.draft.operation->path_template);
}

bool has_id(const std::vector<HarvestItem>& items, const Parameter& parameter, const Json& id) {
    return std::ranges::any_of(items, [&](const HarvestItem& item) {
        return id_for(item, parameter.name, parameter.schema) == id;
    });
}

Draft base_draft(UnitRun& run) {
    if (run.baseline) return run.baseline->draft;
    auto chance = run.chance("object");
    return make_draft(run.work.specification, run.operation, {}, chance);
}

Draft with_id(UnitRun& run, const Json& id, const Baseline* list) {
    auto draft = base_draft(run);
    if (list != nullptr) {
        for (const auto& argument : list->draft.arguments) {
            if (argument.parameter->place != Place::Path) continue;
            if (auto* mine = draft.find(Place::Path, argument.parameter->name))
                mine->value = argument.value;
        }
    }
    if (auto* mine = draft.find(Place::Path, object_parameter(run.operation)->name))
        mine->value = id;
    return draft;
}

// How the other user and everybody see one list.
struct ListViews {
    std::vector<HarvestItem> owners{};
    std::vector<HarvestItem> others{};
    bool is_catalogue = false;
};

OrHalt<ListViews> views_of(UnitRun& run, const Baseline& list, const TwoUsers& users) {
    const auto* owners = TRY(view(run, list, users.owner));
    const auto* others = TRY(view(run, list, users.other));
    const auto* everybodys = TRY(view(run, list, nullptr));
    ListViews out{.owners = items_in(*owners, list), .others = items_in(*others, list)};
    out.is_catalogue = everybodys->is_2xx() && others->is_2xx() &&
                       similarity(everybodys->shape(), others->shape()) >= kSame;
    return out;
}

// True if the list shows objects of this kind at all.
OrHalt<bool> add_from_list(UnitRun& run, const Baseline& list, const TwoUsers& users,
                           std::vector<Candidate>& out) {
    const auto& parameter = *object_parameter(run.operation);
    const auto views = TRY(views_of(run, list, users));
    bool listed = false;
    for (const auto& item : views.owners) {
        const auto id = id_for(item, parameter.name, parameter.schema);
        if (id.is_null()) continue;
        listed = true;
        if (!has_id(views.others, parameter, id)) {
            out.push_back({with_id(run, id, &list), Claim::InOwnersListOnly, item.value});
            continue;
        }
        const auto owner = item.value.is_object() ? owner_in(item.value) : std::string();
        const bool somebody_elses = !owner.empty() && !users.other->is(owner);
        if (views.is_catalogue && somebody_elses)
            out.push_back({with_id(run, id, &list), Claim::Catalogue, item.value});
    }
    return listed;
}

// "/users/{username}", "/users/{userId}": the owner's own name or number may be the id.
void add_own_names(UnitRun& run, const TwoUsers& users, std::vector<Candidate>& out) {
    const auto& parameter = *object_parameter(run.operation);
    const auto collection = collection_of(run.operation.path_template, parameter.name);
    const bool of_people = is_user_name(collection) || is_owner_name(collection) ||
                           collection == "profile" || collection == "member" ||
                           collection == "person";
    if (!is_user_name(parameter.name) && !of_people) return;
    const auto type =
        parameter.schema == nullptr ? std::string_view() : schema_type(*parameter.schema);
    std::vector<std::string> names;
    if (!users.owner->username.empty()) names.push_back(users.owner->username);
    for (const auto& identity : users.owner->identities) {
        if (identity != base::to_lower(users.owner->username)) names.push_back(identity);
    }
    for (const auto& name : names) {
        const bool digits = std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
        if (type == "integer" && !digits) continue;
        out.push_back({with_id(run, name, nullptr), Claim::OwnersName, {}});
    }
}

// A name is a name anywhere; a number only under a name that speaks of people, else it is a
// quantity.
bool names(const Json& value, std::string_view name, const Persona& persona) {
    const auto text = scalar_text(value);
    if (!persona.is(text)) return false;
    const bool digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) return true;
    const auto words = words_of(name);
    return std::ranges::any_of(words, [](const std::string& word) {
        const auto one = singular(word);
        return is_owner_name(one) || one == "member" || one == "participant" || one == "shared" ||
               one == "recipient" || one == "assignee" || one == "viewer";
    });
}

}  // namespace

const Parameter* object_parameter(const Operation& operation) {
    const Parameter* last = nullptr;
    std::size_t last_at = 0;
    for (const auto& parameter : operation.parameters) {
        if (parameter.place != Place::Path) continue;
        const auto at = operation.path_template.find("{" + parameter.name + "}");
        if (at != std::string::npos && (last == nullptr || at > last_at))
            last = &parameter, last_at = at;
    }
    return last;
}

std::string owner_in(const Json& object) {
    const Json* nested = &object;
    if (const auto* data = base::find(object, "data"); data != nullptr && data->is_object())
        nested = data;
    if (!nested->is_object()) return {};
    for (const auto& [key, value] : nested->items()) {
        if (!is_owner_name(key)) continue;
        if (value.is_string() || value.is_number_integer())
            return base::to_lower(scalar_text(value));
        for (const auto* name : {"username", "id", "name", "email"}) {
            const auto* inner = base::find(value, name);
            if (inner != nullptr && !inner->is_structured() && !inner->is_null())
                return base::to_lower(scalar_text(*inner));
        }
    }
    return {};
}

bool mentions(const Json& object, const Persona& persona) {
    const auto walk = [&](const auto& self, const Json& node, std::string_view name,
                          int depth) -> bool {
        if (depth > kMentionDepthMax) return false;
        if (!node.is_structured()) return !node.is_null() && names(node, name, persona);
        for (const auto& [key, child] : node.items()) {
            if (self(self, child, node.is_object() ? std::string_view(key) : name, depth + 1)) {
                return true;
            }
        }
        return false;
    };
    return walk(walk, object, "", 0);
}

OrHalt<std::vector<Candidate>> candidates_of(UnitRun& run, const TwoUsers& users) {
    std::vector<Candidate> out;
    bool listed = false;
    for (const auto& list : run.group.lists) {
        if (!leads_to(list, run.operation)) continue;
        const bool shows = TRY(add_from_list(run, list, users, out));
        listed = listed || shows;
    }
    add_own_names(run, users, out);
    if (!listed && run.baseline && run.baseline->who == users.owner) {
        out.push_back({run.baseline->draft, Claim::OwnerInView, {}});
    }
    std::ranges::stable_sort(out, {}, &Candidate::claim);
    if (out.size() > kCandidatesMax) out.resize(kCandidatesMax);
    return out;
}

}  // namespace runner::api
