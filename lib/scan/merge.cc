#include "scan/merge.h"

#include <algorithm>
#include <tuple>

namespace scan {
namespace {

constexpr std::size_t kEvidenceMax = 5;
constexpr std::size_t kCweMax = 8;
constexpr std::size_t kOwaspMax = 8;
constexpr std::size_t kReferencesMax = 10;

auto order_of(const OperationLocation& at) {
    return std::tie(at.server, at.path_template, at.method, at.parameter_in, at.parameter_name,
                    at.spec_uri, at.spec_pointer, at.start_line, at.start_column);
}
auto order_of(const FileLocation& at) {
    return std::tie(at.path, at.start_line, at.start_column, at.end_line, at.end_column);
}
auto order_of(const GenericLocation& at) { return std::tie(at.uri, at.name); }

bool location_less(const Location& a, const Location& b) {
    if (a.index() != b.index()) return a.index() < b.index();
    return std::visit(
        [&b](const auto& left) {
            return order_of(left) < order_of(std::get<std::decay_t<decltype(left)>>(b));
        },
        a);
}

// `into` is sorted and has each value once.
template <typename T, typename Less>
void insert_one(std::vector<T>& into, T&& value, Less less) {
    const auto place = std::lower_bound(into.begin(), into.end(), value, less);
    if (place == into.end() || less(value, *place)) into.insert(place, std::move(value));
}

// Smallest `max` of the union. Taking the smallest keeps it associative: nothing that an earlier
// cut left out could have been among them.
template <typename T, typename Less = std::less<>>
void unite(std::vector<T>& into, std::vector<T>&& other, std::size_t max, Less less = {}) {
    for (auto& value : other) insert_one(into, std::move(value), less);
    if (into.size() > max) into.erase(into.begin() + static_cast<std::ptrdiff_t>(max), into.end());
}

template <typename T>
void normalise(std::vector<T>& values, std::size_t max) {
    auto given = std::move(values);
    values.clear();
    unite(values, std::move(given), max);
}

// The fields that cannot be joined come from one finding, the smallest, so that they fit together.
auto told_by(const Finding& f) {
    return std::tie(f.unit, f.message, f.title, f.rule_id, f.target_kind, f.target_name,
                    f.target_uri, f.remediation, f.tool_name, f.tool_version, f.discriminator,
                    f.group, f.category);
}

bool tells_before(const Finding& a, const Finding& b) {
    if (location_less(a.location, b.location)) return true;
    if (location_less(b.location, a.location)) return false;
    return told_by(a) < told_by(b);
}

std::optional<Suppression> join(const std::optional<Suppression>& a,
                                const std::optional<Suppression>& b) {
    if (!a || !b) return std::nullopt;
    return std::tie(a->by, a->reason) < std::tie(b->by, b->reason) ? a : b;
}

void join_lists(Finding& into, Finding&& other) {
    unite(into.cwe, std::move(other.cwe), kCweMax);
    unite(into.owasp, std::move(other.owasp), kOwaspMax);
    unite(into.references, std::move(other.references), kReferencesMax);
    unite(into.evidence, std::move(other.evidence), kEvidenceMax);
}

}  // namespace

MergedFinding first_of(Finding finding, std::uint32_t chunk) {
    // The same normal form that fold leaves behind, so that folding with itself changes nothing.
    normalise(finding.cwe, kCweMax);
    normalise(finding.owasp, kOwaspMax);
    normalise(finding.references, kReferencesMax);
    normalise(finding.evidence, kEvidenceMax);
    MergedFinding merged;
    merged.locations.push_back(finding.location);
    merged.chunks.push_back(chunk);
    merged.finding = std::move(finding);
    return merged;
}

void fold(MergedFinding& into, MergedFinding&& other) {
    auto& a = into.finding;
    auto& b = other.finding;
    const auto severity = std::min(a.severity, b.severity);
    const auto confidence = std::min(a.confidence, b.confidence);
    const auto cvss = std::max(a.cvss_score, b.cvss_score);
    auto suppressed = join(a.suppressed, b.suppressed);
    if (tells_before(b, a)) std::swap(a, b);
    join_lists(a, std::move(b));
    a.severity = severity;
    a.confidence = confidence;
    a.cvss_score = cvss;
    a.suppressed = std::move(suppressed);
    into.state = std::min(into.state, other.state);
    unite(into.locations, std::move(other.locations), kLocationsMax, location_less);
    into.occurrences = into.locations.size();
    unite(into.chunks, std::move(other.chunks), SIZE_MAX);
}

}  // namespace scan
