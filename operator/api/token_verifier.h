// Whose Pod a projected ServiceAccount token is bound to: checked offline against the cluster's key
// set, or by TokenReview where no key set can be had. It asks nobody itself and never waits: what
// it needs it asks for by callbacks, and whoever talks to the cluster gives the answers back.
#pragma once

#include "base/expiring_map.h"
#include "base/guarded.h"
#include "base/key_set.h"
#include "base/result.h"
#include "base/time.h"
#include "operator/api/pod_token.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace api {

struct TokenVerifierOptions {
    TokenRules rules;  // the issuer is that of the operator's own token (base::parse_jwt)
    // Both are called on the thread of check(), without a lock held: quick, never throwing.
    // Please fetch /openid/v1/jwks and call set_keys(), or no_keys(): at most once in 10 s.
    std::function<void()> refresh_keys{};
    // Please send token_review_body(token, rules.audience) and call reviewed().
    std::function<void(std::string token)> review{};
    // Before a review: whether this Pod is worth one. Strangers' tokens must not make us ask the
    // cluster.
    std::function<bool(const PodIdentity&)> is_worth_review{};
};

// Any thread.
class TokenVerifier {
public:
    struct Refused {
        std::string why;  // for our log: one sentence without any of the token
    };
    struct Later {};  // cannot be told yet: 503, try again after a second
    using Verdict = std::variant<PodIdentity, Refused, Later>;

    // The clock outlives it.
    TokenVerifier(const base::Clock& clock, TokenVerifierOptions options);

    // As /openid/v1/jwks answers. Invalid: no usable key set; then what was known stays.
    base::Result<> set_keys(std::string_view jwks_json);
    // No key set can be had (no right, or the API server serves none): TokenReview from now on,
    // until set_keys().
    void no_keys();

    Verdict check(std::string_view token);

    // The answer of a review: parse_token_review(), or Unavailable when none came; then the next
    // call asks again.
    void reviewed(std::string_view token, const base::Result<PodIdentity>& answer);

private:
    enum class Source { Unknown, Keys, Review };
    struct State {
        Source source = Source::Unknown;
        std::shared_ptr<const base::KeySet> keys{};
        std::optional<base::Ticks> asked_keys{};
        base::ExpiringMap<PodIdentity> known;
        base::ExpiringMap<std::string> refused;  // by review: why
        base::ExpiringMap<std::monostate> asked_review;
    };
    struct Question {
        const base::Jwt& token;
        PodIdentity pod;  // as the token says
        std::string digest;
    };

    Verdict check_offline(const Question& question, const base::KeySet& keys);
    Verdict ask_review(const Question& question, std::string_view token);
    Verdict ask_keys();
    void remember(const std::string& digest, const PodIdentity& pod, base::Instant expires);

    const base::Clock& clock_;
    const TokenVerifierOptions options_;
    base::Guarded<State> state_;
};

}  // namespace api
