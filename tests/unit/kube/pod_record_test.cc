// Pods in a cache: nothing is lost, and 10 000 of them are small.
#include "kube/pod_record.h"

#include "fakes/pod_json.h"
#include "kube/cache.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <malloc.h>

#include <string>

namespace kube {
namespace {

constexpr std::string_view kLabels[] = {"scanfleet.dev/job", "scanfleet.dev/run",
                                        "scanfleet.dev/chunk", "scanfleet.dev/attempt"};
const PodWants kWants{.labels = kLabels, .main_container = "runner"};

template <typename T>
T any(T min, T max) {
    return *rc::gen::inRange<T>(min, max + 1);
}

std::string any_text() {
    return *rc::gen::element<std::string>("", "a", "Completed", "two words", std::string(2000, 'y'),
                                          "0", "17", "017", "999999999", "1000000000", "-1", "1a");
}

std::optional<base::Instant> any_time() {
    if (any(0, 2) == 0) return std::nullopt;
    return base::Instant(std::chrono::seconds(any<std::int64_t>(1, 4'000'000'000)));
}

Cause any_cause() { return {.reason = any_text(), .message = any_text()}; }

ContainerStatus any_status() {
    ContainerStatus status;
    status.restart_count = any(0, 65'535);
    switch (any(0, 3)) {
    case 1: status.state = ContainerWaiting{any_cause()}; break;
    case 2: status.state = ContainerRunning{any_time()}; break;
    case 3:
        status.state = ContainerTerminated{.exit_code = any(-1, 255),
                                           .signal = any(0, 255),
                                           .cause = any_cause(),
                                           .started_at = any_time(),
                                           .finished_at = any_time()};
        break;
    default: break;
    }
    return status;
}

Pod any_pod() {
    Pod pod{.key = {.namespace_ = "n", .name = "p"},
            .uid = *rc::gen::element<std::string>("u-1", "6d0c0c9a-8f5e-4c39-9f0a-1f6b7f1f0a17",
                                                  "6D0C0C9A-8f5e-4c39-9f0a-1f6b7f1f0a17",
                                                  "6d0c0c9a08f5e-4c39-9f0a-1f6b7f1f0a17"),
            .resource_version = "7",
            .created_at = any_time(),
            .deletion_at = any_time(),
            .node = any_text(),
            .phase = static_cast<PodPhase>(any(0, 4)),
            .status = any_cause(),
            .ready = any(0, 1) == 1,
            .started_at = any_time(),
            .oom_killed = any(0, 1) == 1};
    for (int i = any(0, 6); i > 0; --i) pod.labels.push_back(any_text());
    if (any(0, 1) == 1)
        pod.controller = Owner{.kind = any_text(), .name = any_text(), .uid = any_text()};
    if (any(0, 1) == 1) pod.unscheduled = any_cause();
    if (any(0, 1) == 1) pod.disruption = any_text();
    if (any(0, 3) > 0) pod.main = any_status();
    return pod;
}

RC_GTEST_PROP(PodRecord, GivesBackThePodItWasMadeOf, ()) {
    TextPool pool;
    const auto pod = any_pod();
    {
        PodRecord first(pod, pool);
        PodRecord record = std::move(first);
        RC_ASSERT(record.expand(pod.key, pod.resource_version) == pod);
        RC_ASSERT(record.phase() == pod.phase);
        RC_ASSERT(record.is_deleted() == pod.deletion_at.has_value());
        for (std::size_t i = 0; i < 8; ++i)
            RC_ASSERT(record.label(i) == (i < pod.labels.size() ? pod.labels[i] : ""));
        record = PodRecord(any_pod(), pool);
    }
    RC_ASSERT(pool.size() == 0u);
}

TEST(TextPool, ForgetsATextWithItsLastUse) {
    TextPool pool;
    const auto a = pool.take("node-a");
    EXPECT_EQ(pool.take("node-a"), a);
    EXPECT_EQ(pool.take(""), TextPool::kEmpty);
    pool.drop(a);
    EXPECT_EQ(pool.text(a), "node-a");
    pool.drop(a);
    pool.drop(TextPool::kEmpty);
    EXPECT_EQ(pool.size(), 0u);
    EXPECT_EQ(pool.take("node-b"), a) << "its place is used again";
    EXPECT_EQ(pool.text(pool.take("17")), "17");
    EXPECT_EQ(pool.size(), 1u) << "numbers take no place";
}

// Bytes the allocator has given out: what sanitizers put in its place does not say.
std::size_t heap_in_use() { return mallinfo2().uordblks; }

fakes::PodText pod_text(int i) {
    return {.name = fmt::format("shop-nightly-{:05x}-c{}-a1", i / 1000, i % 1000),
            .uid = fmt::format("6d0c0c9a-8f5e-4c39-9f0a-{:012x}", i),
            .resource_version = std::to_string(1'000'000 + i),
            .job = fmt::format("shop-nightly-{}", i / 1000),
            .chunk = i,
            .node = fmt::format("ip-10-0-12-{}.eu-central-1.compute.internal", i % 100)};
}

TEST(PodRecord, TenThousandInACacheTakeAtMost256BytesEach) {
    constexpr int kPods = 10'000;
    if (heap_in_use() == 0) GTEST_SKIP() << "this allocator does not tell what is in use";
    PodParser parser;
    ASSERT_TRUE(parser.parse(fakes::pod_json(pod_text(0)), kWants));
    const auto before = heap_in_use();
    TextPool pool;
    Cache<PodRecord> cache;
    for (int i = 0; i < kPods; ++i) {
        const auto pod = parser.parse(fakes::pod_json(pod_text(i)), kWants);
        ASSERT_TRUE(pod);
        cache.put(pod->key, pod->resource_version, PodRecord(*pod, pool));
    }
    const auto each = (heap_in_use() - before) / kPods;
    RecordProperty("bytes_a_pod", static_cast<int>(each));
    EXPECT_EQ(cache.size(), static_cast<std::size_t>(kPods));
    EXPECT_LE(each, 256u);
    EXPECT_GE(each, sizeof(PodRecord)) << "or nothing was measured";
}

}  // namespace
}  // namespace kube
