#include "operator/api/roll.h"

#include <utility>
#include <vector>

namespace api {

namespace {

// Attempts that are over and still remembered: some 300 bytes each.
constexpr std::size_t kOverMax = 10'000;

}  // namespace

void Roll::erase(const std::string& key) {
    const auto entry = by_key_.find(key);
    if (entry == by_key_.end()) return;
    keys_.erase(entry->second.attempt);
    by_key_.erase(entry);
}

void Roll::expect(const results::AttemptKey& attempt, std::string key, std::string proof) {
    const auto old = keys_.find(attempt);
    if (old != keys_.end()) erase(std::string(old->second));
    erase(key);
    keys_[attempt] = key;
    by_key_[std::move(key)] = {.attempt = attempt, .proof = std::move(proof)};
}

void Roll::forget(const results::AttemptKey& attempt) {
    const auto key = keys_.find(attempt);
    if (key == keys_.end()) return;
    auto& entry = by_key_.at(key->second);
    if (entry.over) return;
    entry.over = true;
    over_.push_back(key->second);
    while (over_.size() > kOverMax) {
        const auto oldest = by_key_.find(over_.front());
        // A key may have come back for another attempt since.
        if (oldest != by_key_.end() && oldest->second.over) erase(std::string(oldest->first));
        over_.pop_front();
    }
}

void Roll::close_run(const results::RunKey& run) {
    std::vector<results::AttemptKey> attempts;
    const results::AttemptKey first{.run = run, .chunk = -1, .attempt = 0};
    for (auto at = keys_.lower_bound(first); at != keys_.end() && at->first.run == run; ++at)
        attempts.push_back(at->first);
    for (const auto& attempt : attempts) forget(attempt);
}

const Roll::Entry* Roll::find(std::string_view key) const {
    const auto entry = by_key_.find(key);
    return entry == by_key_.end() ? nullptr : &entry->second;
}

const Roll::Entry* Roll::find(const results::AttemptKey& attempt) const {
    const auto key = keys_.find(attempt);
    return key == keys_.end() ? nullptr : &by_key_.at(key->second);
}

}  // namespace api
