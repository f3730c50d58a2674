// The job document: what a user writes, as a model. Field names, defaults and bounds are those of
// the ScanJob resource (docs/reference/job.md is made from the same description:
// scan/job_schema.cc).
#pragma once

#include "base/result.h"
#include "scan/words.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace scan {

using std::chrono::seconds;

enum class PersonaKind { Header, Cookie, ApiKey, Basic, Bearer, Login };
enum class PersonaRole { User, Admin };
enum class ParameterPlace { Header, Query, Cookie };
enum class RemoteRefs { None, SameOrigin };

// How a Login persona gets its token.
struct LoginStep {
    std::string operation{};  // "POST /login" or an operationId
    std::string
        body_template{};       // "${username}" and "${password}" come from the credential's files
    std::string token_path{};  // JSONPath subset: names and indices ("$.data.token")
    ParameterPlace token_in = ParameterPlace::Header;
    std::string token_name = "Authorization";
    std::string token_prefix = "Bearer ";
    std::vector<int> refresh_status = {401};
    bool operator==(const LoginStep&) const = default;
};

// Somebody the Api scanner can act as.
struct Persona {
    std::string name{};
    std::string credentials_ref{};  // a name in spec.credentials
    PersonaKind kind = PersonaKind::Bearer;
    ParameterPlace in = ParameterPlace::Header;  // ApiKey, Header, Cookie: where…
    std::string parameter_name{};                // …and under which name
    PersonaRole role = PersonaRole::User;
    std::string peer_of{};              // the other half of a pair for object-level checks
    std::vector<std::string> denied{};  // operation globs this persona must not reach
    std::optional<LoginStep> login{};
    bool operator==(const Persona&) const = default;
};

struct NamedValue {
    std::string name{};
    std::string value{};
    bool operator==(const NamedValue&) const = default;
};

struct KeyRef {
    std::string name{};
    std::string key{};
    bool operator==(const KeyRef&) const = default;
};

struct ApiOptions {
    std::string
        spec_url{};  // http, https; in local mode also a file path (relative to the job file)
    std::optional<KeyRef> spec_config_map_ref{};
    std::optional<KeyRef> spec_secret_ref{};
    std::string spec_inline{};
    std::string server_url{};
    RemoteRefs remote_refs = RemoteRefs::None;
    int rps = 10;
    int rps_period_seconds = 1;
    int max_requests_per_operation = 60;
    int max_requests = 0;
    int request_timeout_seconds = 30;
    bool fuzz_auth = false;
    std::vector<std::string> include_operations{};
    std::vector<std::string> exclude_operations{};
    std::vector<std::string> allow_unsafe_operations{};
    std::vector<std::string> include_checks{};
    std::vector<std::string> exclude_checks{};
    std::vector<Persona> personas{};
    std::vector<NamedValue> values{};
    bool operator==(const ApiOptions&) const = default;
};

enum class FaultAction { Exit1, Exit69, Exit75, Hang, IgnoreTerm, Oom, NoCommit, BadDigest, Crash };

struct SyntheticFault {
    std::string units{};  // interval string over unit numbers
    FaultAction action = FaultAction::Exit1;
    int attempt = 0;  // 0 = every attempt
    bool operator==(const SyntheticFault&) const = default;
};

struct SyntheticOptions {
    std::int64_t unit_count = 10;
    std::int64_t unit_milliseconds = 0;
    int concurrency_keys = 0;
    int max_in_flight_per_key = 0;
    int findings_per_unit = 1;
    std::vector<SyntheticFault> faults{};
    bool operator==(const SyntheticOptions&) const = default;
};

using ScannerOptions = std::variant<ApiOptions, SyntheticOptions>;

struct CredentialRef {
    std::string name{};
    std::string secret_name{};  // secretRef.name; in local mode --credential NAME=FOLDER
    bool operator==(const CredentialRef&) const = default;
};

struct ChunkSettings {
    int max_count = 256;
    int max_units = 0;  // 0 = the scanner's own cap
    seconds target{240};
    seconds active_deadline{480};
    seconds start_deadline{120};
    int backoff_limit = 2;
    bool operator==(const ChunkSettings&) const = default;
};

enum class SuccessPolicyType { AnyChunk, MinCoverage, AllChunks };
struct SuccessPolicy {
    SuccessPolicyType type = SuccessPolicyType::AnyChunk;
    int min_coverage_percent = 1;
    bool operator==(const SuccessPolicy&) const = default;
};

enum class GateState { All, New };
struct FailOn {
    Severity severity = Severity::High;
    int count = 1;
    GateState state = GateState::All;
    bool operator==(const FailOn&) const = default;
};

enum class SuspendPolicy { Drain, Terminate };

// A Secret of the job's namespace.
struct SecretName {
    std::string name{};
    bool operator==(const SecretName&) const = default;
};

// Amounts as Kubernetes writes them ("100m", "512Mi"); empty = the operator's default.
struct ResourceAmounts {
    std::string cpu{};
    std::string memory{};
    std::string ephemeral_storage{};
    bool operator==(const ResourceAmounts&) const = default;
};

enum class TolerationOperator { Equal, Exists };
enum class TaintEffect { NoSchedule, PreferNoSchedule, NoExecute };
struct Toleration {
    std::string key{};  // empty (with Exists): every taint
    TolerationOperator operator_ = TolerationOperator::Equal;
    std::string value{};
    std::optional<TaintEffect> effect{};  // unset: every effect
    std::optional<seconds> lasts{};       // tolerationSeconds
    bool operator==(const Toleration&) const = default;
};

// What of the runner Pods a job may choose. Has no meaning in local mode.
struct RunnerSettings {
    std::string image{};  // empty: the operator's own
    std::vector<SecretName> image_pull_secrets{};
    std::optional<ResourceAmounts> requests{};
    std::optional<ResourceAmounts> limits{};
    std::map<std::string, std::string> node_selector{};
    std::vector<Toleration> tolerations{};
    std::string priority_class_name{};
    std::string service_account_name{};  // empty: the runners' own, without rights
    bool operator==(const RunnerSettings&) const = default;
};

struct JobSpec {
    ScannerOptions scanner{};
    Authorization authorization = Authorization::Passive;
    std::vector<std::string> allowed_hosts{};
    std::vector<CredentialRef> credentials{};
    int parallelism = 5;
    ChunkSettings chunks{};
    seconds active_deadline{1800};
    SuccessPolicy success_policy{};
    std::optional<FailOn> fail_on{};
    std::string baseline_job_name{};  // empty = none
    bool suspend = false;
    SuspendPolicy suspend_policy = SuspendPolicy::Drain;
    bool cancel = false;
    int priority = 0;
    seconds pod_ttl{600};
    std::optional<seconds> ttl_after_finished{};
    std::string rerun{};
    RunnerSettings runner{};

    ScannerType scanner_type() const;
    bool operator==(const JobSpec&) const = default;
};

struct Job {
    std::string name{};
    std::string namespace_ = "default";
    JobSpec spec;
    bool operator==(const Job&) const = default;
};

// Parses and validates a job file, YAML or JSON. Invalid: the message begins with `source_name` and
// line, names the field by path, what is wrong, and what would be right (allowed values, bounds,
// nearest field name):
//   job.yaml:7: spec.parallelism: must be between 1 and 1000, got 5000
// All problems of the document are reported, one a line (at most 20).
base::Result<Job> parse_job(std::string_view text, std::string_view source_name);

// The whole document as canonical JSON, defaults written out: parse_job reads it back to an equal
// Job.
std::string job_to_json(const Job& job);

// The page that explains every field (docs/reference/job.md), in Markdown.
std::string job_reference_markdown();

// The seconds a runner keeps back to flush: 20 s, or a fifth of the limit if that is less.
std::chrono::milliseconds flush_reserve(std::chrono::milliseconds chunk_limit);

}  // namespace scan
