#include "runner/scanners/api/discovery/select.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace runner::api {

bool matches_any(const std::vector<std::string>& globs, const Operation& operation) {
    return std::ranges::any_of(globs, [&](const std::string& glob) {
        const bool by_tag = std::ranges::any_of(
            operation.tags, [&](const std::string& tag) { return base::glob_match(glob, tag); });
        return by_tag || base::glob_match(glob, operation.id()) ||
               (!operation.operation_id.empty() && base::glob_match(glob, operation.operation_id));
    });
}

Selection select_operations(const Specification& specification, const scan::ApiOptions& options,
                            scan::Authorization level) {
    Selection out;
    std::size_t filtered = 0;
    std::size_t not_allowed = 0;
    std::size_t trace = 0;
    for (const auto& operation : specification.operations) {
        const bool wanted = options.include_operations.empty() ||
                            matches_any(options.include_operations, operation);
        if (!wanted || matches_any(options.exclude_operations, operation)) {
            ++filtered;
            continue;
        }
        if (operation.method == "TRACE") {
            ++trace;
            continue;
        }
        const bool allowed = operation.is_safe() || level == scan::Authorization::Intrusive ||
                             matches_any(options.allow_unsafe_operations, operation);
        if (allowed)
            out.operations.push_back(&operation);
        else
            ++not_allowed;
    }
    const auto total = specification.operations.size();
    if (filtered > 0)
        out.notices.push_back(fmt::format(
            "{} of {} operations are left out by includeOperations and excludeOperations", filtered,
            total));
    if (not_allowed > 0) {
        out.notices.push_back(fmt::format(
            "{} of {} operations not allowed at {} (they change the target): Intrusive runs "
            "them all, allowUnsafeOperations names single ones",
            not_allowed, total, scan::to_string(level)));
    }
    if (trace > 0) out.notices.push_back(fmt::format("{} TRACE operations are not sent", trace));
    return out;
}

}  // namespace runner::api
