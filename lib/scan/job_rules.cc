#include "scan/job_schema.h"

#include "base/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

namespace scan::rules {
namespace {

using base::find;
using base::get_string;
using std::string_view;

bool has(const Json& object, string_view key) {
    const auto* member = find(object, key);
    return member && !member->is_null();
}

// The items of a list member; none if there is no such list.
const Json& items(const Json& object, string_view key) {
    static const Json kNone = Json::array();
    const auto* list = find(object, key);
    return list && list->is_array() ? *list : kNone;
}

// Reports each name of the list that stood there before.
void names_differ(const Json& list, const Place& place, string_view what, Problems& problems) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto name = get_string(list[i], "name");
        if (name.empty() || seen.insert(name).second) continue;
        problems.push_back({place.item(i).member("name"),
                            fmt::format("another {} is called \"{}\" already", what, name)});
    }
}

const Json* named(const Json& list, string_view name) {
    const auto found = std::ranges::find_if(
        list, [&](const Json& item) { return get_string(item, "name") == name; });
    return found == list.end() ? nullptr : &*found;
}

std::string names_of(const Json& list) {
    std::vector<std::string> names;
    for (const auto& item : list) names.push_back(get_string(item, "name"));
    return names.empty() ? "there are none" : fmt::format("known: {}", fmt::join(names, ", "));
}

void check_peer(const Json& personas, const Json& persona, const Place& place, Problems& problems) {
    const auto peer = get_string(persona, "peerOf");
    if (peer.empty()) return;
    const auto* other = named(personas, peer);
    if (peer == get_string(persona, "name")) {
        problems.push_back({place, "names the persona itself; name the other half of the pair"});
    } else if (!other) {
        problems.push_back(
            {place, fmt::format("no persona is called \"{}\"; {}", peer, names_of(personas))});
    } else if (get_string(*other, "role", "User") != get_string(persona, "role", "User")) {
        problems.push_back({place, fmt::format("\"{}\" has another role; the two of a pair need "
                                               "the same one",
                                               peer)});
    }
}

}  // namespace

void one_spec_source(const Json& api, const Place& place, Problems& problems) {
    static constexpr std::array<string_view, 4> kSources = {"specUrl", "specConfigMapRef",
                                                            "specSecretRef", "specInline"};
    std::vector<string_view> found;
    std::ranges::copy_if(kSources, std::back_inserter(found),
                         [&](string_view name) { return has(api, name); });
    if (found.size() == 1) return;
    const auto got = found.empty() ? "none" : fmt::format("{}", fmt::join(found, " and "));
    problems.push_back(
        {place, fmt::format("needs exactly one of {}, got {}", fmt::join(kSources, ", "), got)});
}

void persona_fits_kind(const Json& persona, const Place& place, Problems& problems) {
    const auto kind = get_string(persona, "kind", "Bearer");
    if (kind == "Login" && !has(persona, "login")) {
        problems.push_back({place.member("login"), "is missing: kind Login needs it"});
    }
    if (kind != "Login" && has(persona, "login")) {
        problems.push_back(
            {place.member("login"),
             fmt::format("has no use with kind {}; remove it or set kind: Login", kind)});
    }
    if (kind == "Cookie" && !has(persona, "parameterName")) {
        problems.push_back({place.member("parameterName"),
                            "is missing: kind Cookie needs the name of the cookie"});
    }
}

void personas_fit(const Json& api, const Place& place, Problems& problems) {
    const auto& personas = items(api, "personas");
    const auto list = place.member("personas");
    names_differ(personas, list, "persona", problems);
    for (std::size_t i = 0; i < personas.size(); ++i) {
        check_peer(personas, personas[i], list.item(i).member("peerOf"), problems);
    }
}

void member_matches_type(const Json& scanner, const Place& place, Problems& problems) {
    static constexpr std::array<std::pair<string_view, string_view>, 2> kMembers = {
        {{"Api", "api"}, {"Synthetic", "synthetic"}}};
    const auto type = get_string(scanner, "type");
    const auto* wanted = std::ranges::find(kMembers, type, &decltype(kMembers)::value_type::first);
    if (wanted == kMembers.end()) return;
    for (const auto& [word, member] : kMembers) {
        if (word == type && !has(scanner, member)) {
            problems.push_back(
                {place.member(member), fmt::format("is missing: type {} needs it", type)});
        }
        if (word != type && has(scanner, member)) {
            problems.push_back(
                {place.member(member), fmt::format("does not belong to type {}; remove it or set "
                                                   "type: {}",
                                                   type, word)});
        }
    }
}

void faults_hit_units(const Json& synthetic, const Place& place, Problems& problems) {
    const auto count = base::get_int(synthetic, "unitCount", 10);
    const auto& faults = items(synthetic, "faults");
    for (std::size_t i = 0; i < faults.size(); ++i) {
        const auto numbers = base::parse_intervals(get_string(faults[i], "units"), 1'000'000);
        if (!numbers || numbers->empty() || numbers->back() < count) continue;
        problems.push_back({place.member("faults").item(i).member("units"),
                            fmt::format("names unit {}, but units are numbered 0 to {}",
                                        numbers->back(), count - 1)});
    }
}

void key_limit_has_keys(const Json& synthetic, const Place& place, Problems& problems) {
    if (base::get_int(synthetic, "maxInFlightPerKey") == 0) return;
    if (base::get_int(synthetic, "concurrencyKeys") > 0) return;
    problems.push_back({place.member("maxInFlightPerKey"),
                        "has no use without keys; set concurrencyKeys to 1 or more"});
}

void credential_names_differ(const Json& spec, const Place& place, Problems& problems) {
    names_differ(items(spec, "credentials"), place.member("credentials"), "credential", problems);
}

void personas_have_credentials(const Json& spec, const Place& place, Problems& problems) {
    const auto* scanner = find(spec, "scanner");
    const auto* api = scanner ? find(*scanner, "api") : nullptr;
    if (!api) return;
    const auto& credentials = items(spec, "credentials");
    const auto& personas = items(*api, "personas");
    const auto list = place.member("scanner").member("api").member("personas");
    for (std::size_t i = 0; i < personas.size(); ++i) {
        const auto wanted = get_string(personas[i], "credentialsRef");
        if (wanted.empty() || named(credentials, wanted)) continue;
        problems.push_back({list.item(i).member("credentialsRef"),
                            fmt::format("no entry of spec.credentials is called \"{}\"; {}", wanted,
                                        names_of(credentials))});
    }
}

void pull_secrets_differ(const Json& runner, const Place& place, Problems& problems) {
    names_differ(items(runner, "imagePullSecrets"), place.member("imagePullSecrets"), "pull secret",
                 problems);
}

void toleration_fits(const Json& toleration, const Place& place, Problems& problems) {
    const bool exists = get_string(toleration, "operator", "Equal") == "Exists";
    if (exists && !get_string(toleration, "value").empty()) {
        problems.push_back({place.member("value"), "has no use with operator Exists; remove it"});
    }
    if (!exists && !has(toleration, "key")) {
        problems.push_back({place.member("key"), "is missing: operator Equal needs it; for every "
                                                 "taint set operator: Exists"});
    }
    if (has(toleration, "tolerationSeconds") && get_string(toleration, "effect") != "NoExecute") {
        problems.push_back({place.member("tolerationSeconds"),
                            "has no use without effect NoExecute; remove it or set the effect"});
    }
}

}  // namespace scan::rules
