#include "operator/api/token_verifier.h"

#include "base/digest.h"

#include <algorithm>
#include <utility>

namespace api {

using base::Duration;
using base::Result;

namespace {

// Tokens of Pods that are alive or were within the hour: some 300 bytes each.
constexpr std::size_t kKnownMax = 20'000;
// Reviews that are under way; more callers wait for their turn with 503.
constexpr std::size_t kReviewsMax = 256;
constexpr std::size_t kRefusedMax = 2'000;
// A token the cluster refused may count soon (a Pod that was just made): short.
constexpr Duration kRefusedFor{10'000};
// A review that was not answered by then is asked for again.
constexpr Duration kReviewFor{10'000};
// A rotated key is seen by many Pods at once, a forged key id by nobody but its forger: either must
// not make us ask the API server more often than this.
constexpr Duration kKeysEvery{10'000};
// Also where a token says it lives longer: the kubelet's live an hour.
constexpr Duration kKnownFor{3'600'000};

using Later = TokenVerifier::Later;
using Refused = TokenVerifier::Refused;

}  // namespace

TokenVerifier::TokenVerifier(const base::Clock& clock, TokenVerifierOptions options)
    : clock_(clock), options_(std::move(options)),
      state_(State{.known = base::ExpiringMap<PodIdentity>(kKnownMax),
                   .refused = base::ExpiringMap<std::string>(kRefusedMax),
                   .asked_review = base::ExpiringMap<std::monostate>(kReviewsMax)}) {}

Result<> TokenVerifier::set_keys(std::string_view jwks_json) {
    auto set = TRY(base::KeySet::parse(jwks_json));
    auto keys = std::make_shared<const base::KeySet>(std::move(set));
    state_.with([&](State& state) {
        state.source = Source::Keys;
        state.keys = std::move(keys);
        // A key that is gone from the set takes its tokens with it.
        state.known.clear();
    });
    return {};
}

void TokenVerifier::no_keys() {
    state_.with([](State& state) {
        // A set that we have stays better than asking: one refresh that failed is no reason.
        if (state.source == Source::Unknown) state.source = Source::Review;
    });
}

TokenVerifier::Verdict TokenVerifier::check(std::string_view text) {
    auto digest = base::sha256_raw(text);
    struct Seen {
        Source source;
        std::shared_ptr<const base::KeySet> keys;
        std::optional<PodIdentity> known;
    };
    const auto seen = state_.with([&](const State& state) -> Seen {
        const auto* known = state.known.find(digest, clock_.ticks());
        return {.source = state.source,
                .keys = state.keys,
                .known = known == nullptr ? std::nullopt : std::optional(*known)};
    });
    if (seen.known) return *seen.known;
    const auto token = base::parse_jwt(text);
    if (!token) return Refused{token.error().message()};
    auto pod = check_pod_claims(*token, options_.rules, clock_.wall());
    if (!pod) return Refused{pod.error().message()};
    const Question question{.token = *token, .pod = std::move(*pod), .digest = std::move(digest)};
    switch (seen.source) {
    case Source::Unknown: return ask_keys();
    case Source::Keys: return check_offline(question, *seen.keys);
    case Source::Review: return ask_review(question, text);
    }
    return Later{};
}

TokenVerifier::Verdict TokenVerifier::check_offline(const Question& question,
                                                    const base::KeySet& keys) {
    const auto* key = keys.find(question.token.key_id);
    if (key == nullptr) {
        if (question.token.key_id.empty()) return Refused{"the token names no key"};
        return ask_keys();
    }
    const auto checked = base::check_signature(question.token, *key);
    if (!checked) return Refused{checked.error().message()};
    remember(question.digest, question.pod, *question.token.expires);
    return question.pod;
}

TokenVerifier::Verdict TokenVerifier::ask_keys() {
    const bool due = state_.with([&](State& state) {
        const auto now = clock_.ticks();
        if (state.asked_keys && now - *state.asked_keys < kKeysEvery) return false;
        state.asked_keys = now;
        return true;
    });
    if (due && options_.refresh_keys) options_.refresh_keys();
    return Later{};
}

TokenVerifier::Verdict TokenVerifier::ask_review(const Question& question, std::string_view token) {
    const auto worth = options_.is_worth_review;
    if (worth && !worth(question.pod)) return Refused{"no Pod of this name is expected"};
    enum class Next { Ask, Wait };
    std::optional<std::string> why;
    const auto next = state_.with([&](State& state) {
        const auto now = clock_.ticks();
        if (const auto* refused = state.refused.find(question.digest, now)) why = *refused;
        if (why || state.asked_review.find(question.digest, now) != nullptr) return Next::Wait;
        state.asked_review.prune(now);
        // Dropping the oldest question here would let a flood keep all of them from an answer.
        if (state.asked_review.size() >= kReviewsMax) return Next::Wait;
        state.asked_review.put(question.digest, {}, now + kReviewFor);
        return Next::Ask;
    });
    if (why) return Refused{std::move(*why)};
    if (next == Next::Ask && options_.review) options_.review(std::string(token));
    return Later{};
}

void TokenVerifier::reviewed(std::string_view text, const Result<PodIdentity>& answer) {
    const auto digest = base::sha256_raw(text);
    const bool is_away = !answer && (answer.error().kind() == base::ErrorKind::Unavailable ||
                                     answer.error().kind() == base::ErrorKind::TimedOut);
    state_.with([&](State& state) {
        state.asked_review.erase(digest);
        if (!answer && !is_away)
            state.refused.put(digest, answer.error().message(), clock_.ticks() + kRefusedFor);
    });
    const auto token = base::parse_jwt(text);
    if (answer && token && token->expires) remember(digest, *answer, *token->expires);
}

void TokenVerifier::remember(const std::string& digest, const PodIdentity& pod,
                             base::Instant expires) {
    const auto left = std::min<Duration>(expires + kClockLeeway - clock_.wall(), kKnownFor);
    state_.with([&](State& state) { state.known.put(digest, pod, clock_.ticks() + left); });
}

}  // namespace api
