// The rule catalogue: what every rule of every scanner is, in one table. Scanners make findings from it; exporters
// describe rules by it.
#pragma once

#include "scan/finding.h"

#include <span>
#include <string>
#include <string_view>

namespace scan {

struct Rule {
    std::string_view id;
    std::string_view name;   // PascalCase, for SARIF
    std::string_view title;  // ≤ 200, no target data
    std::string_view description;
    std::string_view remediation;
    Severity severity;
    Confidence confidence;
    Category category;
    std::span<const int> cwe;
    std::span<const std::string_view> owasp;
    std::span<const std::string_view> references;
    Authorization level = Authorization::Passive;  // least level at which its check runs
};

// All rules, sorted by id.
std::span<const Rule> all_rules();
// nullptr if there is none.
const Rule* find_rule(std::string_view id);

// A finding with everything the rule says, its fingerprint set. Asserts that the rule exists. Without a discriminator
// it is "in:name" of the location's parameter, or empty.
Finding make_finding(std::string_view rule_id, std::string unit, Location location, std::string message,
                     std::string discriminator = "");

}  // namespace scan
