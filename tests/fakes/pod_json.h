// Pods as an API server writes them, for tests and benchmarks.
//
// Gaps: one main container, no volumes but the projected token, managedFields of one manager.
#pragma once

#include <fmt/format.h>

#include <string>

namespace fakes {

struct PodText {
    std::string namespace_ = "scans";
    std::string name = "shop-nightly-3f9a1-c17-a1";
    std::string uid = "6d0c0c9a-8f5e-4c39-9f0a-1f6b7f1f0a17";
    std::string resource_version = "104857";
    std::string job = "shop-nightly";
    int chunk = 17;
    std::string node = "ip-10-0-12-34.eu-central-1.compute.internal";
    std::string phase = "Running";
    std::string state = R"({"running":{"startedAt":"2026-01-31T12:00:04Z"}})";
    std::string more_status{};  // further members, each with a comma in front
};

inline std::string pod_metadata(const PodText& pod) {
    return fmt::format(
        R"({{"name":"{0}","namespace":"{1}","uid":"{2}","resourceVersion":"{3}","creationTimestamp":"2026-01-31T12:00:00Z","labels":{{"app.kubernetes.io/managed-by":"scanfleet","app.kubernetes.io/name":"scanfleet-runner","scanfleet.dev/attempt":"1","scanfleet.dev/chunk":"{5}","scanfleet.dev/job":"{4}","scanfleet.dev/run":"3f9a1"}},"ownerReferences":[{{"apiVersion":"scanfleet.dev/v1alpha1","kind":"ScanJob","name":"{4}","uid":"0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0","controller":true,"blockOwnerDeletion":true}}],"managedFields":[{{"manager":"scanfleet","operation":"Update","apiVersion":"v1","time":"2026-01-31T12:00:00Z","fieldsType":"FieldsV1","fieldsV1":{{"f:metadata":{{"f:labels":{{".":{{}},"f:scanfleet.dev/job":{{}}}}}},"f:spec":{{"f:containers":{{}}}}}}}}]}})",
        pod.name, pod.namespace_, pod.uid, pod.resource_version, pod.job, pod.chunk);
}

inline std::string pod_spec(const PodText& pod) {
    return fmt::format(
        R"({{"volumes":[{{"name":"token","projected":{{"sources":[{{"serviceAccountToken":{{"audience":"scanfleet-ingest","expirationSeconds":3600,"path":"token"}}}}],"defaultMode":420}}}}],"containers":[{{"name":"runner","image":"registry.example/scanfleet-runner:0.1.0","args":["run","--chunk={1}"],"resources":{{"limits":{{"memory":"512Mi"}},"requests":{{"cpu":"100m","memory":"256Mi"}}}},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent","securityContext":{{"capabilities":{{"drop":["ALL"]}},"readOnlyRootFilesystem":true,"allowPrivilegeEscalation":false}}}}],"restartPolicy":"Never","terminationGracePeriodSeconds":30,"activeDeadlineSeconds":630,"dnsPolicy":"ClusterFirst","serviceAccountName":"scanfleet-runner","automountServiceAccountToken":false,"nodeName":"{0}","securityContext":{{"runAsUser":65532,"runAsNonRoot":true,"seccompProfile":{{"type":"RuntimeDefault"}}}},"schedulerName":"default-scheduler","enableServiceLinks":false}})",
        pod.node, pod.chunk);
}

inline std::string pod_status(const PodText& pod) {
    return fmt::format(
        R"({{"phase":"{0}","conditions":[{{"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-01-31T12:00:04Z"}},{{"type":"PodScheduled","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-01-31T12:00:00Z"}}],"hostIP":"10.0.12.34","podIP":"10.1.4.17","startTime":"2026-01-31T12:00:01Z","containerStatuses":[{{"name":"runner","state":{1},"lastState":{{}},"ready":true,"restartCount":0,"image":"registry.example/scanfleet-runner:0.1.0","imageID":"registry.example/scanfleet-runner@sha256:0123456789abcdef","containerID":"containerd://0123456789abcdef0123456789abcdef","started":true}}],"qosClass":"Burstable"{2}}})",
        pod.phase, pod.state, pod.more_status);
}

// About 3 KB.
inline std::string pod_json(const PodText& pod = {}) {
    return fmt::format(R"({{"kind":"Pod","apiVersion":"v1","metadata":{},"spec":{},"status":{}}})",
                       pod_metadata(pod), pod_spec(pod), pod_status(pod));
}

inline std::string watch_line(std::string_view type, std::string_view object) {
    return fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n", type, object);
}

}  // namespace fakes
