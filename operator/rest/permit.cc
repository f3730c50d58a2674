#include "operator/rest/permit.h"

#include <fmt/format.h>

#include <chrono>
#include <future>
#include <memory>

namespace rest {

namespace {

constexpr base::Duration kRetryAfter{1'000};

}  // namespace

std::optional<rights::Question> question_of(const Route& route, std::string_view namespace_) {
    switch (route.kind) {
    case Route::Kind::Info: return std::nullopt;
    case Route::Kind::Scans:
        return rights::Question{.verb = "list", .namespace_ = std::string(namespace_)};
    case Route::Kind::Scan:
    case Route::Kind::Units:
        return rights::Question{.verb = "get", .namespace_ = route.namespace_, .name = route.name};
    // Evidence is more than status: a right of its own.
    case Route::Kind::Findings:
    case Route::Kind::Report:
        return rights::Question{.verb = "get",
                                .namespace_ = route.namespace_,
                                .name = route.name,
                                .subresource = "findings"};
    }
    return std::nullopt;
}

net::Reply unauthenticated_reply() {
    auto reply = net::error_reply(
        401,
        "a token that the cluster knows is needed: Authorization: Bearer, or X-Scanfleet-Token");
    reply.headers.set("WWW-Authenticate", "Bearer");
    return reply;
}

std::optional<net::Reply> refuse(rights::Rights& rights, std::string_view token,
                                 const rights::Question& question, base::Duration timeout) {
    // The answer may come after we gave up.
    const auto promise = std::make_shared<std::promise<rights::Answer>>();
    auto future = promise->get_future();
    rights.ask(token, question, [promise](rights::Answer answer) { promise->set_value(answer); });
    auto answer = rights::Answer::Unavailable;
    if (future.wait_for(timeout) == std::future_status::ready) answer = future.get();
    switch (answer) {
    case rights::Answer::Yes: return std::nullopt;
    case rights::Answer::Unauthenticated: return unauthenticated_reply();
    case rights::Answer::Unavailable:
        return net::error_reply(503, "the cluster cannot be asked for your rights", kRetryAfter);
    case rights::Answer::No: break;
    }
    return net::error_reply(
        403, fmt::format("you may not {} scanjobs{} in {}", question.verb,
                         question.subresource.empty() ? "" : "/" + question.subresource,
                         question.namespace_.empty() ? "all namespaces"
                                                     : "namespace " + question.namespace_));
}

}  // namespace rest
