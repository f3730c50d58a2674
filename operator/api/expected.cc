#include "operator/api/expected.h"

#include "base/digest.h"

#include <utility>

namespace api {

namespace {

// Attempts that are over and still remembered: some 300 bytes each.
constexpr std::size_t kOverMax = 10'000;

}  // namespace

void ExpectedSet::expect(const results::AttemptKey& attempt, std::string token) {
    auto digest = base::sha256_raw(token);
    state_.with([&](State& state) {
        const auto old = state.digests.find(attempt);
        if (old != state.digests.end()) state.by_digest.erase(old->second);
        state.digests[attempt] = digest;
        state.by_digest[std::move(digest)] = {.attempt = attempt, .token = std::move(token)};
    });
}

void ExpectedSet::end(State& state, Entry& entry, const std::string& digest) {
    if (entry.over) return;
    entry.over = true;
    state.over.push_back(digest);
}

void ExpectedSet::forget(const results::AttemptKey& attempt) {
    state_.with([&](State& state) {
        const auto digest = state.digests.find(attempt);
        if (digest == state.digests.end()) return;
        const auto entry = state.by_digest.find(digest->second);
        if (entry != state.by_digest.end()) end(state, entry->second, entry->first);
        while (state.over.size() > kOverMax) {
            const auto oldest = state.by_digest.find(state.over.front());
            if (oldest != state.by_digest.end()) {
                state.digests.erase(oldest->second.attempt);
                state.by_digest.erase(oldest);
            }
            state.over.pop_front();
        }
    });
}

void ExpectedSet::close_run(const results::RunKey& run) {
    std::vector<results::AttemptKey> attempts;
    state_.with([&](const State& state) {
        const results::AttemptKey first{.run = run, .chunk = -1, .attempt = 0};
        for (auto at = state.digests.lower_bound(first); at != state.digests.end(); ++at) {
            if (at->first.run != run) break;
            attempts.push_back(at->first);
        }
    });
    for (const auto& attempt : attempts) forget(attempt);
}

std::optional<ExpectedSet::Caller> ExpectedSet::caller(std::string_view token) const {
    // The digest hides the token from the timing of the look-up; the comparison behind it is
    // constant-time.
    const auto digest = base::sha256_raw(token);
    return state_.with([&](const State& state) -> std::optional<Caller> {
        const auto entry = state.by_digest.find(digest);
        if (entry == state.by_digest.end() || !base::equal_secrets(entry->second.token, token))
            return std::nullopt;
        return Caller{.attempt = entry->second.attempt, .over = entry->second.over};
    });
}

}  // namespace api
