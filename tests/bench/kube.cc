// Speed and memory of what sees every Pod: watch lines, facts, the cache. One core.
#include "fakes/pod_json.h"
#include "kube/cache.h"
#include "kube/pod_record.h"
#include "kube/watcher.h"

#include <fmt/format.h>

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

namespace {

constexpr int kPods = 10'000;
constexpr std::string_view kLabels[] = {"scanfleet.dev/job", "scanfleet.dev/run",
                                        "scanfleet.dev/chunk", "scanfleet.dev/attempt"};

// Nanoseconds of processor time for each of `count` pieces of `work`; the best of five.
template <typename Work>
double nanoseconds_each(int count, Work work) {
    double best = 1e18;
    for (int round = 0; round < 5; ++round) {
        const auto start = std::clock();
        work();
        const auto seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        best = std::min(best, seconds * 1e9 / count);
    }
    return best;
}

void require(bool fact, std::string_view what) {
    if (fact) return;
    fmt::print("bench_kube: {} failed\n", what);
    std::exit(1);
}

std::string pod_text(int i) {
    return fakes::pod_json({.name = fmt::format("shop-nightly-3f9a1-c{}-a1", i),
                            .uid = fmt::format("6d0c0c9a-8f5e-4c39-9f0a-{:012x}", i),
                            .resource_version = std::to_string(1'000'000 + i),
                            .chunk = i,
                            .node = fmt::format("ip-10-0-12-{}.eu-central-1.internal", i % 100)});
}

// All the way: lines into a watcher, facts into a cache.
class Follower {
public:
    explicit Follower(const kube::PodWants& wants)
        : wants_(wants), watcher_({.resource = kube::kPods}, ids_,
                                  [this](const kube::Change& change) { take(change); }) {
        watcher_.tick({}, out_);
    }
    void feed(const std::string& lines) {
        watcher_.take({.id = out_.calls.back().id, .what = kube::StreamLines{lines}}, {}, out_);
    }
    std::size_t size() const { return cache_.size(); }

private:
    void take(const kube::Change& change) {
        if (change.kind != kube::Change::Kind::Put) return;
        auto pod = parser_.parse(change.object, wants_);
        require(pod.has_value(), "reading a Pod");
        cache_.put(pod->key, pod->resource_version, kube::PodRecord(*pod, pool_));
    }

    kube::PodWants wants_;
    kube::CallIds ids_;
    kube::Outbox out_;
    kube::PodParser parser_;
    kube::TextPool pool_;
    kube::Cache<kube::PodRecord> cache_;
    kube::Watcher watcher_;
};

}  // namespace

int main() {
    const kube::PodWants wants{.labels = kLabels, .main_container = "runner"};
    std::vector<std::string> pods, pieces;
    std::size_t bytes = 0;
    for (int i = 0; i < kPods; ++i) {
        pods.push_back(pod_text(i));
        bytes += pods.back().size();
        // As they come from a connection: some lines at once.
        if (i % 20 == 0) pieces.emplace_back();
        pieces.back() += fakes::watch_line("ADDED", pods.back());
    }
    kube::WatchEventParser events;
    const auto one_line = fakes::watch_line("ADDED", pods.front());
    const auto lines = nanoseconds_each(kPods, [&] {
        for (int i = 0; i < kPods; ++i) require(events.parse(one_line).has_value(), "a line");
    });
    kube::PodParser parser;
    const auto facts = nanoseconds_each(kPods, [&] {
        for (const auto& pod : pods) require(parser.parse(pod, wants).has_value(), "reading a Pod");
    });
    Follower follower(wants);
    const auto before = mallinfo2().uordblks;
    follower.feed(pieces.front());
    for (const auto& piece : pieces) follower.feed(piece);
    const auto held = mallinfo2().uordblks - before;
    const auto all = nanoseconds_each(kPods, [&] {
        for (const auto& piece : pieces) follower.feed(piece);
    });
    require(follower.size() == kPods, "following all Pods");
    fmt::print("  Pod of {} bytes: line {:.0f} ns, facts {:.0f} ns, line to cache {:.0f} ns\n",
               bytes / kPods, lines, facts, all);
    fmt::print("  cache of {} Pods: {} bytes a Pod\n", kPods, held / kPods);
    return 0;
}
