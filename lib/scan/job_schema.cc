#include "scan/job_schema.h"

#include "scan/job.h"

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

// Where a document gives no bound: a string has 253 characters, a list 64 items, an item 512
// characters.
constexpr int kTextMax = 253;
constexpr int kListMax = 64;
constexpr int kItemMax = 512;
constexpr int kLabelMax = 63;
constexpr int kUrlMax = 2048;
// More does not fit kubectl's last-applied annotation.
constexpr int kInlineMax = 128 << 10;
constexpr int kDayMax = 86'400;
constexpr int kWeekMax = 604'800;
constexpr int kYearMax = 31'536'000;
// More attempts than backoffLimit and free retries can make.
constexpr int kAttemptMax = 100;

schema::Type label() { return text(1, kLabelMax, Format::DnsLabel); }
schema::Type globs(std::int64_t count_max) { return list(text(1, kItemMax), count_max); }
schema::Type severities() { return choice({"Critical", "High", "Medium", "Low", "Info"}); }
schema::Type parameter_places() { return choice({"Header", "Query", "Cookie"}); }

Object key_ref(std::string_view doc) {
    return Describe<KeyRef>("KeyRef", doc)
        .field("name", &KeyRef::name, text(1, kTextMax), "Name of the object.")
        .required()
        .field("key", &KeyRef::key, text(1, kTextMax), "Key inside it.")
        .required()
        .done();
}

Object login_step() {
    return Describe<LoginStep>("LoginStep", "How a persona of kind `Login` gets its token.")
        .field("operation", &LoginStep::operation, text(1, kItemMax),
               "`POST /login`, or an operationId.")
        .required()
        .field("bodyTemplate", &LoginStep::body_template, text(1, kItemMax),
               "Body; `${username}` and `${password}` come from the credential's files.")
        .required()
        .field("tokenPath", &LoginStep::token_path, text(1, kTextMax),
               "Where the token stands in the answer: names and indices, such as `$.data.token`.")
        .required()
        .field("tokenIn", &LoginStep::token_in, parameter_places(), "Where the token is sent.")
        .field("tokenName", &LoginStep::token_name, text(1, kTextMax), "Under which name.")
        .field("tokenPrefix", &LoginStep::token_prefix, text(0, kTextMax),
               "What stands before the token.")
        .field("refreshStatus", &LoginStep::refresh_status, list(integer(100, 599), kListMax),
               "Answers with one of these make the persona log in again.")
        .done();
}

Object persona() {
    return Describe<Persona>("Persona", "Somebody the scanner can act as.")
        .field("name", &Persona::name, label(), "Name in reports.")
        .required()
        .field("credentialsRef", &Persona::credentials_ref, label(),
               "Name of an entry of `spec.credentials`.")
        .required()
        .field("kind", &Persona::kind,
               choice({"Header", "Cookie", "ApiKey", "Basic", "Bearer", "Login"}),
               "How the credential is used.")
        .field("in", &Persona::in, parameter_places(), "Where a key of kind `ApiKey` is sent.")
        .field("parameterName", &Persona::parameter_name, text(1, kTextMax),
               "Name of the header, cookie or query parameter; unset: `Authorization` with kind "
               "`Header`, "
               "with `ApiKey` what the document's security scheme says.")
        .field("role", &Persona::role, choice({"User", "Admin"}), "What it may do.")
        .field("peerOf", &Persona::peer_of, label(),
               "Another persona of the same role: the pair for checks of object access.")
        .field("denied", &Persona::denied, globs(kListMax),
               "Globs of operations this persona must not reach.")
        .field("login", &Persona::login, object(login_step()), "The login of kind `Login`.")
        .done();
}

Object named_value() {
    return Describe<NamedValue>("NamedValue", "A fixed value for parameters of one name.")
        .field("name", &NamedValue::name, text(1, kTextMax), "Name of the parameter.")
        .required()
        .field("value", &NamedValue::value, text(0, kItemMax), "Its value.")
        .done();
}

void describe_source(Describe<ApiOptions>& api) {
    api.field("specUrl", &ApiOptions::spec_url, text(1, kUrlMax),
              "URL of the OpenAPI document; in local mode also a path, relative to the job file.")
        .field("specConfigMapRef", &ApiOptions::spec_config_map_ref,
               object(key_ref("A key of a ConfigMap of the job's namespace.")),
               "The document in a ConfigMap.")
        .field("specSecretRef", &ApiOptions::spec_secret_ref,
               object(key_ref("A key of a Secret of the job's namespace.")),
               "The document in a Secret.")
        .field("specInline", &ApiOptions::spec_inline, text(1, kInlineMax), "The document itself.")
        .field("serverUrl", &ApiOptions::server_url, text(1, kUrlMax, Format::HttpUrl),
               "Where the API is; unset: the first usable `servers` entry.")
        .field("remoteRefs", &ApiOptions::remote_refs, choice({"None", "SameOrigin"}),
               "Whether `$ref` may lead to other documents.");
}

void describe_limits(Describe<ApiOptions>& api) {
    api.field("rps", &ApiOptions::rps, integer(1, 1'000),
              "Requests per period, for the whole job and host.")
        .field("rpsPeriodSeconds", &ApiOptions::rps_period_seconds, integer(1, 60),
               "The period of `rps`: `rps: 1, rpsPeriodSeconds: 5` is one request in 5 s.")
        .field("maxRequestsPerOperation", &ApiOptions::max_requests_per_operation,
               integer(1, 10'000),
               "Request budget of one operation; `Intrusive` has four times it.")
        .field("maxRequests", &ApiOptions::max_requests, integer(0, 10'000'000),
               "Request budget of the whole job; 0: no limit but that of operations.")
        .field("requestTimeoutSeconds", &ApiOptions::request_timeout_seconds, integer(1, 120),
               "How long one request may take.");
}

void describe_choice(Describe<ApiOptions>& api) {
    api.field("fuzzAuth", &ApiOptions::fuzz_auth, boolean(),
              "Whether login and reset operations are checked, too.")
        .field("includeOperations", &ApiOptions::include_operations, globs(1'000),
               "Globs on `METHOD template`, tag or operationId; empty: all.")
        .field("excludeOperations", &ApiOptions::exclude_operations, globs(1'000),
               "Globs of operations that are left out.")
        .field("allowUnsafeOperations", &ApiOptions::allow_unsafe_operations, globs(1'000),
               "Globs of operations with unsafe methods that may be sent below `Intrusive`.")
        .field("includeChecks", &ApiOptions::include_checks, globs(100),
               "Rule ids or prefixes; empty: all.")
        .field("excludeChecks", &ApiOptions::exclude_checks, globs(100),
               "Rule ids or prefixes that are left out.")
        .field("personas", &ApiOptions::personas, list(object(persona()), 8),
               "Who the scanner can act as.")
        .field("values", &ApiOptions::values, list(object(named_value()), 200),
               "Fixed values for parameters.");
}

Object api_options() {
    Describe<ApiOptions> api("ApiOptions", "Scans an HTTP API by its OpenAPI document.");
    describe_source(api);
    describe_limits(api);
    describe_choice(api);
    return api
        .rule("Exactly one of `specUrl`, `specConfigMapRef`, `specSecretRef`, `specInline`.",
              rules::one_spec_source)
        .rule(
            "Names of personas differ; `peerOf` names another one of the same role; `login` stands "
            "with kind `Login` only; kind `Cookie` needs `parameterName`.",
            rules::personas_fit)
        .done();
}

Object synthetic_fault() {
    return Describe<SyntheticFault>("SyntheticFault", "Something that goes wrong on order.")
        .field("units", &SyntheticFault::units, text(1, kTextMax, Format::Intervals),
               "Numbers of the units it happens at.")
        .required()
        .field("action", &SyntheticFault::action,
               choice({"Exit1", "Exit69", "Exit75", "Hang", "IgnoreTerm", "Oom", "NoCommit",
                       "BadDigest", "Crash"}),
               "What happens.")
        .required()
        .field("attempt", &SyntheticFault::attempt, integer(0, kAttemptMax),
               "In which attempt; 0: in every one.")
        .done();
}

Object synthetic_options() {
    using S = SyntheticOptions;
    return Describe<S>("SyntheticOptions", "Sleeps and fails on order: for tests of the machinery.")
        .field("unitCount", &S::unit_count, integer(1, 1'000'000), "Number of units.")
        .field("unitMilliseconds", &S::unit_milliseconds, integer(0, 86'400'000),
               "How long each unit sleeps.")
        .field("concurrencyKeys", &S::concurrency_keys, integer(0, 1'000),
               "Spread over so many keys `synthetic:<n>`.")
        .field("maxInFlightPerKey", &S::max_in_flight_per_key, integer(0, 1'000),
               "Attempts at once per key; 0: no limit.")
        .field("findingsPerUnit", &S::findings_per_unit, integer(0, 10'000),
               "Findings each unit makes.")
        .field("faults", &S::faults, list(object(synthetic_fault()), 100), "What goes wrong.")
        .rule("Faults name units that exist.", rules::faults_hit_units)
        .rule("`maxInFlightPerKey` needs `concurrencyKeys`.", rules::key_limit_has_keys)
        .done();
}

// The document's form of the variant: one member for each type.
struct ScannerMember {
    ScannerType type = ScannerType::Api;
    std::optional<ApiOptions> api;
    std::optional<SyntheticOptions> synthetic;
};

ScannerOptions options_of(ScannerMember member) {
    if (member.synthetic) return std::move(*member.synthetic);
    return std::move(member.api).value_or(ApiOptions{});
}

ScannerMember member_of(const ScannerOptions& options) {
    if (const auto* api = std::get_if<ApiOptions>(&options)) {
        return {.type = ScannerType::Api, .api = *api, .synthetic = {}};
    }
    const auto& synthetic = std::get<SyntheticOptions>(options);
    return {.type = ScannerType::Synthetic, .api = {}, .synthetic = synthetic};
}

Object scanner_member() {
    return Describe<ScannerMember>("Scanner", "What scans: a type and the member it names.")
        .field("type", &ScannerMember::type, choice({"Api", "Synthetic"}), "The scanner.")
        .required()
        .field("api", &ScannerMember::api, object(api_options()), "Options of type `Api`.")
        .field("synthetic", &ScannerMember::synthetic, object(synthetic_options()),
               "Options of type `Synthetic`.")
        .rule("Exactly the member that `type` names.", rules::member_matches_type)
        .done();
}

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
    auto secret_ref =
        Describe<CredentialRef>("SecretRef", "A Secret of the job's namespace.")
            .field("name", &CredentialRef::secret_name, text(1, kTextMax), "Name of the Secret.")
            .required()
            .done();
    return Describe<CredentialRef>("Credential", "A secret, mounted as files into runners only.")
        .field("name", &CredentialRef::name, label(), "Name within the job.")
        .required()
        .group("secretRef", std::move(secret_ref),
               "Where it is; in local mode `--credential NAME=FOLDER` says so instead.")
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
    return Describe<FailOn>("FailOn", "The gate: so many findings close it. Unset: no gate.")
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
    const auto scanner = object(scanner_member());
    spec.custom(
            "scanner", scanner, "What scans, with its options.",
            [scanner](JobSpec& owner, const Json& value) {
                ScannerMember member;
                schema::assign(*scanner.object, &member, value);
                owner.scanner = options_of(std::move(member));
            },
            [scanner](const JobSpec& owner) {
                const auto member = member_of(owner.scanner);
                return schema::write(*scanner.object, &member);
            })
        .required()
        .group("target", target(), "What may be scanned, and how hard.")
        .field("credentials", &JobSpec::credentials, list(object(credential()), kListMax),
               "Secrets of the target for the scanner.")
        .field("parallelism", &JobSpec::parallelism, integer(1, 1'000), "Attempts at once.")
        .field("chunks", &JobSpec::chunks, object(chunks()), "Size and limits of chunks.")
        .field("activeDeadlineSeconds", &JobSpec::active_deadline, integer(1, kWeekMax),
               "How long the whole job may take.");
}

void describe_end(Describe<JobSpec>& spec) {
    spec.field("successPolicy", &JobSpec::success_policy, object(success_policy()),
               "When a job that is not whole counts as done.")
        .field("failOn", &JobSpec::fail_on, object(fail_on()), "The gate on findings.")
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
               "A new value asks for another run once the last has ended.");
}

Object job_spec() {
    Describe<JobSpec> spec("Spec", "What to scan, how, and within which limits.");
    describe_work(spec);
    describe_end(spec);
    return spec.rule("Names of credentials differ.", rules::credential_names_differ)
        .rule("`credentialsRef` of a persona names an entry of `credentials`.",
              rules::personas_have_credentials)
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
            .field("spec", &Job::spec, object(job_spec()), "What to do.")
            .required()
            .done();
    return kSchema;
}

}  // namespace scan
