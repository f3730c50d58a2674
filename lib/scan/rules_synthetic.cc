#include "scan/rules_tables.h"

namespace scan {
namespace {

constexpr Rule kRules[] = {
    {.id = "synthetic.finding",
     .name = "SyntheticFinding",
     .title = "Synthetic finding",
     .description = "Made by the Synthetic scanner to order. It says nothing about any target; it "
                    "exists to test and to measure Scanfleet itself.",
     .remediation = "Nothing to do.",
     .severity = Severity::Info,
     .confidence = Confidence::High,
     .category = Category::Security,
     .cwe = {},
     .owasp = {},
     .references = {},
     .level = Authorization::Passive},
};

}  // namespace

std::span<const Rule> synthetic_rules() { return kRules; }

}  // namespace scan
