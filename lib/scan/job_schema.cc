#include "scan/job_schema.h"

namespace scan {
namespace {

using schema::boolean;
using schema::choice;
using schema::Describe;
using schema::Format;
using schema::integer;
using schema::Json;
using schema::list;
using schema::Object;
using schema::object;
using schema::text;

constexpr int kDayMax = 86'400;
constexpr int kWeekMax = 604'800;

schema::Type label() { return text(1, kLabelMax, Format::DnsLabel); }
schema::Type severities() { return choice({"Critical", "High", "Medium", "Low", "Info"}); }

Object target() {
    return Describe<JobSpec>("Target", "What its owner allows.")
        .field("authorization", &JobSpec::authorization, choice({"Passive", "Active", "Intrusive"}),
               "`Passive`: documented requests only; `Active`: payloads with safe methods; "
               "`Intrusive`: unsafe methods and bursts, too.")
        .field("allowedHosts", &JobSpec::allowed_hosts,
               list(text(1, kItemMax, Format::HostPattern), kListMax),
               "Hosts beyond the target's own that may be scanned.")
        .done();
}

Object credential() {
    auto secret_ref = Describe<CredentialRef>("SecretRef", "A Secret of the job's namespace.")
                          .field("name", &CredentialRef::secret_name,
                                 text(1, kTextMax, Format::DnsName), "Name of the Secret.")
                          .required()
                          .done();
    return Describe<CredentialRef>("Credential", "A secret, mounted as files into runners only.")
        .field("name", &CredentialRef::name, label(), "Name within the job.")
        .required()
        .group("secretRef", std::move(secret_ref),
               "Where it is; in local mode `--credential NAME=FOLDER` says so instead.")
        .required_in_cluster()
        .done();
}

Object chunks() {
    using C = ChunkSettings;
    return Describe<C>("Chunks", "How the work is cut into chunks, and how long each may take.")
        .field("maxCount", &C::max_count, integer(1, 10'000), "Chunks at most.")
        .field("maxUnits", &C::max_units, integer(0, 1'000'000),
               "Units per chunk at most; 0: the scanner's own cap. Groups of units stay whole.")
        .field("targetSeconds", &C::target, integer(1, kDayMax),
               "Expected work packed into one chunk.")
        .field("activeDeadlineSeconds", &C::active_deadline, integer(1, kDayMax),
               "How long one attempt may run.")
        .field("startDeadlineSeconds", &C::start_deadline, integer(1, 3'600),
               "Scheduling, image pull and start of one attempt.")
        .field("backoffLimit", &C::backoff_limit, integer(0, 10),
               "Charged retries per chunk; disruptions are free, at most 3.")
        .done();
}

Object success_policy() {
    return Describe<SuccessPolicy>("SuccessPolicy", "When a job that is not whole counts as done.")
        .field("type", &SuccessPolicy::type, choice({"AnyChunk", "MinCoverage", "AllChunks"}),
               "How many chunks must succeed.")
        .field("minCoveragePercent", &SuccessPolicy::min_coverage_percent, integer(0, 100),
               "Units that must end well, with every type.")
        .done();
}

Object fail_on() {
    return Describe<FailOn>("FailOn", "So many findings close it: then `Succeeded` is false.")
        .field("severity", &FailOn::severity, severities(), "Findings this severe or more count.")
        .field("count", &FailOn::count, integer(1, 1'000'000), "So many close the gate.")
        .field("state", &FailOn::state, choice({"All", "New"}),
               "`New`: only those that the baseline does not have.")
        .done();
}

Object baseline() {
    return Describe<JobSpec>("Baseline", "The job to compare with.")
        .field("jobName", &JobSpec::baseline_job_name, text(1, 52, Format::DnsLabel),
               "A job of the same namespace; the job's own name: the run before.")
        .required()
        .done();
}

Object cleanup() {
    return Describe<JobSpec>("Cleanup", "What is removed after the end.")
        .field("podTtlSeconds", &JobSpec::pod_ttl, integer(0, kWeekMax),
               "How long Pods and the job's ConfigMap stay.")
        .done();
}

void describe_work(Describe<JobSpec>& spec) {
    const auto scanner = object(scanner_schema());
    spec.custom(
            "scanner", scanner, "What scans, with its options.",
            [scanner](JobSpec& owner, const Json& value) {
                owner.scanner = read_scanner(*scanner.object, value);
            },
            [scanner](const JobSpec& owner) {
                return write_scanner(*scanner.object, owner.scanner);
            })
        .required()
        .group("target", target(), "What may be scanned, and how hard.")
        .field("credentials", &JobSpec::credentials, list(object(credential()), kListMax, "name"),
               "Secrets of the target for the scanner.")
        .field("parallelism", &JobSpec::parallelism, integer(1, 1'000), "Attempts at once.")
        .field("chunks", &JobSpec::chunks, object(chunks()), "Size and limits of chunks.")
        .field("activeDeadlineSeconds", &JobSpec::active_deadline, integer(1, kWeekMax),
               "How long the whole job may take.");
}

void describe_end(Describe<JobSpec>& spec) {
    spec.field("successPolicy", &JobSpec::success_policy, object(success_policy()),
               "When a job that is not whole counts as done.")
        .field("failOn", &JobSpec::fail_on, object(fail_on()), "The gate on findings; unset: none.")
        .group("baseline", baseline(), "Findings are marked new, unchanged or fixed against it.")
        .field("suspend", &JobSpec::suspend, boolean(), "No new attempts.")
        .field("suspendPolicy", &JobSpec::suspend_policy, choice({"Drain", "Terminate"}),
               "Whether running attempts may end by themselves.")
        .field("cancel", &JobSpec::cancel, boolean(), "Stop, and keep what there is.")
        .field("priority", &JobSpec::priority, integer(-1'000, 1'000),
               "Order among waiting chunks; larger goes first.")
        .group("cleanup", cleanup(), "What is removed after the end.")
        .field("ttlSecondsAfterFinished", &JobSpec::ttl_after_finished, integer(0, kYearMax),
               "The job itself is deleted so long after its end; unset: never.")
        .field("rerun", &JobSpec::rerun, text(0, kTextMax),
               "A new value asks for another run once the last has ended.")
        .field("runner", &JobSpec::runner, object(runner_schema()),
               "Where and with what runner Pods run; has no meaning in local mode.");
}

Object job_spec() {
    Describe<JobSpec> spec("Spec", "What to scan, how, and within which limits.");
    describe_work(spec);
    describe_end(spec);
    return spec.rule("Names of credentials differ.", rules::credential_names_differ)
        .rule("`credentialsRef` of a persona names an entry of `credentials`.",
              rules::personas_have_credentials,
              {{"!has(self.scanner.api) || !has(self.scanner.api.personas) || "
                "self.scanner.api.personas.all(p, has(self.credentials) && "
                "self.credentials.exists(c, c.name == p.credentialsRef))",
                "`credentialsRef` must be the name of an entry of `spec.credentials`",
                ".scanner.api.personas"}})
        .done();
}

Object metadata() {
    return Describe<Job>("Metadata", "The job's name.")
        .field("name", &Job::name, text(1, 52, Format::DnsLabel),
               "Short, since labels and names of Pods are made of it.")
        .required()
        .field("namespace", &Job::namespace_, label(), "Namespace; in local mode only a label.")
        .done();
}

}  // namespace

const Object& spec_schema() {
    static const Object kSchema = job_spec();
    return kSchema;
}

const Object& job_schema() {
    static const Object kSchema =
        Describe<Job>("ScanJob", "The job document: what `scanfleet run` reads, in YAML or JSON. "
                                 "Every field, made from the description that also checks it.")
            .constant("apiVersion", "scanfleet.dev/v1alpha1", "Version of this format.")
            .required()
            .constant("kind", "ScanJob", "The kind.")
            .required()
            .group("metadata", metadata(), "Who it is.")
            .required()
            .field("spec", &Job::spec, object(spec_schema()), "What to do.")
            .required()
            .done();
    return kSchema;
}

}  // namespace scan
