// Why the API server did not do what it was asked: its Status object as a value. Pure.
// Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
#pragma once

#include "base/time.h"
#include "net/http.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kube {

struct ApiError {
    int code = 0;           // HTTP status; 0 = there was no answer
    std::string reason{};   // of the Status: "AlreadyExists", "Expired", …; empty without a Status
    std::string message{};  // one sentence
    std::string kind{};     // details: what it is about
    std::string name{};
    struct Cause {
        std::string field{};
        std::string reason{};
        std::string message{};
        bool operator==(const Cause&) const = default;
    };
    std::vector<Cause> causes{};                  // at most 32 are kept
    std::optional<base::Duration> retry_after{};  // the header, or details.retryAfterSeconds
    net::Failure failure = net::Failure::None;    // without an answer: why
    bool operator==(const ApiError&) const = default;
};

// Of an answer outside 2xx, or of none. A body that is no Status leaves a sentence made from the
// code and the body's first line. An answer of 2xx that broke off counts as none. Hostile bodies
// are cut: messages at 4 KiB, names at 256 bytes, one line each.
ApiError api_error_of(const net::Response& response, base::Instant now);
// Of a Status that came as JSON, as in a watch's ERROR event. What is none becomes code 0 with
// Failure::BadAnswer: transient.
ApiError api_error_of_status(std::string_view status_json);

bool is_not_found(const ApiError& error);       // 404
bool is_already_exists(const ApiError& error);  // 409 AlreadyExists
bool is_conflict(const ApiError& error);        // 409 otherwise: precondition or resourceVersion
bool is_expired(const ApiError& error);         // 410 Gone, Expired: the history is compacted
bool is_unauthorized(const ApiError& error);    // 401
bool is_forbidden(const ApiError& error);       // 403
bool is_quota_exceeded(const ApiError& error);  // 403 whose message says "exceeded quota"
bool is_namespace_terminating(const ApiError& error);  // 403 with cause NamespaceTerminating
bool is_invalid(const ApiError& error);                // 422 or 400
bool is_too_many_requests(const ApiError& error);      // 429
// Nobody knows whether it was done: no answer, time-out, or a 5xx. Not where nothing was sent
// because the request itself cannot be (Failure::BadRequest).
bool is_unknown_outcome(const ApiError& error);
// Worth the same request again, later: unknown outcomes, 429, 503.
bool is_transient(const ApiError& error);

}  // namespace kube
