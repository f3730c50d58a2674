#include "operator/control/runner_choice.h"

#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace control {
namespace {

using base::Json;

// The usual 300 s would cost a 30-minute job a sixth of its time on a node that went away.
constexpr std::int64_t kNodeAwaySeconds = 30;

bool is_allowed(std::string_view image, const std::vector<std::string>& allowed) {
    return std::ranges::any_of(allowed, [&](const std::string& one) {
        if (!one.ends_with('*')) return image == one;
        return image.starts_with(std::string_view(one).substr(0, one.size() - 1));
    });
}

constexpr std::pair<std::string_view, std::int64_t> kSuffixes[] = {
    {"", 1},
    {"k", 1'000},
    {"M", 1'000'000},
    {"G", 1'000'000'000},
    {"Ki", std::int64_t{1} << 10},
    {"Mi", std::int64_t{1} << 20},
    {"Gi", std::int64_t{1} << 30},
};

Json amounts(std::initializer_list<std::pair<const char*, std::string>> all) {
    Json out = Json::object();
    for (const auto& [name, value] : all) {
        if (!value.empty()) out[name] = value;
    }
    return out;
}

Json node_away(std::string_view key) {
    return {{"key", key},
            {"operator", "Exists"},
            {"effect", "NoExecute"},
            {"tolerationSeconds", kNodeAwaySeconds}};
}

std::string_view word_of(scan::TaintEffect effect) {
    switch (effect) {
    case scan::TaintEffect::NoSchedule: return "NoSchedule";
    case scan::TaintEffect::PreferNoSchedule: return "PreferNoSchedule";
    case scan::TaintEffect::NoExecute: return "NoExecute";
    }
    return "";
}

Json toleration_of(const scan::Toleration& one) {
    const bool exists = one.operator_ == scan::TolerationOperator::Exists;
    Json out = {{"operator", exists ? "Exists" : "Equal"}};
    if (!one.key.empty()) out["key"] = one.key;
    if (!exists) out["value"] = one.value;
    if (one.effect) out["effect"] = word_of(*one.effect);
    if (one.lasts) out["tolerationSeconds"] = one.lasts->count();
    return out;
}

}  // namespace

base::Result<> check_runner(const RunnerLimits& limits, const scan::Job& job) {
    const auto& runner = job.spec.runner;
    if (!runner.image.empty() && !is_allowed(runner.image, limits.images)) {
        return base::fail(base::ErrorKind::Forbidden,
                          fmt::format("spec.runner.image: '{}' is not allowed here; the operator's "
                                      "flag --allow-image names those that are",
                                      runner.image));
    }
    const auto account = job.namespace_ + "/" + runner.service_account_name;
    const bool known =
        runner.service_account_name.empty() ||
        std::ranges::find(limits.service_accounts, account) != limits.service_accounts.end();
    if (known) return {};
    return base::fail(base::ErrorKind::Forbidden,
                      fmt::format("spec.runner.serviceAccountName: '{}' is not allowed here; the "
                                  "operator's flag --allow-service-account names those that are",
                                  account));
}

std::string scaled_quantity(std::string_view quantity, int percent) {
    std::int64_t number = 0;
    const auto* end = quantity.data() + quantity.size();
    const auto [stopped, error] = std::from_chars(quantity.data(), end, number);
    const std::string_view suffix(stopped, static_cast<std::size_t>(end - stopped));
    const auto unit =
        std::ranges::find(kSuffixes, suffix, [](const auto& one) { return one.first; });
    const bool readable = error == std::errc() && unit != std::end(kSuffixes) && number > 0 &&
                          number < (std::int64_t{1} << 20);
    if (percent == 100 || !readable) return std::string(quantity);
    return fmt::to_string(number * unit->second / 100 * percent);
}

Json resources_of(const RunnerLimits& limits, const scan::RunnerSettings& runner,
                  int memory_percent) {
    const auto asked = runner.requests.value_or(scan::ResourceAmounts{});
    const auto bound = runner.limits.value_or(scan::ResourceAmounts{});
    const auto or_else = [](const std::string& value, const std::string& otherwise) {
        return value.empty() ? otherwise : value;
    };
    const auto memory = or_else(bound.memory, limits.memory_limit);
    return {{"requests", amounts({{"cpu", or_else(asked.cpu, limits.cpu_request)},
                                  {"memory", or_else(asked.memory, limits.memory_request)},
                                  {"ephemeral-storage", asked.ephemeral_storage}})},
            {"limits", amounts({{"cpu", bound.cpu},
                                {"memory", scaled_quantity(memory, memory_percent)},
                                {"ephemeral-storage", bound.ephemeral_storage}})}};
}

Json tolerations_of(const scan::RunnerSettings& runner) {
    Json out = Json::array(
        {node_away("node.kubernetes.io/not-ready"), node_away("node.kubernetes.io/unreachable")});
    for (const auto& one : runner.tolerations) out.push_back(toleration_of(one));
    return out;
}

}  // namespace control
