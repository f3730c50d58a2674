// Who may call: the attempts that are expected, by their bearer tokens.
#pragma once

#include "base/guarded.h"
#include "operator/results/store.h"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace api {

// Any thread.
class ExpectedSet {
public:
    struct Caller {
        results::AttemptKey attempt;
        bool over = false;  // forgotten, or its run is closed: 410
    };

    // A new token for the same attempt replaces the old one.
    void expect(const results::AttemptKey& attempt, std::string token);
    // The attempt stays known for a while as over: a late caller must hear "gone" and stop, not
    // 401, which it answers by trying again.
    void forget(const results::AttemptKey& attempt);
    void close_run(const results::RunKey& run);
    // nullopt: nobody we know. Takes time that does not depend on how much of a token is right.
    std::optional<Caller> caller(std::string_view token) const;

private:
    struct Entry {
        results::AttemptKey attempt;
        std::string token;
        bool over = false;
    };
    struct State {
        std::map<std::string, Entry> by_digest;  // SHA-256 of the token
        std::map<results::AttemptKey, std::string> digests;
        std::deque<std::string> over;  // digests of those that are over, oldest first
    };
    static void end(State& state, Entry& entry, const std::string& digest);

    base::Guarded<State> state_;
};

}  // namespace api
