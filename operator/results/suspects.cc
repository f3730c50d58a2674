#include "operator/results/suspects.h"

#include "operator/results/line_scan.h"
#include "scan/stream.h"

#include <algorithm>
#include <set>

namespace results {

struct Suspects::Impl {
    LineScan scanner;
    std::set<std::string, std::less<>> units;
};

Suspects::Suspects() : impl_(std::make_unique<Impl>()) {}
Suspects::~Suspects() = default;

base::Result<> Suspects::look_at(std::string_view segment) {
    return impl_->scanner.each(segment, [this](const ScannedLine& line) -> base::Result<> {
        if (line.kind == LineKind::Unit || line.unit.empty()) return {};
        if (!impl_->units.contains(line.unit)) impl_->units.emplace(line.unit);
        return {};
    });
}

std::vector<std::string> Suspects::without(const std::vector<std::string>& done) const {
    std::vector<std::string> left;
    std::ranges::set_difference(impl_->units, done, std::back_inserter(left));
    return left;
}

}  // namespace results
