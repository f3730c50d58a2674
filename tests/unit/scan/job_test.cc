#include "scan/job.h"

#include "base/json.h"

#include <gtest/gtest.h>

#include <string>

namespace scan {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSmall = R"(apiVersion: scanfleet.dev/v1alpha1
kind: ScanJob
metadata: {name: petstore}
spec:
  scanner:
    type: Api
    api: {specUrl: http://petstore.shop.svc/openapi.json}
)";

constexpr std::string_view kFull = R"(apiVersion: scanfleet.dev/v1alpha1
kind: ScanJob
metadata: {name: petstore, namespace: shop}
spec:
  scanner:
    type: Api
    api:
      specConfigMapRef: {name: petstore, key: openapi.json}
      serverUrl: https://petstore.shop.svc
      remoteRefs: SameOrigin
      rps: 20
      rpsPeriodSeconds: 2
      maxRequestsPerOperation: 30
      maxRequests: 5000
      requestTimeoutSeconds: 5
      fuzzAuth: true
      includeOperations: ["GET /**"]
      excludeOperations: [debug]
      allowUnsafeOperations: ["POST /search"]
      includeChecks: [api.cors]
      excludeChecks: [api.headers]
      personas:
      - {name: alice, credentialsRef: alice, kind: Login, peerOf: bob,
         login: {operation: POST /login, bodyTemplate: '{"u":"${username}"}', tokenPath: $.token,
                 tokenIn: Cookie, tokenName: sid, tokenPrefix: "", refreshStatus: [401, 419]}}
      - {name: bob, credentialsRef: alice, kind: ApiKey, in: Query, parameterName: key,
         role: User, denied: ["* /admin/**"]}
      values: [{name: id, value: "7"}]
  target: {authorization: Active, allowedHosts: [api.shop.svc, "*.cdn.example:8443"]}
  credentials:
  - {name: alice, secretRef: {name: petstore-alice}}
  parallelism: 8
  chunks: {maxCount: 10, maxUnits: 5, targetSeconds: 60, activeDeadlineSeconds: 90,
           startDeadlineSeconds: 30, backoffLimit: 1}
  activeDeadlineSeconds: 600
  successPolicy: {type: MinCoverage, minCoveragePercent: 80}
  failOn: {severity: Medium, count: 3, state: New}
  baseline: {jobName: last-week}
  suspend: true
  suspendPolicy: Terminate
  cancel: true
  priority: -5
  cleanup: {podTtlSeconds: 0}
  ttlSecondsAfterFinished: 60
  rerun: again
)";

TEST(JobDocument, NeedsNoMoreThanNameAndTarget) {
    const auto job = parse_job(kSmall, "job.yaml");
    ASSERT_TRUE(job) << job.error().message();
    EXPECT_EQ(job->name, "petstore");
    EXPECT_EQ(job->namespace_, "default");
    EXPECT_EQ(job->spec.scanner_type(), ScannerType::Api);
    ApiOptions api;
    api.spec_url = "http://petstore.shop.svc/openapi.json";
    JobSpec wanted;
    wanted.scanner = api;
    EXPECT_EQ(job->spec, wanted);
}

TEST(JobDocument, FillsEveryOptionOfTheApiScanner) {
    const auto job = parse_job(kFull, "job.yaml");
    ASSERT_TRUE(job) << job.error().message();
    const auto& api = std::get<ApiOptions>(job->spec.scanner);
    EXPECT_EQ(api.spec_config_map_ref, (KeyRef{"petstore", "openapi.json"}));
    EXPECT_EQ(api.remote_refs, RemoteRefs::SameOrigin);
    EXPECT_EQ(api.rps, 20);
    EXPECT_EQ(api.rps_period_seconds, 2);
    EXPECT_EQ(api.max_requests, 5000);
    EXPECT_TRUE(api.fuzz_auth);
    EXPECT_EQ(api.allow_unsafe_operations, std::vector<std::string>{"POST /search"});
    EXPECT_EQ(api.values, (std::vector<NamedValue>{{"id", "7"}}));
    ASSERT_EQ(api.personas.size(), 2u);
    EXPECT_EQ(api.personas[0].login->token_in, ParameterPlace::Cookie);
    EXPECT_EQ(api.personas[0].login->token_prefix, "");
    EXPECT_EQ(api.personas[0].login->refresh_status, (std::vector<int>{401, 419}));
    EXPECT_EQ(api.personas[1].in, ParameterPlace::Query);
    EXPECT_EQ(api.personas[1].denied, std::vector<std::string>{"* /admin/**"});
}

TEST(JobDocument, FillsEveryFieldOfTheSpec) {
    const auto job = parse_job(kFull, "job.yaml");
    ASSERT_TRUE(job) << job.error().message();
    const auto& spec = job->spec;
    EXPECT_EQ(job->namespace_, "shop");
    EXPECT_EQ(spec.authorization, Authorization::Active);
    EXPECT_EQ(spec.allowed_hosts.size(), 2u);
    EXPECT_EQ(spec.credentials, (std::vector<CredentialRef>{{"alice", "petstore-alice"}}));
    EXPECT_EQ(spec.parallelism, 8);
    EXPECT_EQ(spec.chunks, (ChunkSettings{10, 5, 60s, 90s, 30s, 1}));
    EXPECT_EQ(spec.active_deadline, 600s);
    EXPECT_EQ(spec.success_policy, (SuccessPolicy{SuccessPolicyType::MinCoverage, 80}));
    EXPECT_EQ(spec.fail_on, (FailOn{Severity::Medium, 3, GateState::New}));
    EXPECT_EQ(spec.baseline_job_name, "last-week");
    EXPECT_TRUE(spec.suspend && spec.cancel);
    EXPECT_EQ(spec.suspend_policy, SuspendPolicy::Terminate);
    EXPECT_EQ(spec.priority, -5);
    EXPECT_EQ(spec.pod_ttl, 0s);
    EXPECT_EQ(spec.ttl_after_finished, 60s);
    EXPECT_EQ(spec.rerun, "again");
}

TEST(JobDocument, IsTheSameInYamlAndJson) {
    const auto yaml = parse_job(kFull, "job.yaml");
    ASSERT_TRUE(yaml) << yaml.error().message();
    const auto json = parse_job(job_to_json(*yaml), "job.json");
    ASSERT_TRUE(json) << json.error().message();
    EXPECT_EQ(*yaml, *json);
}

TEST(JobDocument, TakesNullAsUnset) {
    const auto job = parse_job(std::string(kSmall) + "  ttlSecondsAfterFinished: null\n"
                                                     "  parallelism: null\n"
                                                     "  failOn: ~\n",
                               "job.yaml");
    ASSERT_TRUE(job) << job.error().message();
    EXPECT_EQ(job->spec.ttl_after_finished, std::nullopt);
    EXPECT_EQ(job->spec.parallelism, 5);
    EXPECT_EQ(job->spec.fail_on, std::nullopt);
}

TEST(JobDocument, DescribesASyntheticJob) {
    const auto job = parse_job(R"({"apiVersion": "scanfleet.dev/v1alpha1", "kind": "ScanJob",
        "metadata": {"name": "s"}, "spec": {"scanner": {"type": "Synthetic", "synthetic":
        {"unitCount": 20, "unitMilliseconds": 5, "concurrencyKeys": 2, "maxInFlightPerKey": 1,
         "findingsPerUnit": 0, "faults": [{"units": "0-4,19", "action": "Oom", "attempt": 1}]}}}})",
                               "job.json");
    ASSERT_TRUE(job) << job.error().message();
    EXPECT_EQ(job->spec.scanner_type(), ScannerType::Synthetic);
    EXPECT_EQ(std::get<SyntheticOptions>(job->spec.scanner),
              (SyntheticOptions{20, 5, 2, 1, 0, {{"0-4,19", FaultAction::Oom, 1}}}));
}

TEST(JobDocument, WritesDefaultsOutAndLeavesUnsetFieldsOut) {
    const auto job = parse_job(kSmall, "job.yaml");
    ASSERT_TRUE(job);
    const auto json = base::parse_json(job_to_json(*job));
    ASSERT_TRUE(json);
    const auto& spec = (*json)["spec"];
    EXPECT_EQ(spec["parallelism"], 5);
    EXPECT_EQ(spec["chunks"]["targetSeconds"], 240);
    EXPECT_EQ(spec["target"]["authorization"], "Passive");
    EXPECT_EQ(spec["rerun"], "");
    EXPECT_EQ(spec["scanner"]["api"]["rps"], 10);
    EXPECT_FALSE(spec.contains("failOn"));
    EXPECT_FALSE(spec.contains("baseline"));
    EXPECT_FALSE(spec.contains("ttlSecondsAfterFinished"));
    EXPECT_FALSE(spec["scanner"].contains("synthetic"));
    EXPECT_FALSE(spec["scanner"]["api"].contains("specInline"));
}

TEST(FlushReserve, IsTwentySecondsOrAFifth) {
    EXPECT_EQ(flush_reserve(480s), 20s);
    EXPECT_EQ(flush_reserve(100s), 20s);
    EXPECT_EQ(flush_reserve(10s), 2s);
    EXPECT_EQ(flush_reserve(0s), 0s);
}

}  // namespace
}  // namespace scan
