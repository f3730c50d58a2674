// Joining records and unit lines. Every choice depends on values alone, never on which came first:
// that is what makes the join of a million lines the same in any order and grouping.
#include "scan/merge.h"

#include "base/json.h"

#include <algorithm>
#include <map>
#include <set>

namespace scan {
namespace {

using base::Json;

// Values of different types cannot be joined: the later type in this list wins.
int rank(const Json& value) {
    if (value.is_null()) return 0;
    if (value.is_boolean()) return 1;
    if (value.is_number()) return 2;
    if (value.is_string()) return 3;
    if (value.is_array()) return 4;
    return 5;
}

bool json_less(const Json& a, const Json& b) {
    if (a < b) return true;
    if (b < a) return false;
    return base::dump_json(a) < base::dump_json(b);  // 1 and 1.0 are equal, but not the same text
}

Json join_lists(const Json& a, const Json& b) {
    std::vector<Json> all(a.begin(), a.end());
    all.insert(all.end(), b.begin(), b.end());
    std::sort(all.begin(), all.end(), json_less);
    const auto same = [](const Json& x, const Json& y) {
        return !json_less(x, y) && !json_less(y, x);
    };
    all.erase(std::unique(all.begin(), all.end(), same), all.end());
    return all;
}

Json join(const Json& a, const Json& b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b) ? b : a;
    if (a.is_array()) return join_lists(a, b);
    if (!a.is_object()) {
        // Larger number, true before false, but the smaller text.
        const bool b_is_less = json_less(b, a);
        return b_is_less == a.is_string() ? b : a;
    }
    Json joined = a;
    for (const auto& [name, value] : b.items()) {
        const auto mine = joined.find(name);
        if (mine == joined.end()) {
            joined[name] = value;
        } else {
            *mine = join(*mine, value);
        }
    }
    return joined;
}

std::string join_data(const std::string& a, const std::string& b) {
    if (a == b) return a;
    const auto left = base::parse_json(a);
    const auto right = base::parse_json(b);
    // Broken data gives way to sound data; of two broken ones the smaller stays.
    if (!left && !right) return std::min(a, b);
    if (!left) return base::dump_json(*right);
    if (!right) return base::dump_json(*left);
    return base::dump_json(join(*left, *right));
}

int goodness(UnitStatus status) {
    switch (status) {
    case UnitStatus::Ok: return 4;
    case UnitStatus::Forbidden: return 3;
    case UnitStatus::Skipped: return 2;
    case UnitStatus::TimedOut: return 1;
    case UnitStatus::Failed: return 0;
    }
    return 0;
}

using Truth = std::vector<std::pair<std::string, std::int64_t>>;

Truth join_truth(const Truth& a, const Truth& b) {
    std::map<std::string, std::int64_t> joined;
    for (const auto* side : {&a, &b}) {
        for (const auto& [name, value] : *side) {
            const auto [place, fresh] = joined.try_emplace(name, value);
            if (!fresh) place->second = std::max(place->second, value);
        }
    }
    return {joined.begin(), joined.end()};
}

}  // namespace

void fold(Record& into, Record&& other) {
    into.unit = std::min(into.unit, other.unit);
    into.data_json = join_data(into.data_json, other.data_json);
}

void fold(UnitLine& into, UnitLine&& other) {
    into.ms += other.ms;
    into.requests += other.requests;
    into.bytes += other.bytes;
    const int mine = goodness(into.status);
    const int theirs = goodness(other.status);
    if (mine > theirs) return;
    if (theirs > mine) {
        into.status = other.status;
        into.reason = std::move(other.reason);
        into.truth = std::move(other.truth);
        return;
    }
    into.reason = std::min(into.reason, other.reason);
    into.truth = join_truth(into.truth, other.truth);
}

}  // namespace scan
