#include "runner/scanners/api/discovery/affinity.h"

#include "base/digest.h"
#include "base/text.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace runner::api {
namespace {

constexpr std::size_t kAffinityMax = 256;
// Paths have no more literal segments than this; it only bounds the loop.
constexpr int kSplitsMax = 16;

bool is_literal(std::string_view segment) { return segment.find('{') == std::string_view::npos; }

// The first `extra` literal segments behind the prefix are added to it:
// "/shops/{id}/orders/{order}" is "/shops" with 0 and
// "/shops/orders" with 1.
std::string prefix_of(std::string_view path, int extra) {
    std::string out;
    bool in_prefix = true;
    std::size_t taken = 0;
    for (const auto segment : base::split(path, '/')) {
        if (segment.empty()) continue;
        if (!is_literal(segment)) {
            in_prefix = false;
            // "/{tenant}/users": the one segment that every group needs.
            if (taken == 0) out += "/" + std::string(segment), ++taken;
            continue;
        }
        if (!in_prefix && extra-- <= 0) break;
        out += "/" + std::string(segment);
        ++taken;
    }
    return out.empty() ? "/" : out;
}

std::string name_of(const Operation& operation, int extra) {
    auto name = prefix_of(operation.path_template, extra);
    if (!operation.tags.empty()) name += " " + operation.tags.front();
    if (name.size() <= kAffinityMax) return name;
    return base::ellipsize(name, kAffinityMax - 40) + "#" + base::sha256_hex(name).substr(0, 32);
}

}  // namespace

std::vector<std::string> affinities_of(const std::vector<const Operation*>& operations) {
    std::vector<std::string> names;
    std::vector<int> extras(operations.size(), 0);
    for (const auto* operation : operations) names.push_back(name_of(*operation, 0));
    for (int round = 0; round < kSplitsMax; ++round) {
        std::map<std::string, std::size_t> sizes;
        for (const auto& name : names) ++sizes[name];
        const auto largest =
            std::ranges::max_element(sizes, {}, [](const auto& entry) { return entry.second; });
        if (largest == sizes.end() || largest->second * 2 <= operations.size()) break;
        const auto crowded = largest->first;
        bool moved = false;
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (names[i] != crowded) continue;
            names[i] = name_of(*operations[i], ++extras[i]);
            moved = moved || names[i] != crowded;
        }
        if (!moved) break;
    }
    return names;
}

}  // namespace runner::api
