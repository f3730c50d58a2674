#include "scan/crd_rules.h"

#include "scan/job_schema.h"

#include <fmt/format.h>

#include <algorithm>

namespace scan {
namespace {

// A run is under way from startTime to completionTime.
constexpr std::string_view kIdle = "!has(oldSelf.status) || !has(oldSelf.status.startTime) || "
                                   "has(oldSelf.status.completionTime)";

bool is_required(std::string_view name) {
    const auto& fields = spec_schema().fields;
    const auto found = std::ranges::find(fields, name, &schema::Field::name);
    return found != fields.end() && found->required;
}

// `==` of a field that may be missing on both sides.
std::string is_unchanged(std::string_view name) {
    const auto equal = fmt::format("self.spec.{0} == oldSelf.spec.{0}", name);
    if (is_required(name)) return equal;
    return fmt::format("(has(self.spec.{0}) ? (has(oldSelf.spec.{0}) && {1}) : "
                       "!has(oldSelf.spec.{0}))",
                       name, equal);
}

ResourceRule frozen(std::string_view name) {
    return {.doc = fmt::format("`{}` does not change while a run is under way, from `startTime` to "
                               "`completionTime`.",
                               name),
            .rule = fmt::format("{} || {}", kIdle, is_unchanged(name)),
            .message = "must not be changed while a run is under way; wait for its end, or set "
                       "`cancel`; then a new value of `rerun` starts a run with the change",
            .field_path = fmt::format(".spec.{}", name)};
}

}  // namespace

const std::vector<std::string_view>& frozen_fields() {
    static const std::vector<std::string_view> kFields = {
        "scanner", "target", "credentials", "chunks", "activeDeadlineSeconds", "runner"};
    return kFields;
}

std::vector<ResourceRule> resource_rules() {
    std::vector<ResourceRule> rules;
    rules.push_back({.doc = "`metadata.name` has at most 52 characters and no dots, since labels "
                            "and names of Pods are made of it.",
                     .rule = "self.metadata.name.size() <= 52 && !self.metadata.name.contains('.')",
                     .message = "must be no more than 52 characters, without '.': labels and names "
                                "of Pods are made of it",
                     .field_path = ".metadata.name",
                     .reason = "FieldValueInvalid"});
    for (const auto name : frozen_fields()) rules.push_back(frozen(name));
    rules.push_back({.doc =
                         "`cancel` cannot be taken back in the same run: after its end, together "
                         "with a new value of `rerun`.",
                     .rule = "!(has(oldSelf.spec.cancel) && oldSelf.spec.cancel) || "
                             "(has(self.spec.cancel) && self.spec.cancel) || "
                             "(has(oldSelf.status) && has(oldSelf.status.completionTime))",
                     .message = "must not be taken back in the same run; after its end set it to "
                                "false together with a new value of `rerun`",
                     .field_path = ".spec.cancel"});
    return rules;
}

}  // namespace scan
