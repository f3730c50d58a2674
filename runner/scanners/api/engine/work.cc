#include "runner/scanners/api/engine/work.h"

#include <fmt/format.h>

#include <algorithm>

namespace runner::api {
namespace {

const Persona* first_usable(const std::vector<Persona>& personas, scan::PersonaRole role,
                            const Persona* but = nullptr) {
    const auto it = std::ranges::find_if(
        personas, [&](const Persona& p) { return p.usable && p.role == role && &p != but; });
    return it == personas.end() ? nullptr : &*it;
}

// "http://h/users/17?x=1" → "http://h/users/".
std::string parent_of(const std::string& url) {
    const auto path = url.substr(0, url.find('?'));
    return path.substr(0, path.rfind('/') + 1);
}

}  // namespace

const Persona* Work::main_persona() const {
    const auto* user = first_usable(personas, scan::PersonaRole::User);
    return user != nullptr ? user : first_usable(personas, scan::PersonaRole::Admin);
}

const Persona* Work::admin() const {
    const auto* found = first_usable(personas, scan::PersonaRole::Admin);
    return found == main_persona() ? nullptr : found;
}

std::pair<const Persona*, const Persona*> Work::pair() const {
    // A pair that the job names goes first.
    for (const auto& persona : personas) {
        if (!persona.usable || persona.peer_of.empty()) continue;
        const auto peer = std::ranges::find(personas, persona.peer_of, &Persona::name);
        if (peer != personas.end() && peer->usable && peer->role == persona.role)
            return {&persona, &*peer};
    }
    const auto* first = first_usable(personas, scan::PersonaRole::User);
    return {first,
            first == nullptr ? nullptr : first_usable(personas, scan::PersonaRole::User, first)};
}

bool SoftNotFound::looks_like(const Answer& answer) const {
    return std::ranges::any_of(answers, [&](const Answer& sibling) {
        const bool same_kind = sibling.status() == answer.status() &&
                               (sibling.json != nullptr) == (answer.json != nullptr);
        return same_kind && similarity(sibling.shape(), answer.shape()) >= kSame;
    });
}

scan::OperationLocation UnitRun::location() const {
    return {.server = work.server_label,
            .method = operation.method,
            .path_template = operation.path_template,
            .spec_pointer = params.pointer,
            .spec_uri = work.spec_uri,
            .start_line = params.line,
            .start_column = params.column};
}

OrHalt<const SoftNotFound*> soft_not_found(UnitRun& run, const Draft& draft, const Persona* who) {
    static const SoftNotFound kNone;
    if (!run.active() || !run.operation.is_safe()) return &kNone;
    auto request = render(run.work.server_url, draft);
    const auto parent = parent_of(request.url);
    const auto key = parent + "\n" + (who == nullptr ? "" : who->name);
    if (const auto known = run.group.soft_not_found.find(key);
        known != run.group.soft_not_found.end()) {
        return &known->second;
    }
    Chance chance(run.work.context.run_id, run.group.affinity, "soft-404\n" + key);
    SoftNotFound probes;
    for (int i = 0; i < 2; ++i) {
        request.url = parent + chance.hex(12);
        auto answer = TRY(run.work.session.send(request, who, Charge::Group));
        probes.answers.push_back(std::move(answer));
    }
    return &run.group.soft_not_found.emplace(key, std::move(probes)).first->second;
}

}  // namespace runner::api
