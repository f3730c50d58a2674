// parse_job(job_to_json(job)) == job, for every job the document can describe.
#include "scan/job.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace scan {
namespace {

using std::string;
using std::chrono::seconds;

template <typename T>
T any(T min, T max) {
    return *rc::gen::inRange<T>(min, max + 1);
}
template <typename Enum>
Enum any_word(Enum last) {
    return static_cast<Enum>(any(0, static_cast<int>(last)));
}
seconds any_seconds(int min, int max) { return seconds(any(min, max)); }
bool any_flag() { return any(0, 1) == 1; }

// Letters that JSON must escape, and others.
string any_text(std::size_t min = 0) {
    static const std::vector<string> kPieces = {"a",  "Z",  "7", " ", "\"",
                                                "\\", "\n", "ä", "→", "{"};
    string text;
    const auto size = any<std::size_t>(min, 12);
    while (text.size() < size) text += *rc::gen::elementOf(kPieces);
    return text;
}

std::vector<string> any_texts() {
    std::vector<string> texts;
    for (int i = any(0, 3); i > 0; --i) texts.push_back(any_text(1));
    return texts;
}

Persona any_persona(int number) {
    Persona persona;
    persona.name = "p" + std::to_string(number);
    persona.credentials_ref = "c0";
    persona.kind = any_word(PersonaKind::Login);
    persona.in = any_word(ParameterPlace::Cookie);
    persona.parameter_name = any_text(1);
    persona.role = PersonaRole::User;
    if (number > 0) persona.peer_of = "p" + std::to_string(number - 1);
    persona.denied = any_texts();
    if (persona.kind == PersonaKind::Login) {
        persona.login =
            LoginStep{any_text(1), any_text(1), any_text(1),    any_word(ParameterPlace::Cookie),
                      any_text(1), any_text(),  {any(100, 599)}};
    }
    return persona;
}

void choose_source(ApiOptions& api) {
    switch (any(0, 3)) {
    case 0: api.spec_url = any_text(1); return;
    case 1: api.spec_inline = any_text(1); return;
    case 2: api.spec_secret_ref = KeyRef{"s.x-1", "A_b.c"}; return;
    default: api.spec_config_map_ref = KeyRef{"m", "openapi.json"}; return;
    }
}

ApiOptions any_api() {
    ApiOptions api;
    choose_source(api);
    if (any_flag()) api.server_url = "https://x";
    api.remote_refs = any_word(RemoteRefs::SameOrigin);
    api.rps = any(1, 1000);
    api.rps_period_seconds = any(1, 60);
    api.max_requests_per_operation = any(1, 10'000);
    api.max_requests = any(0, 10'000'000);
    api.request_timeout_seconds = any(1, 120);
    api.fuzz_auth = any_flag();
    api.include_operations = any_texts();
    api.exclude_operations = any_texts();
    api.allow_unsafe_operations = any_texts();
    api.include_checks = any_texts();
    api.exclude_checks = any_texts();
    const int personas = any(0, 3);
    for (int i = 0; i < personas; ++i) api.personas.push_back(any_persona(i));
    if (any_flag()) api.values.push_back({any_text(1), any_text()});
    return api;
}

SyntheticOptions any_synthetic() {
    SyntheticOptions options;
    options.unit_count = any<std::int64_t>(1, 1'000'000);
    options.unit_milliseconds = any<std::int64_t>(0, 86'400'000);
    options.concurrency_keys = any(1, 1000);
    options.max_in_flight_per_key = any(0, 1000);
    options.findings_per_unit = any(0, 10'000);
    if (any_flag()) options.faults.push_back({"0", any_word(FaultAction::Crash), any(0, 9)});
    return options;
}

Toleration any_toleration() {
    Toleration toleration;
    toleration.operator_ = any_word(TolerationOperator::Exists);
    if (toleration.operator_ == TolerationOperator::Equal) {
        toleration.key = "example.com/key";
        toleration.value = any_flag() ? "value" : "";
    }
    if (any_flag()) toleration.effect = any_word(TaintEffect::NoExecute);
    if (toleration.effect == TaintEffect::NoExecute && any_flag()) {
        toleration.lasts = any_seconds(0, 31'536'000);
    }
    return toleration;
}

RunnerSettings any_runner() {
    RunnerSettings runner;
    if (any_flag()) runner.image = "registry.example/runner:1";
    if (any_flag()) runner.image_pull_secrets = {{"one"}, {"two"}};
    if (any_flag()) runner.requests = ResourceAmounts{"100m", any_flag() ? "128Mi" : "", ""};
    if (any_flag()) runner.limits = ResourceAmounts{"", "1.5Gi", "2G"};
    if (any_flag()) runner.node_selector = {{"disktype", "ssd"}, {"example.com/zone", ""}};
    for (int i = any(0, 2); i > 0; --i) runner.tolerations.push_back(any_toleration());
    if (any_flag()) runner.priority_class_name = "low";
    if (any_flag()) runner.service_account_name = "scanner";
    return runner;
}

void fill_work(JobSpec& spec) {
    if (any_flag()) {
        spec.scanner = any_api();
    } else {
        spec.scanner = any_synthetic();
    }
    spec.authorization = any_word(Authorization::Intrusive);
    if (any_flag()) spec.allowed_hosts = {"a.example", "*.b.example:80", "[::1]:8080"};
    spec.credentials.push_back({"c0", any_flag() ? "secret" : ""});
    spec.parallelism = any(1, 1000);
    spec.chunks = {any(1, 10'000),         any(0, 1'000'000),    any_seconds(1, 86'400),
                   any_seconds(1, 86'400), any_seconds(1, 3600), any(0, 10)};
    spec.active_deadline = any_seconds(1, 604'800);
}

void fill_end(JobSpec& spec) {
    spec.success_policy = {any_word(SuccessPolicyType::AllChunks), any(0, 100)};
    if (any_flag()) {
        spec.fail_on = FailOn{any_word(Severity::Info), any(1, 99), any_word(GateState::New)};
    }
    if (any_flag()) spec.baseline_job_name = "before";
    spec.suspend = any_flag();
    spec.suspend_policy = any_word(SuspendPolicy::Terminate);
    spec.cancel = any_flag();
    spec.priority = any(-1000, 1000);
    spec.pod_ttl = any_seconds(0, 604'800);
    if (any_flag()) spec.ttl_after_finished = any_seconds(0, 31'536'000);
    spec.rerun = any_text();
    spec.runner = any_runner();
}

RC_GTEST_PROP(JobDocument, ReadsBackWhatItWrote, ()) {
    Job job;
    job.name = "a-" + std::to_string(any(0, 999));
    job.namespace_ = "ns";
    fill_work(job.spec);
    fill_end(job.spec);
    const auto text = job_to_json(job);
    const auto read = parse_job(text, "job.json");
    if (!read) RC_FAIL(read.error().message());
    RC_ASSERT(*read == job);
    RC_ASSERT(job_to_json(*read) == text);
}

// Whatever is written, an answer comes back, and a refusal is lines that begin with the source.
RC_GTEST_PROP(JobDocument, BearsAnyText, (const std::string& text)) {
    const auto read = parse_job("spec: " + text, "f");
    RC_ASSERT(!read);
    RC_ASSERT(read.error().message().starts_with("f:"));
}

}  // namespace
}  // namespace scan
