#include "runner/scanners/api/personas/login.h"

#include "base/json.h"
#include "base/text.h"
#include "runner/scanners/api/openapi/names.h"
#include "runner/scanners/api/personas/json_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace runner::api {
namespace {

using base::ErrorKind;
using base::fail;
using base::Json;
using base::Result;

constexpr int kTokenDepthMax = 4;
// A jar that grows without end is not a session.
constexpr std::size_t kCookiesMax = 50;
constexpr std::string_view kDefaultBody =
    R"({"username": "${username}", "password": "${password}"})";

enum class BodyKind { Document, Form };

std::string escaped(const std::string& value, BodyKind kind) {
    if (kind == BodyKind::Form) return base::percent_encode(value);
    const auto quoted = base::dump_json(Json(value));
    return quoted.substr(1, quoted.size() - 2);
}

// One pass: what a value brings in is never read as a placeholder again.
std::string filled(std::string_view body, BodyKind kind,
                   const std::map<std::string, std::string>& files) {
    std::string out;
    while (!body.empty()) {
        const auto open = body.find("${");
        out += body.substr(0, open);
        if (open == std::string_view::npos) break;
        const auto close = body.find('}', open);
        const auto name = close == std::string_view::npos ? std::string_view()
                                                          : body.substr(open + 2, close - open - 2);
        const auto file = files.find(std::string(name));
        if (file == files.end()) {
            out += "${";
            body.remove_prefix(open + 2);
            continue;
        }
        out += escaped(file->second, kind);
        body.remove_prefix(close + 1);
    }
    return out;
}

struct Where {
    std::string method;
    std::string path;
};

Result<Where> where_of(const scan::LoginStep& step, const Specification& specification) {
    const auto space = step.operation.find(' ');
    if (space != std::string::npos && step.operation.find('/') == space + 1) {
        return Where{step.operation.substr(0, space), step.operation.substr(space + 1)};
    }
    const auto found = std::ranges::find_if(specification.operations, [&](const Operation& o) {
        return o.operation_id == step.operation;
    });
    if (found != specification.operations.end()) return Where{found->method, found->path_template};
    return fail(
        ErrorKind::Invalid,
        fmt::format("login.operation '{}' is neither \"METHOD /path\" nor an operationId of "
                    "the specification",
                    step.operation));
}

const Json* usual_token(const Json& node, int depth) {
    static constexpr std::array<std::string_view, 14> kNames = {
        "accesstoken", "token",         "authtoken",    "jwt",    "idtoken",
        "jwttoken",    "bearertoken",   "sessiontoken", "bearer", "sessionid",
        "session",     "authorization", "apikey",       "key"};
    if (depth > kTokenDepthMax || !node.is_structured()) return nullptr;
    for (const auto name : kNames) {
        for (const auto& [key, value] : node.items()) {
            const bool text = value.is_string() && !value.get_ref<const std::string&>().empty();
            if (node.is_object() && text && plain_name(key) == name) return &value;
        }
    }
    for (const auto& child : node) {
        if (const auto* found = usual_token(child, depth + 1)) return found;
    }
    return nullptr;
}

Result<std::optional<std::string>> token_in(const scan::LoginStep& step,
                                            const net::Response& answer) {
    const auto body = base::parse_json(
        answer.body, {.bytes_max = 1u << 20, .depth_max = 64, .nodes_max = 100'000});
    if (!step.token_path.empty()) {
        if (!body) return std::nullopt;
        const auto* value = TRY(at_json_path(*body, step.token_path));
        if (value == nullptr || !value->is_string()) return std::nullopt;
        return value->get<std::string>();
    }
    const auto* value = body ? usual_token(*body, 0) : nullptr;
    if (value != nullptr) return value->get<std::string>();
    const auto header = answer.headers.get("Authorization");
    if (!header) return std::nullopt;
    const auto space = header->find(' ');
    return std::string(space == std::string_view::npos ? *header : header->substr(space + 1));
}

// RFC 6265 §5.2, as far as one host needs it: name and value; an empty value or Max-Age=0 deletes.
void take_cookies(Persona& persona, const net::Response& answer) {
    for (const auto& field : answer.headers.fields()) {
        if (!base::equals_ignoring_case(field.name, "Set-Cookie")) continue;
        const auto pair = std::string_view(field.value).substr(0, field.value.find(';'));
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos || equals == 0) continue;
        const auto name = std::string(base::trim(pair.substr(0, equals)));
        const auto value = std::string(base::trim(pair.substr(equals + 1)));
        std::erase_if(persona.cookies, [&](const auto& cookie) { return cookie.first == name; });
        const bool deleted =
            value.empty() || base::to_lower(field.value).find("max-age=0") != std::string::npos;
        if (!deleted && persona.cookies.size() < kCookiesMax)
            persona.cookies.emplace_back(name, value);
    }
}

}  // namespace

Result<net::Request> login_request(const scan::LoginStep& step,
                                   const std::map<std::string, std::string>& files,
                                   const Specification& specification,
                                   const std::string& server_url) {
    const auto where = TRY(where_of(step, specification));
    const auto body = step.body_template.empty() ? std::string(kDefaultBody) : step.body_template;
    const auto kind = base::trim(body).starts_with('{') || base::trim(body).starts_with('[')
                          ? BodyKind::Document
                          : BodyKind::Form;
    std::string_view server = server_url;
    while (server.ends_with('/')) server.remove_suffix(1);
    net::Request request;
    request.method = where.method;
    request.url = std::string(server) + where.path;
    request.headers.set("Accept", "application/json, */*;q=0.5");
    request.headers.set("Content-Type", kind == BodyKind::Document
                                            ? "application/json"
                                            : "application/x-www-form-urlencoded");
    request.body = filled(body, kind, files);
    return request;
}

Result<> take_login(Persona& persona, const scan::LoginStep& step, const net::Response& answer) {
    if (!answer.ok()) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("the login of persona '{}' got no answer: {}", persona.name,
                                answer.failure_message));
    }
    const bool accepted = answer.status >= 200 && answer.status < 400;
    if (!accepted) {
        return fail(
            ErrorKind::Forbidden,
            fmt::format(
                "the login of persona '{}' ({}) was answered {}; check its credential '{}' and "
                "login.bodyTemplate",
                persona.name, step.operation, answer.status, persona.config->credentials_ref));
    }
    take_cookies(persona, answer);
    const auto token = TRY(token_in(step, answer));
    if (!token && (persona.cookies.empty() || !step.token_path.empty())) {
        return fail(
            ErrorKind::Forbidden,
            fmt::format(
                "the login of persona '{}' was answered {} without a token{}; set login.tokenPath",
                persona.name, answer.status,
                step.token_path.empty() ? "" : fmt::format(" at '{}'", step.token_path)));
    }
    if (token) take_token(persona, step, *token);
    persona.usable = true;
    persona.failure.clear();
    return {};
}

}  // namespace runner::api
