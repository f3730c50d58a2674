#include "operator/rights/rights.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace rights {

using base::Json;

namespace {

constexpr std::string_view kGroup = "scanfleet.dev";
// A right that was taken away holds on for so long; a page of a report asks some times a second.
constexpr base::Duration kKnownFor{10'000};
constexpr std::size_t kKnownMax = 5'000;  // some 150 bytes each
// A flood of made-up tokens must not become a flood at the API server.
constexpr std::size_t kWaitingMax = 64;
constexpr std::size_t kCallersMax = 256;  // that wait for one answer
// Kubernetes' own tokens have 1 to 2 KiB, those of OIDC providers up to some more.
constexpr std::size_t kTokenBytesMax = 12u << 10;
constexpr base::JsonLimits kLimits{.bytes_max = 256u << 10, .depth_max = 20, .nodes_max = 10'000};

std::string digest_of(std::string_view token, const Question& question) {
    // No part holds a line end: names and words.
    return base::sha256_raw(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", base::sha256_hex(token),
                                        question.verb, question.namespace_, question.name,
                                        question.resource, question.subresource, question.path));
}

}  // namespace

std::string_view token_in(const net::Headers& headers) {
    constexpr std::string_view kScheme = "bearer ";
    const auto header = headers.get("Authorization").value_or("");
    if (header.size() > kScheme.size() &&
        base::equals_ignoring_case(header.substr(0, kScheme.size()), kScheme))
        return base::trim(header.substr(kScheme.size()));
    return base::trim(headers.get("X-Scanfleet-Token").value_or(""));
}

std::string access_review_body(const Question& question) {
    Json spec = Json::object();
    if (!question.path.empty()) {
        spec["nonResourceAttributes"] = {{"path", question.path}, {"verb", question.verb}};
    } else {
        spec["resourceAttributes"] = {{"group", kGroup},
                                      {"resource", question.resource},
                                      {"subresource", question.subresource},
                                      {"namespace", question.namespace_},
                                      {"name", question.name},
                                      {"verb", question.verb}};
    }
    return base::dump_json({{"apiVersion", "authorization.k8s.io/v1"},
                            {"kind", "SelfSubjectAccessReview"},
                            {"spec", std::move(spec)}});
}

Answer parse_access_review(const base::Result<ReviewAnswer>& answer) {
    if (!answer) return Answer::Unavailable;
    if (answer->status == 401) return Answer::Unauthenticated;
    // Anonymous callers may not even ask.
    if (answer->status == 403) return Answer::No;
    if (answer->status != 200 && answer->status != 201) return Answer::Unavailable;
    const auto review = base::parse_json(answer->body, kLimits);
    const Json* const status = review ? base::find(*review, "status") : nullptr;
    if (status == nullptr) return Answer::Unavailable;
    const bool allowed = base::get_bool(*status, "allowed") && !base::get_bool(*status, "denied");
    return allowed ? Answer::Yes : Answer::No;
}

ReviewedRights::ReviewedRights(const base::Clock& clock, SendReview send)
    : clock_(clock), send_(std::move(send)),
      state_(State{.known = base::ExpiringMap<Answer>(kKnownMax)}) {}

void ReviewedRights::ask(std::string_view token, const Question& question, Answered answered) {
    if (token.empty() || token.size() > kTokenBytesMax) return answered(Answer::Unauthenticated);
    const auto digest = digest_of(token, question);
    bool is_first = false;
    const auto known = state_.with([&](State& state) -> std::optional<Answer> {
        if (const auto* answer = state.known.find(digest, clock_.ticks())) return *answer;
        const auto waiting = state.waiting.find(digest);
        is_first = waiting == state.waiting.end();
        if (is_first && state.waiting.size() >= kWaitingMax) return Answer::Unavailable;
        if (!is_first && waiting->second.size() >= kCallersMax) return Answer::Unavailable;
        state.waiting[digest].push_back(std::move(answered));
        return std::nullopt;
    });
    if (known) return answered(*known);
    if (!is_first) return;
    send_(std::string(token), access_review_body(question),
          [this, digest](const base::Result<ReviewAnswer>& answer) {
              take(digest, parse_access_review(answer));
          });
}

void ReviewedRights::take(const std::string& digest, Answer answer) {
    auto callers = state_.with([&](State& state) {
        if (answer != Answer::Unavailable)
            state.known.put(digest, answer, clock_.ticks() + kKnownFor);
        auto waiting = state.waiting.extract(digest);
        return waiting.empty() ? std::vector<Answered>() : std::move(waiting.mapped());
    });
    for (auto& caller : callers) caller(answer);
}

void TokenRights::ask(std::string_view token, const Question& /*question*/, Answered answered) {
    answered(base::equal_secrets(token, token_) ? Answer::Yes : Answer::Unauthenticated);
}

}  // namespace rights
