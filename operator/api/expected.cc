#include "operator/api/expected.h"

#include "base/digest.h"

#include <utility>

namespace api {

void ExpectedSet::expect(const results::AttemptKey& attempt, std::string token) {
    auto digest = base::sha256_raw(token);
    roll_.with([&](Roll& roll) { roll.expect(attempt, std::move(digest), std::move(token)); });
}

void ExpectedSet::forget(const results::AttemptKey& attempt) {
    roll_.with([&](Roll& roll) { roll.forget(attempt); });
}

void ExpectedSet::close_run(const results::RunKey& run) {
    roll_.with([&](Roll& roll) { roll.close_run(run); });
}

Caller ExpectedSet::find(std::string_view token) {
    // The digest hides the token from the timing of the look-up; the comparison behind it is
    // constant-time.
    const auto digest = base::sha256_raw(token);
    return roll_.with([&](const Roll& roll) -> Caller {
        const auto* entry = roll.find(digest);
        if (entry == nullptr || !base::equal_secrets(entry->proof, token)) return {};
        return {.kind = entry->over ? Caller::Kind::Over : Caller::Kind::Attempt,
                .attempt = entry->attempt};
    });
}

}  // namespace api
