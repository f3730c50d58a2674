// Pods that lie: reading never crashes, texts stay within their bounds, and a record in a cache
// gives the same Pod back.
#include "kube/pod.h"
#include "kube/pod_record.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace {

void require(bool fact) {
    if (!fact) std::abort();
}

// Seconds end in 2106 there.
void clamp(std::optional<base::Instant>& time) {
    if (time) time = std::min(*time, base::Instant(std::chrono::seconds(UINT32_MAX)));
}

// What a record does not keep whole.
kube::Pod as_kept(kube::Pod pod) {
    for (auto* time : {&pod.created_at, &pod.deletion_at, &pod.started_at}) clamp(*time);
    if (!pod.main) return pod;
    pod.main->restart_count = std::clamp(pod.main->restart_count, 0, 65'535);
    if (auto* running = std::get_if<kube::ContainerRunning>(&pod.main->state))
        clamp(running->started_at);
    if (auto* ended = std::get_if<kube::ContainerTerminated>(&pod.main->state)) {
        ended->signal = std::clamp(ended->signal, 0, 255);
        clamp(ended->started_at);
        clamp(ended->finished_at);
    }
    return pod;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static kube::PodParser parser;
    constexpr std::string_view kLabels[] = {"job", "scanfleet.dev/chunk"};
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto pod = parser.parse(text, {.labels = kLabels, .main_container = "runner"});
    if (!pod) return 0;
    require(!pod->key.name.empty() && !pod->uid.empty() && pod->labels.size() == 2);
    require(pod->status.message.size() <= 1024);
    kube::TextPool pool;
    {
        const kube::PodRecord record(*pod, pool);
        require(record.expand(pod->key, pod->resource_version) == as_kept(*pod));
    }
    require(pool.size() == 0);
    return 0;
}
