// spec.runner: what of a runner Pod the author of a job may choose. All else is the operator's.
#include "scan/job.h"
#include "scan/job_schema.h"

namespace scan {
namespace {

using schema::choice;
using schema::Describe;
using schema::Format;
using schema::integer;
using schema::list;
using schema::map;
using schema::Object;
using schema::object;
using schema::text;

constexpr int kQuantityMax = 20;
constexpr int kImageMax = 512;
// A prefix of 253, '/', a name of 63.
constexpr int kLabelKeyMax = 317;
constexpr int kPullSecretsMax = 8;
constexpr int kSelectorMax = 16;
constexpr int kTolerationsMax = 16;

Object secret_name() {
    return Describe<SecretName>("SecretName", "A Secret of the job's namespace.")
        .field("name", &SecretName::name, text(1, kTextMax, Format::DnsName), "Name of the Secret.")
        .required()
        .done();
}

Object amounts(std::string_view doc) {
    const auto amount = text(1, kQuantityMax, Format::Quantity);
    return Describe<ResourceAmounts>("ResourceAmounts", doc)
        .field("cpu", &ResourceAmounts::cpu, amount, "Processor, in cores: `100m`, `2`.")
        .field("memory", &ResourceAmounts::memory, amount, "Memory, in bytes: `128Mi`.")
        .field("ephemeral-storage", &ResourceAmounts::ephemeral_storage, amount,
               "Space on the node's disk, in bytes: `1Gi`.")
        .done();
}

Object resources() {
    return Describe<RunnerSettings>("Resources", "What runner Pods ask for, and may use.")
        .field("requests", &RunnerSettings::requests,
               object(amounts("Unset amounts are the operator's defaults.")),
               "What the scheduler sets aside.")
        .field("limits", &RunnerSettings::limits,
               object(amounts("A runner that takes more memory is killed and tried once more with "
                              "half as much again.")),
               "What may not be passed.")
        .done();
}

Object toleration() {
    using T = Toleration;
    return Describe<T>("Toleration", "A taint of nodes that runner Pods bear.")
        .field("key", &T::key, text(1, kLabelKeyMax, Format::LabelKey),
               "Key of the taint; unset, with operator `Exists`: every taint.")
        .field("operator", &T::operator_, choice({"Equal", "Exists"}),
               "Whether the value must be equal, or only be there.")
        .field("value", &T::value, text(0, kLabelMax, Format::LabelValue),
               "Value of the taint, with operator `Equal`.")
        .field("effect", &T::effect, choice({"NoSchedule", "PreferNoSchedule", "NoExecute"}),
               "Effect of the taint; unset: every effect.")
        .field("tolerationSeconds", &T::lasts, integer(0, kYearMax),
               "How long a taint with effect `NoExecute` is borne; unset: for ever.")
        .rule("`Exists` has no `value`, `Equal` needs a `key`, `tolerationSeconds` needs the "
              "effect `NoExecute`.",
              rules::toleration_fits,
              {{"!has(self.operator) || self.operator != 'Exists' || !has(self.value) || "
                "self.value == ''",
                "must not be set when `operator` is 'Exists'", ".value"},
               {"has(self.key) || (has(self.operator) && self.operator == 'Exists')",
                "must be set when `operator` is 'Equal'; for every taint set `operator` to "
                "'Exists'",
                ".key"},
               {"!has(self.tolerationSeconds) || (has(self.effect) && self.effect == 'NoExecute')",
                "must not be set unless `effect` is 'NoExecute'", ".tolerationSeconds"}})
        .done();
}

}  // namespace

Object runner_schema() {
    using R = RunnerSettings;
    return Describe<R>("Runner", "The part of the runner Pods that a job may choose.")
        .field("image", &R::image, text(0, kImageMax, Format::Image),
               "Image of the runner; empty: the operator's own. Others only from the operator's "
               "list of allowed images.")
        .field("imagePullSecrets", &R::image_pull_secrets,
               list(object(secret_name()), kPullSecretsMax, "name"),
               "Secrets by which the image is pulled.")
        .group("resources", resources(), "Unset: a default for each scanner.")
        .field("nodeSelector", &R::node_selector,
               map(text(1, kLabelKeyMax, Format::LabelKey), text(0, kLabelMax, Format::LabelValue),
                   kSelectorMax),
               "Labels that a node must have.")
        .field("tolerations", &R::tolerations, list(object(toleration()), kTolerationsMax),
               "Taints of nodes that runner Pods bear, within what the operator allows.")
        .field("priorityClassName", &R::priority_class_name, text(0, kTextMax, Format::DnsName),
               "PriorityClass of the Pods, within what the operator allows.")
        .field("serviceAccountName", &R::service_account_name, text(0, kTextMax, Format::DnsName),
               "Empty: `scanfleet-runner`, which has no rights. Others only from the operator's "
               "list of allowed accounts.")
        .rule("Names of pull secrets differ.", rules::pull_secrets_differ)
        .done();
}

}  // namespace scan
