#include "scan/rules.h"

#include "scan/rules_tables.h"

#include <algorithm>
#include <cassert>
#include <vector>

namespace scan {
namespace {

std::vector<Rule> gather() {
    std::vector<Rule> rules;
    for (const auto table : {api_rules(), synthetic_rules()}) {
        rules.insert(rules.end(), table.begin(), table.end());
    }
    std::ranges::sort(rules, {}, &Rule::id);
    return rules;
}

template <typename T>
std::vector<std::string> texts(std::span<const T> values) {
    return {values.begin(), values.end()};
}

std::string default_discriminator(const Location& location) {
    const auto* operation = std::get_if<OperationLocation>(&location);
    if (operation == nullptr || operation->parameter_name.empty()) return "";
    return operation->parameter_in + ":" + operation->parameter_name;
}

}  // namespace

std::span<const Rule> all_rules() {
    static const std::vector<Rule> rules = gather();
    return rules;
}

const Rule* find_rule(std::string_view id) {
    const auto rules = all_rules();
    const auto place = std::ranges::lower_bound(rules, id, {}, &Rule::id);
    return place != rules.end() && place->id == id ? &*place : nullptr;
}

Finding make_finding(std::string_view rule_id, std::string unit, Location location,
                     std::string message, std::string discriminator) {
    const Rule* rule = find_rule(rule_id);
    assert(rule != nullptr && "a finding needs a rule of the catalogue");
    Finding finding;
    finding.unit = std::move(unit);
    finding.rule_id = rule_id;
    finding.message = std::move(message);
    finding.discriminator =
        discriminator.empty() ? default_discriminator(location) : std::move(discriminator);
    finding.location = std::move(location);
    if (rule != nullptr) {
        finding.title = rule->title;
        finding.severity = rule->severity;
        finding.confidence = rule->confidence;
        finding.category = rule->category;
        finding.cwe.assign(rule->cwe.begin(), rule->cwe.end());
        finding.owasp = texts(rule->owasp);
        finding.remediation = rule->remediation;
        finding.references = texts(rule->references);
    }
    finding.id = fingerprint(finding.rule_id, finding.location, finding.discriminator);
    return finding;
}

}  // namespace scan
