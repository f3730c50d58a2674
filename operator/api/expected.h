// Callers by random bearer tokens: local mode, where the operator hands each runner its own.
#pragma once

#include "base/guarded.h"
#include "operator/api/callers.h"
#include "operator/api/roll.h"

#include <string>
#include <string_view>

namespace api {

// Any thread.
class ExpectedSet : public Callers {
public:
    // From now on this attempt may call, with this token; a new one for the same attempt replaces
    // the old.
    void expect(const results::AttemptKey& attempt, std::string token);

    // Takes time that does not depend on how much of a token is right.
    Caller find(std::string_view token) override;
    void forget(const results::AttemptKey& attempt) override;
    void close_run(const results::RunKey& run) override;

private:
    base::Guarded<Roll> roll_;  // by the SHA-256 of the token
};

}  // namespace api
