// Job documents that between them set every field there is, none to its default.
#pragma once

#include <string_view>

namespace fixtures {

inline constexpr std::string_view kFullApiJob = R"(apiVersion: scanfleet.dev/v1alpha1
kind: ScanJob
metadata: {name: petstore, namespace: shop}
spec:
  scanner:
    type: Api
    api:
      specUrl: https://petstore.shop.svc/openapi.json
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
      - name: alice
        credentialsRef: alice
        kind: Login
        role: Admin
        peerOf: bob
        login: {operation: POST /login, bodyTemplate: '{"u":"${username}"}', tokenPath: $.token,
                tokenIn: Cookie, tokenName: sid, tokenPrefix: "Token ", refreshStatus: [419]}
      - {name: bob, credentialsRef: alice, kind: ApiKey, in: Query, parameterName: key,
         role: Admin, denied: ["* /admin/**"]}
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
  cleanup: {podTtlSeconds: 10}
  ttlSecondsAfterFinished: 60
  rerun: again
  runner:
    image: registry.example/scanfleet-runner:1.2.3
    imagePullSecrets: [{name: registry}]
    resources:
      requests: {cpu: 250m, memory: 256Mi, ephemeral-storage: 1Gi}
      limits: {cpu: 2, memory: 1.5Gi, ephemeral-storage: 2Gi}
    nodeSelector: {disktype: ssd, example.com/zone: a}
    tolerations:
    - {key: scans, operator: Equal, value: only, effect: NoExecute, tolerationSeconds: 60}
    - {operator: Exists, effect: NoSchedule}
    priorityClassName: low
    serviceAccountName: scanner
)";

inline constexpr std::string_view kFullSyntheticJob = R"(apiVersion: scanfleet.dev/v1alpha1
kind: ScanJob
metadata: {name: smoke, namespace: shop}
spec:
  scanner:
    type: Synthetic
    synthetic:
      unitCount: 20
      unitMilliseconds: 5
      concurrencyKeys: 3
      maxInFlightPerKey: 2
      findingsPerUnit: 4
      faults: [{units: "0-4,7", action: Crash, attempt: 1}]
)";

inline constexpr std::string_view kConfigMapJob = R"(apiVersion: scanfleet.dev/v1alpha1
kind: ScanJob
metadata: {name: from-config-map, namespace: shop}
spec: {scanner: {type: Api, api: {specConfigMapRef: {name: petstore, key: openapi.json}}}}
)";

inline constexpr std::string_view kSecretJob = R"(apiVersion: scanfleet.dev/v1alpha1
kind: ScanJob
metadata: {name: from-secret, namespace: shop}
spec: {scanner: {type: Api, api: {specSecretRef: {name: petstore, key: openapi.json}}}}
)";

inline constexpr std::string_view kInlineJob = R"(apiVersion: scanfleet.dev/v1alpha1
kind: ScanJob
metadata: {name: inline, namespace: shop}
spec: {scanner: {type: Api, api: {specInline: "openapi: 3.0.0"}}}
)";

inline constexpr std::string_view kFullJobs[] = {kFullApiJob, kFullSyntheticJob, kConfigMapJob,
                                                 kSecretJob, kInlineJob};

}  // namespace fixtures
