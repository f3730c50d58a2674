// spec.scanner: what each scanner can be told.
#include "scan/job.h"
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

// More does not fit kubectl's last-applied annotation.
constexpr int kInlineMax = 128 << 10;
// More attempts than backoffLimit and free retries can make.
constexpr int kAttemptMax = 100;

schema::Type label() { return text(1, kLabelMax, Format::DnsLabel); }
schema::Type globs(std::int64_t count_max) { return list(text(1, kItemMax), count_max); }
schema::Type parameter_places() { return choice({"Header", "Query", "Cookie"}); }

Object key_ref(std::string_view doc) {
    return Describe<KeyRef>("KeyRef", doc)
        .field("name", &KeyRef::name, text(1, kTextMax, Format::DnsName), "Name of the object.")
        .required()
        .field("key", &KeyRef::key, text(1, kTextMax, Format::FileKey), "Key inside it.")
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
        .rule("`login` stands with kind `Login` only; kind `Cookie` needs `parameterName`.",
              rules::persona_fits_kind,
              {{"has(self.login) == (has(self.kind) && self.kind == 'Login')",
                "must be set when `kind` is 'Login', and must not be set otherwise", ".login"},
               {"!has(self.kind) || self.kind != 'Cookie' || has(self.parameterName)",
                "must be set to the name of the cookie when `kind` is 'Cookie'", ".parameterName"}})
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
        .field("personas", &ApiOptions::personas, list(object(persona()), 8, "name"),
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
              rules::one_spec_source,
              {{"[has(self.specUrl), has(self.specConfigMapRef), has(self.specSecretRef), "
                "has(self.specInline)].filter(x, x).size() == 1",
                "must have exactly one of `specUrl`, `specConfigMapRef`, `specSecretRef`, "
                "`specInline`"}})
        .cluster_rule("`specUrl` is an http or https URL.",
                      {{"!has(self.specUrl) || "
                        "self.specUrl.matches(r'^[Hh][Tt][Tt][Pp][Ss]?://\\S+$')",
                        "must be a URL that begins with http:// or https://; a path works in local "
                        "mode only",
                        ".specUrl"}})
        .rule("Names of personas differ; `peerOf` names another one of the same role.",
              rules::personas_fit,
              {{"!has(self.personas) || self.personas.all(p, !has(p.peerOf) || p.peerOf != p.name)",
                "`peerOf` must not name the persona itself, but the other half of the pair",
                ".personas"},
               {"!has(self.personas) || self.personas.all(p, !has(p.peerOf) || "
                "self.personas.exists(q, q.name == p.peerOf))",
                "`peerOf` must be the name of another persona", ".personas"},
               {"!has(self.personas) || self.personas.all(p, !has(p.peerOf) || "
                "self.personas.all(q, q.name != p.peerOf || (has(q.role) ? q.role : 'User') == "
                "(has(p.role) ? p.role : 'User')))",
                "`peerOf` must name a persona of the same `role`", ".personas"}})
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
        .rule("Faults name units that exist.", rules::faults_hit_units,
              {{"!has(self.faults) || self.faults.all(f, "
                "!f.units.matches('^[0-9]{1,10}([-,][0-9]{1,10})*$')"
                " || f.units.replace('-', ',').split(',').all(n, int(n) < self.unitCount))",
                "`units` must be numbers of units: below `unitCount`", ".faults"}})
        .rule("`maxInFlightPerKey` needs `concurrencyKeys`.", rules::key_limit_has_keys,
              {{"self.maxInFlightPerKey == 0 || self.concurrencyKeys > 0",
                "must not be set unless `concurrencyKeys` is 1 or more", ".maxInFlightPerKey"}})
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

}  // namespace

Object scanner_schema() {
    return Describe<ScannerMember>("Scanner", "What scans: a type and the member it names.")
        .field("type", &ScannerMember::type, choice({"Api", "Synthetic"}), "The scanner.")
        .required()
        .field("api", &ScannerMember::api, object(api_options()), "Options of type `Api`.")
        .field("synthetic", &ScannerMember::synthetic, object(synthetic_options()),
               "Options of type `Synthetic`.")
        .rule("Exactly the member that `type` names.", rules::member_matches_type,
              {{"has(self.api) == (self.type == 'Api')",
                "must be set when `type` is 'Api', and must not be set otherwise", ".api"},
               {"has(self.synthetic) == (self.type == 'Synthetic')",
                "must be set when `type` is 'Synthetic', and must not be set otherwise",
                ".synthetic"}})
        .done();
}

ScannerOptions read_scanner(const Object& description, const Json& value) {
    ScannerMember member;
    schema::assign(description, &member, value);
    return options_of(std::move(member));
}

Json write_scanner(const Object& description, const ScannerOptions& options) {
    const auto member = member_of(options);
    return schema::write(description, &member);
}

}  // namespace scan
