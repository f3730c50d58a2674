#include "kube/api_error.h"

#include "base/json.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace kube {
namespace {

using base::Json;

// A Status is a few hundred bytes; an invalid object can name each wrong field. What is longer was
// not written by an API server.
constexpr base::JsonLimits kStatusLimits{
    .bytes_max = 1u << 20, .depth_max = 32, .nodes_max = 10'000};
constexpr std::size_t kCausesMax = 32;
// Conditions and Events hold less than this; the rest of a sentence helps nobody.
constexpr std::size_t kMessageBytesMax = 4'096;
// Names of the API have at most 253 characters.
constexpr std::size_t kNameBytesMax = 256;
// Of a body that is no Status: enough for "404 page not found" and its like.
constexpr std::size_t kTextBytesMax = 200;
// Beyond it nobody waits; it keeps sums of times far from overflow.
constexpr std::int64_t kRetryAfterSecondsMax = 86'400;

// One line without control characters: it ends in conditions, logs and terminals.
std::string clean(std::string_view text, std::size_t bytes_max) {
    auto line = base::to_utf8(base::trim(text.substr(0, 2 * bytes_max)));
    std::replace_if(
        line.begin(), line.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return base::ellipsize(line, bytes_max);
}

std::string name_in(const Json& value, std::string_view key) {
    return clean(base::get_string(value, key), kNameBytesMax);
}

std::vector<ApiError::Cause> causes_in(const Json& details) {
    std::vector<ApiError::Cause> out;
    const auto* causes = base::find(details, "causes");
    if (causes == nullptr || !causes->is_array()) return out;
    for (const auto& cause : *causes) {
        if (out.size() == kCausesMax) break;
        out.push_back({.field = name_in(cause, "field"),
                       .reason = name_in(cause, "reason"),
                       .message = clean(base::get_string(cause, "message"), kMessageBytesMax)});
    }
    return out;
}

// False where the text is no Status.
bool read_status(std::string_view text, ApiError& error) {
    const auto status = base::parse_json(text, kStatusLimits);
    if (!status || base::get_string(*status, "kind") != "Status") return false;
    const auto code = base::get_int(*status, "code");
    if (error.code == 0 && code >= 100 && code <= 599) error.code = static_cast<int>(code);
    error.reason = name_in(*status, "reason");
    error.message = clean(base::get_string(*status, "message"), kMessageBytesMax);
    if (const auto* details = base::find(*status, "details")) {
        error.kind = name_in(*details, "kind");
        error.name = name_in(*details, "name");
        error.causes = causes_in(*details);
        const auto seconds = base::get_int(*details, "retryAfterSeconds");
        if (seconds > 0)
            error.retry_after = std::chrono::seconds(std::min(seconds, kRetryAfterSecondsMax));
    }
    return true;
}

struct CodeName {
    int code;
    std::string_view name;
};
constexpr std::array kCodeNames = {
    CodeName{400, "bad request"},
    CodeName{401, "unauthorized: the credentials are missing, wrong or expired"},
    CodeName{403, "forbidden"},
    CodeName{404, "not found"},
    CodeName{405, "method not allowed"},
    CodeName{409, "conflict"},
    CodeName{410, "gone"},
    CodeName{413, "the request is too large"},
    CodeName{415, "unsupported media type"},
    CodeName{422, "the object is invalid"},
    CodeName{429, "too many requests"},
    CodeName{500, "internal error"},
    CodeName{502, "bad gateway"},
    CodeName{503, "service unavailable"},
    CodeName{504, "gateway timeout"},
};

std::string sentence_of(int code) {
    const auto named = std::find_if(kCodeNames.begin(), kCodeNames.end(),
                                    [code](const CodeName& row) { return row.code == code; });
    if (named == kCodeNames.end()) return fmt::format("the API server answered {}", code);
    return fmt::format("the API server answered {} ({})", code, named->name);
}

// Proxies and aggregated API servers explain themselves in one line of text; markup would not help.
std::string sentence_with(int code, std::string_view body) {
    const auto text = base::trim(body.substr(0, 4 * kTextBytesMax));
    if (text.empty() || text.starts_with('<') || text.starts_with('{')) return sentence_of(code);
    const auto line = text.substr(0, text.find_first_of("\r\n"));
    return fmt::format("{}: {}", sentence_of(code), clean(line, kTextBytesMax));
}

bool is_answered(const net::Response& response) {
    // A broken body after 2xx leaves nothing to go by; a refusal is one whatever became of its
    // body.
    return response.status != 0 && (response.ok() || response.status >= 300);
}

}  // namespace

ApiError api_error_of(const net::Response& response, base::Instant now) {
    ApiError error{.failure = response.failure};
    if (!is_answered(response)) {
        error.message = response.failure_message.empty()
                            ? fmt::format("no answer from the API server ({})",
                                          net::to_string(response.failure))
                            : clean(response.failure_message, kMessageBytesMax);
        return error;
    }
    error.code = response.status;
    if (!read_status(response.body, error))
        error.message = sentence_with(error.code, response.body);
    if (error.message.empty()) error.message = sentence_of(error.code);
    if (const auto header = response.headers.get("Retry-After")) {
        if (const auto delay = net::parse_retry_after(*header, now)) error.retry_after = delay;
    }
    return error;
}

ApiError api_error_of_status(std::string_view status_json) {
    ApiError error;
    if (!read_status(status_json, error)) {
        error.failure = net::Failure::BadAnswer;
        error.message = "the API server reported an error that is no Status object";
    } else if (error.message.empty()) {
        error.message = sentence_of(error.code);
    }
    return error;
}

bool is_not_found(const ApiError& error) { return error.code == 404; }

bool is_already_exists(const ApiError& error) {
    return error.code == 409 && error.reason == "AlreadyExists";
}

bool is_conflict(const ApiError& error) { return error.code == 409 && !is_already_exists(error); }

bool is_expired(const ApiError& error) {
    return error.code == 410 || error.reason == "Expired" || error.reason == "Gone";
}

bool is_unauthorized(const ApiError& error) { return error.code == 401; }

bool is_forbidden(const ApiError& error) { return error.code == 403; }

bool is_quota_exceeded(const ApiError& error) {
    return error.code == 403 && error.message.contains("exceeded quota");
}

bool is_namespace_terminating(const ApiError& error) {
    return error.code == 403 &&
           std::any_of(error.causes.begin(), error.causes.end(), [](const ApiError::Cause& cause) {
               return cause.reason == "NamespaceTerminating";
           });
}

bool is_invalid(const ApiError& error) { return error.code == 422 || error.code == 400; }

bool is_too_many_requests(const ApiError& error) { return error.code == 429; }

bool is_unknown_outcome(const ApiError& error) {
    // These two say that nothing was sent.
    const bool unsent =
        error.failure == net::Failure::BadRequest || error.failure == net::Failure::OutOfScope;
    return (error.code == 0 && !unsent) || error.code >= 500;
}

bool is_transient(const ApiError& error) {
    return is_unknown_outcome(error) || is_too_many_requests(error);
}

}  // namespace kube
