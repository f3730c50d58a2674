// What is read from a Pod, and what a hostile one can do.
#include "kube/pod.h"

#include "fakes/pod_json.h"

#include <gtest/gtest.h>

#include <string>

namespace kube {
namespace {

constexpr std::string_view kLabels[] = {"scanfleet.dev/job", "scanfleet.dev/chunk",
                                        "scanfleet.dev/absent"};
const PodWants kWants{.labels = kLabels, .main_container = "runner"};

base::Instant at(std::string_view time) { return base::parse_instant(time).value(); }

Pod parsed(const std::string& json) {
    auto pod = parse_pod(json, kWants);
    EXPECT_TRUE(pod) << pod.error().message() << "\n" << json;
    return pod.value_or(Pod{});
}

Pod with_status(const std::string& status) {
    return parsed(R"({"metadata":{"name":"p","uid":"u"},"status":)" + status + "}");
}

TEST(Pod, OfAnApiServerIsReadWhole) {
    Pod expected{.key = {.namespace_ = "scans", .name = "shop-nightly-3f9a1-c17-a1"},
                 .uid = "6d0c0c9a-8f5e-4c39-9f0a-1f6b7f1f0a17",
                 .resource_version = "104857",
                 .controller = Owner{.kind = "ScanJob",
                                     .name = "shop-nightly",
                                     .uid = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"},
                 .labels = {"shop-nightly", "17", ""},
                 .created_at = at("2026-01-31T12:00:00Z"),
                 .node = "ip-10-0-12-34.eu-central-1.compute.internal",
                 .phase = PodPhase::Running,
                 .ready = true,
                 .started_at = at("2026-01-31T12:00:01Z"),
                 .main = ContainerStatus{.state = ContainerRunning{at("2026-01-31T12:00:04Z")}}};
    EXPECT_EQ(parsed(fakes::pod_json()), expected);
}

TEST(Pod, IsReadInAnyOrderOfItsFields) {
    const fakes::PodText text;
    const auto metadata = fakes::pod_metadata(text), spec = fakes::pod_spec(text),
               status = fakes::pod_status(text);
    const auto expected = parsed(fakes::pod_json(text));
    EXPECT_EQ(parsed(fmt::format(R"({{"status":{2},"spec":{1},"metadata":{0},"kind":"Pod"}})",
                                 metadata, spec, status)),
              expected);
    EXPECT_EQ(parsed(fmt::format(R"({{"spec":{1},"x":[[]],"metadata":{0},"status":{2}}})", metadata,
                                 spec, status)),
              expected);
}

TEST(Pod, OwnerIsTheOneThatControls) {
    const auto pod = parsed(
        R"({"metadata":{"ownerReferences":[{"kind":"A","name":"a","uid":"1"},{"controller":true,"uid":"2","name":"b","kind":"B"},{"kind":"C","controller":false}],"name":"p","uid":"u"}})");
    ASSERT_TRUE(pod.controller);
    EXPECT_EQ(*pod.controller, (Owner{.kind = "B", .name = "b", .uid = "2"}));
    EXPECT_FALSE(parsed(R"({"metadata":{"name":"p","uid":"u","ownerReferences":[{"kind":"A"}]}})")
                     .controller);
}

TEST(Pod, StatesOfItsMainContainer) {
    struct Case {
        const char* state;
        ContainerStatus expected;
    };
    const Case cases[] = {
        {"{}", {}},
        {R"({"waiting":{"message":"Back-off","reason":"ImagePullBackOff"}})",
         {.state = ContainerWaiting{{.reason = "ImagePullBackOff", .message = "Back-off"}}}},
        {R"({"running":{"startedAt":"2026-01-31T12:00:04Z"}})",
         {.state = ContainerRunning{at("2026-01-31T12:00:04Z")}}},
        {R"({"running":{"startedAt":null}})", {.state = ContainerRunning{}}},
        {R"({"terminated":{"exitCode":137,"signal":9,"reason":"Error","message":"{\"v\":1}","startedAt":"2026-01-31T12:00:04Z","finishedAt":"2026-01-31T13:00:04+01:00","containerID":"x"}})",
         {.state = ContainerTerminated{.exit_code = 137,
                                       .signal = 9,
                                       .cause = {.reason = "Error", .message = "{\"v\":1}"},
                                       .started_at = at("2026-01-31T12:00:04Z"),
                                       .finished_at = at("2026-01-31T12:00:04Z")}}},
        {R"({"terminated":{"exitCode":0},"waiting":{"reason":"x"}})",
         {.state = ContainerTerminated{}}},
    };
    for (auto one : cases) {
        one.expected.restart_count = 3;
        const auto pod = with_status(fmt::format(
            R"({{"containerStatuses":[{{"name":"sidecar","state":{{"running":{{}}}},"restartCount":1}},{{"restartCount":3,"state":{},"name":"runner"}}]}})",
            one.state));
        ASSERT_TRUE(pod.main) << one.state;
        EXPECT_EQ(*pod.main, one.expected) << one.state;
        EXPECT_FALSE(pod.oom_killed);
    }
    EXPECT_FALSE(with_status(R"({"containerStatuses":[{"name":"other"}]})").main);
    EXPECT_FALSE(with_status(R"({"initContainerStatuses":[{"name":"runner","state":{}}]})").main);
}

TEST(Pod, KilledForMemoryInAnyContainerSaysSo) {
    for (
        const auto* status :
        {R"({"containerStatuses":[{"name":"runner","state":{"terminated":{"reason":"OOMKilled"}}}]})",
         R"({"containerStatuses":[{"name":"sidecar","lastState":{"terminated":{"reason":"OOMKilled"}}}]})",
         R"({"initContainerStatuses":[{"state":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]})"})
        EXPECT_TRUE(with_status(status).oom_killed) << status;
}

TEST(Pod, ConditionsThatMatter) {
    const auto pod = with_status(
        R"({"phase":"Failed","reason":"Evicted","message":"low on memory","conditions":[{"status":"False","message":"0/3 nodes","type":"PodScheduled","reason":"Unschedulable"},{"type":"DisruptionTarget","status":"True","reason":"EvictionByEvictionAPI"},{"type":"Ready","status":"False"}]})");
    EXPECT_EQ(pod.phase, PodPhase::Failed);
    EXPECT_EQ(pod.status, (Cause{.reason = "Evicted", .message = "low on memory"}));
    EXPECT_EQ(pod.unscheduled, (Cause{.reason = "Unschedulable", .message = "0/3 nodes"}));
    EXPECT_EQ(pod.disruption, "EvictionByEvictionAPI");
    EXPECT_FALSE(pod.ready);
    const auto fine = with_status(
        R"({"phase":"Paused","conditions":[{"status":"True","type":"PodScheduled"},{"type":"DisruptionTarget","status":"False"},{"type":"Ready","status":"True"}]})");
    EXPECT_EQ(fine.phase, PodPhase::Unknown);
    EXPECT_FALSE(fine.unscheduled || fine.disruption);
    EXPECT_TRUE(fine.ready);
}

TEST(Pod, TimesAreWholeSecondsOrAbsent) {
    const auto created = [](const std::string& time) {
        return parsed(R"({"metadata":{"name":"p","uid":"u","creationTimestamp":)" + time + "}}")
            .created_at;
    };
    EXPECT_EQ(created(R"("2024-02-29T23:59:59Z")"), at("2024-02-29T23:59:59Z"));
    EXPECT_EQ(created(R"("2024-02-29T23:59:59.900Z")"), at("2024-02-29T23:59:59Z"));
    EXPECT_EQ(created(R"("2024-02-29T23:59:59+02:00")"), at("2024-02-29T21:59:59Z"));
    for (const auto* bad :
         {"null", "7", R"("")", R"("2023-02-29T00:00:00Z")", R"("2024-13-01T00:00:00Z")",
          R"("2024-01-01T24:00:00Z")", R"("1969-12-31T23:59:59Z")", R"("0000-01-01T00:00:00Z")",
          R"("2024-01-01T00:00:0xZ")", R"("yesterday")"})
        EXPECT_FALSE(created(bad)) << bad;
}

TEST(Pod, LongTextsAreCut) {
    const std::string text(10'000, 'x');
    const auto pod = with_status(fmt::format(
        R"({{"message":"{0}","containerStatuses":[{{"name":"runner","state":{{"terminated":{{"message":"{0}"}}}}}}],"conditions":[{{"type":"PodScheduled","status":"False","message":"{0}"}}]}})",
        text));
    EXPECT_LE(pod.status.message.size(), 1024u);
    EXPECT_LE(pod.unscheduled->message.size(), 1024u);
    EXPECT_LE(std::get<ContainerTerminated>(pod.main->state).cause.message.size(), 4096u);
    EXPECT_GT(std::get<ContainerTerminated>(pod.main->state).cause.message.size(), 4000u);
}

TEST(Pod, TerminationMessageOf4096BytesStaysWhole) {
    const std::string text(4096, 'x');
    const auto pod = with_status(fmt::format(
        R"({{"containerStatuses":[{{"name":"runner","state":{{"terminated":{{"message":"{}"}}}}}}]}})",
        text));
    EXPECT_EQ(std::get<ContainerTerminated>(pod.main->state).cause.message, text);
}

TEST(Pod, WithValuesOfOtherTypesLacksThem) {
    const auto pod = parsed(
        R"({"kind":"Pod","metadata":{"name":"p","uid":"u","namespace":[],"resourceVersion":5,"labels":{"scanfleet.dev/job":{},"scanfleet.dev/chunk":1},"ownerReferences":{"controller":true}},"spec":"x","status":{"phase":{},"conditions":[1,2],"containerStatuses":[[]],"reason":null,"startTime":{}}})");
    EXPECT_EQ(pod, (Pod{.key = {.name = "p"}, .uid = "u", .labels = {"", "", ""}}));
    EXPECT_EQ(with_status(R"({"containerStatuses":[{"name":"runner","restartCount":1e400}]})").main,
              ContainerStatus{});
    EXPECT_EQ(with_status(R"({"containerStatuses":[{"name":"runner","restartCount":99999999999}]})")
                  .main->restart_count,
              INT32_MAX);
}

TEST(Pod, ThatIsNoneIsRefused) {
    for (const std::string json :
         {"", "{}", "[]", "null", R"({"metadata":{"name":"p"}})", R"({"metadata":{"uid":"u"}})",
          R"({"metadata":{"name":"","uid":"u"}})", R"({"metadata":{"name":{},"uid":"u"}})",
          R"({"kind":"Node","metadata":{"name":"p","uid":"u"}})",
          R"({"metadata":{"name":"p","uid":"u"})", R"({"metadata":{"name":"p","uid":"u"}}})",
          R"({"metadata":{"name":"p\q","uid":"u"}})",
          "{\"metadata\":{\"name\":\"p\xff\",\"uid\":\"u\"}}"})
        EXPECT_FALSE(parse_pod(json, kWants)) << json;
    EXPECT_FALSE(
        parse_pod(R"({"metadata":{"name":"p","uid":")" + std::string(600, 'u') + "\"}}", kWants));
}

TEST(Pod, CutOffAnywhereIsRefused) {
    const auto json = fakes::pod_json();
    PodParser parser;
    for (std::size_t size = 0; size < json.size(); ++size)
        EXPECT_FALSE(parser.parse(std::string(json, 0, size), kWants)) << size;
    EXPECT_TRUE(parser.parse(json, kWants));
}

}  // namespace
}  // namespace kube
