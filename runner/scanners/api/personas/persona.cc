#include "runner/scanners/api/personas/persona.h"

#include "base/json.h"
#include "base/text.h"
#include "runner/scanners/api/request/styles.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace runner::api {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

using Files = std::map<std::string, std::string>;

Result<std::string> file_of(const Files& files, const scan::Persona& persona,
                            std::string_view wanted, std::string_view other = {}) {
    for (const auto& name : {wanted, other}) {
        const auto it = files.find(std::string(name));
        if (it != files.end()) return it->second;
    }
    return fail(ErrorKind::Invalid,
                fmt::format("persona '{}': credential '{}' has no file '{}'{}", persona.name,
                            persona.credentials_ref, wanted,
                            other.empty() ? "" : fmt::format(" or '{}'", other)));
}

void add_identity(Persona& persona, std::string_view identity) {
    const auto lower = base::to_lower(base::trim(identity));
    if (lower.empty()) return;
    persona.identities.push_back(lower);
    std::ranges::sort(persona.identities);
    const auto twice = std::ranges::unique(persona.identities);
    persona.identities.erase(twice.begin(), twice.end());
}

// The name of the API key: the persona's own, else that of the document's scheme.
void carry_key(const scan::Persona& config, const Specification& specification,
               const std::string& value, Persona& out) {
    auto name = config.parameter_name;
    auto place = config.in;
    const auto scheme = std::ranges::find_if(specification.schemes, [](const SecurityScheme& s) {
        return s.kind == SchemeKind::ApiKey;
    });
    if (name.empty() && scheme != specification.schemes.end()) {
        name = scheme->name;
        if (scheme->in == "query") place = scan::ParameterPlace::Query;
        if (scheme->in == "cookie") place = scan::ParameterPlace::Cookie;
    }
    if (name.empty()) name = "X-API-Key";
    switch (place) {
    case scan::ParameterPlace::Header: out.headers.push_back({name, value}); break;
    case scan::ParameterPlace::Query: out.query.emplace_back(name, value); break;
    case scan::ParameterPlace::Cookie: out.cookies.emplace_back(name, value); break;
    }
}

Result<> carry(const scan::Persona& config, const Specification& specification, const Files& files,
               Persona& out) {
    switch (config.kind) {
    case scan::PersonaKind::Header: {
        const auto value = TRY(file_of(files, config, "value", "token"));
        out.headers.push_back(
            {config.parameter_name.empty() ? "Authorization" : config.parameter_name, value});
        break;
    }
    case scan::PersonaKind::Cookie: {
        const auto value = TRY(file_of(files, config, "value", "token"));
        out.cookies.emplace_back(config.parameter_name.empty() ? "session" : config.parameter_name,
                                 value);
        break;
    }
    case scan::PersonaKind::ApiKey: {
        const auto value = TRY(file_of(files, config, "value", "token"));
        carry_key(config, specification, value, out);
        break;
    }
    case scan::PersonaKind::Basic: {
        const auto user = TRY(file_of(files, config, "username"));
        const auto password = TRY(file_of(files, config, "password"));
        out.headers.push_back(
            {"Authorization", "Basic " + base::base64_encode(user + ":" + password)});
        break;
    }
    case scan::PersonaKind::Bearer: {
        const auto token = TRY(file_of(files, config, "token", "value"));
        out.headers.push_back({"Authorization", "Bearer " + token});
        for (const auto& subject : subjects_of_token(token)) add_identity(out, subject);
        break;
    }
    case scan::PersonaKind::Login:
        TRY(file_of(files, config, "username"));
        TRY(file_of(files, config, "password"));
        out.usable = false;  // until it has logged in
        break;
    }
    return {};
}

}  // namespace

bool Persona::is(std::string_view identity) const {
    return std::ranges::binary_search(identities, base::to_lower(identity));
}

Result<std::vector<Persona>> make_personas(const scan::ApiOptions& options,
                                           const Credentials& credentials,
                                           const Specification& specification) {
    std::vector<Persona> out;
    static const Files kNone;
    for (const auto& config : options.personas) {
        const auto found = credentials.find(config.credentials_ref);
        const auto& files = found == credentials.end() ? kNone : found->second;
        Persona persona{.name = config.name, .role = config.role, .peer_of = config.peer_of};
        persona.config = &config;
        TRY(carry(config, specification, files, persona));
        if (const auto user = files.find("username"); user != files.end()) {
            persona.username = user->second;
            add_identity(persona, user->second);
        }
        out.push_back(std::move(persona));
    }
    return out;
}

void dress(net::Request& request, const Persona& persona) {
    for (const auto& [name, value] : persona.headers) request.headers.set(name, value);
    for (const auto& [name, value] : persona.query) {
        request.url += request.url.find('?') == std::string::npos ? '?' : '&';
        request.url += base::percent_encode(name) + "=" + base::percent_encode(value);
    }
    if (persona.cookies.empty()) return;
    std::string cookies(request.headers.get("Cookie").value_or(""));
    for (const auto& [name, value] : persona.cookies)
        cookies += (cookies.empty() ? "" : "; ") + name + "=" + value;
    request.headers.set("Cookie", cookies);
}

void take_token(Persona& persona, const scan::LoginStep& step, const std::string& token) {
    const auto value = step.token_prefix + token;
    const auto replace_pair = [&](auto& list) {
        std::erase_if(list, [&](const auto& pair) { return pair.first == step.token_name; });
        list.emplace_back(step.token_name, value);
    };
    switch (step.token_in) {
    case scan::ParameterPlace::Header:
        std::erase_if(persona.headers,
                      [&](const net::HeaderField& f) { return f.name == step.token_name; });
        persona.headers.push_back({step.token_name, value});
        break;
    case scan::ParameterPlace::Query: replace_pair(persona.query); break;
    case scan::ParameterPlace::Cookie: replace_pair(persona.cookies); break;
    }
    for (const auto& subject : subjects_of_token(token)) add_identity(persona, subject);
}

std::vector<std::string> subjects_of_token(std::string_view token) {
    static constexpr std::array<std::string_view, 9> kClaims = {
        "sub", "username", "preferred_username", "user", "email", "user_id", "userId", "uid", "id"};
    std::vector<std::string> out;
    const auto parts = base::split(token, '.');
    if (parts.size() != 3) return out;
    const auto payload = base::base64_decode(parts[1]);
    if (!payload) return out;
    const auto claims =
        base::parse_json(*payload, {.bytes_max = 64u << 10, .depth_max = 20, .nodes_max = 1'000});
    if (!claims || !claims->is_object()) return out;
    for (const auto claim : kClaims) {
        const auto* value = base::find(*claims, claim);
        if (value != nullptr && (value->is_string() || value->is_number_integer())) {
            out.push_back(base::to_lower(scalar_text(*value)));
        }
    }
    return out;
}

std::vector<std::string> secrets_of(const Persona& persona) {
    std::vector<std::string> out;
    for (const auto& field : persona.headers) {
        const auto space = field.value.find(' ');
        out.push_back(space == std::string::npos ? field.value : field.value.substr(space + 1));
    }
    for (const auto& [name, value] : persona.query) out.push_back(value);
    for (const auto& [name, value] : persona.cookies) out.push_back(value);
    return out;
}

}  // namespace runner::api
