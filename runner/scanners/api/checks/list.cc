#include "runner/scanners/api/checks/check.h"

#include "runner/scanners/api/checks/malformed.h"

#include <algorithm>
#include <array>

namespace runner::api {
namespace {

using scan::Authorization;

bool always(const Operation&, const scan::ApiOptions&) { return true; }
std::int64_t none(const Specification&, const Operation&, Authorization) { return 0; }
std::int64_t one(const Specification&, const Operation&, Authorization) { return 1; }
std::int64_t two(const Specification&, const Operation&, Authorization) { return 2; }
// Up to three objects, each as its owner, as the peer and anonymous, and a random one.
std::int64_t ten(const Specification&, const Operation&, Authorization) { return 10; }

constexpr std::array kChecks = {
    Check{"api.auth.missing", Authorization::Passive, Needs::Baseline, auth_missing_applies, one,
          run_auth_missing},
    Check{"api.exposure.sensitive", Authorization::Passive, Needs::Baseline, always, one,
          run_exposure},
    Check{"api.cors", Authorization::Passive, Needs::Baseline, cors_applies, two, run_cors},
    Check{"api.headers", Authorization::Passive, Needs::Nothing, always, none, run_headers},
    Check{"api.bola", Authorization::Active, Needs::Nothing, bola_applies, ten, run_bola},
    // Last: what it sends is broken on purpose.
    Check{"api.error-leak", Authorization::Passive, Needs::Nothing, always, malformed_requests,
          run_error_leak},
};

bool matches_any(const std::vector<std::string>& prefixes, std::string_view id) {
    return std::ranges::any_of(prefixes, [&](std::string_view prefix) {
        return id == prefix ||
               (id.starts_with(prefix) && (prefix.ends_with('.') || id[prefix.size()] == '.'));
    });
}

}  // namespace

std::span<const Check> all_checks() { return kChecks; }

bool is_rule_wanted(const scan::ApiOptions& options, std::string_view rule_id) {
    const bool wanted =
        options.include_checks.empty() || matches_any(options.include_checks, rule_id);
    return wanted && !matches_any(options.exclude_checks, rule_id);
}

std::vector<const Check*> planned_checks(const Operation& operation,
                                         const scan::ApiOptions& options) {
    std::vector<const Check*> out;
    for (const auto& check : kChecks) {
        // api.5xx comes out of the malformed requests of api.error-leak.
        const bool extra = check.id == "api.error-leak" && is_rule_wanted(options, "api.5xx");
        if ((is_rule_wanted(options, check.id) || extra) && check.applies(operation, options))
            out.push_back(&check);
    }
    return out;
}

}  // namespace runner::api
