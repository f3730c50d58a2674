// The attempts that are expected, each under a key that its caller shows. Not thread-safe.
#pragma once

#include "operator/results/store.h"

#include <deque>
#include <map>
#include <string>
#include <string_view>

namespace api {

class Roll {
public:
    struct Entry {
        results::AttemptKey attempt;
        std::string proof;  // what the caller must show besides the key
        bool over = false;
    };

    // Replaces what there was of this attempt, and of this key.
    void expect(const results::AttemptKey& attempt, std::string key, std::string proof);
    // Stays known as over, until 10 000 others are.
    void forget(const results::AttemptKey& attempt);
    void close_run(const results::RunKey& run);

    // nullptr: unknown. Valid until the next change.
    const Entry* find(std::string_view key) const;
    const Entry* find(const results::AttemptKey& attempt) const;

private:
    void erase(const std::string& key);

    std::map<std::string, Entry, std::less<>> by_key_;
    std::map<results::AttemptKey, std::string> keys_;
    std::deque<std::string> over_;  // keys of those that are over, oldest first
};

}  // namespace api
