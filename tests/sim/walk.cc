#include "sim/walk.h"

#include "base/json.h"
#include "operator/control/names.h"
#include "operator/control/scan_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sim {

using base::Json;

namespace {

constexpr auto kJob = "shop";
constexpr base::Duration kEndGrace{60'000};
constexpr base::Duration kPodTtl{30'000};
constexpr base::Duration kCleanGrace{120'000};
// A runner that ignores SIGTERM has the grace period of its Pod, a silent node as long again.
constexpr base::Duration kGoneGrace{75'000};
constexpr base::Duration kQuiet{300'000};

// What one seed makes: drawn before the world begins.
struct Draw {
    explicit Draw(std::uint64_t seed) : chance(seed * 7'919 + 17) {}

    std::int64_t number(std::int64_t least, std::int64_t most) {
        return least + static_cast<std::int64_t>(chance.next() %
                                                 static_cast<std::uint64_t>(most - least + 1));
    }
    bool one_in(std::int64_t n) { return number(1, n) == 1; }

    kube::Chance chance;
};

class Walker {
public:
    Walker(std::uint64_t seed, std::function<void(const std::string&)> trace)
        : draw_(seed), work_(draw_work()), units_per_chunk_(static_cast<int>(draw_.number(1, 4))),
          backoff_limit_(static_cast<int>(draw_.number(0, 2))),
          deadline_(std::chrono::seconds(draw_.number(60, 500))),
          hurt_until_(std::chrono::seconds(draw_.number(5, 200))),
          one_fault_in_(draw_.number(8, 120)), world_(options(seed, std::move(trace))) {}

    Walked go();

private:
    scan::SyntheticOptions draw_work();
    WorldOptions options(std::uint64_t seed, std::function<void(const std::string&)> trace);
    Json spec();
    Fault choose(const Point& point);
    void plan_mischief();
    void make_mischief();
    void hurt_pod(const kube::ObjectKey& pod);
    void hurt_job();
    void strip_labels(const kube::ObjectKey& pod);
    bool over();
    void check_end();

    Draw draw_;
    scan::SyntheticOptions work_;
    int units_per_chunk_;
    int backoff_limit_;
    base::Duration deadline_;
    base::Duration hurt_until_;
    std::int64_t one_fault_in_;
    World world_;
    Walked out_{};
    std::string uid_{};
};

scan::SyntheticOptions Walker::draw_work() {
    using scan::FaultAction;
    constexpr std::array kActions = {
        FaultAction::Exit1, FaultAction::Exit69,    FaultAction::Exit75,
        FaultAction::Hang,  FaultAction::Oom,       FaultAction::NoCommit,
        FaultAction::Crash, FaultAction::BadDigest, FaultAction::IgnoreTerm};
    scan::SyntheticOptions work;
    work.unit_count = draw_.number(1, 14);
    work.unit_milliseconds = draw_.number(50, 4'000);
    work.findings_per_unit = static_cast<int>(draw_.number(0, 3));
    for (auto count = draw_.number(0, 3); count > 0; --count) {
        const auto action = kActions[static_cast<std::size_t>(
            draw_.number(0, static_cast<std::int64_t>(kActions.size()) - 1))];
        work.faults.push_back({.units = fmt::to_string(draw_.number(0, work.unit_count - 1)),
                               .action = action,
                               .attempt = static_cast<int>(draw_.number(0, 2))});
    }
    return work;
}

WorldOptions Walker::options(std::uint64_t seed, std::function<void(const std::string&)> trace) {
    return {.seed = seed,
            .choose = [this](const Point& point) { return choose(point); },
            .trace = std::move(trace),
            .work = work_,
            .units_per_chunk = units_per_chunk_,
            .backoff_limit = backoff_limit_};
}

Json Walker::spec() {
    Json scanner = {{"type", "Synthetic"}, {"synthetic", {{"unitCount", work_.unit_count}}}};
    if (draw_.one_in(2))
        scanner = {{"type", "Api"}, {"api", {{"specUrl", "http://shop.test/openapi.json"}}}};
    return {{"scanner", std::move(scanner)},
            {"parallelism", draw_.number(1, 4)},
            {"chunks",
             {{"maxUnits", units_per_chunk_},
              {"activeDeadlineSeconds", draw_.number(15, 90)},
              {"startDeadlineSeconds", draw_.number(5, 60)},
              {"backoffLimit", backoff_limit_}}},
            {"activeDeadlineSeconds", deadline_.count() / 1'000},
            {"cleanup", {{"podTtlSeconds", kPodTtl.count() / 1'000}}}};
}

Fault Walker::choose(const Point& point) {
    if (!draw_.one_in(one_fault_in_)) return Fault::None;
    const auto faults = faults_at(point.kind);
    ++out_.faults;
    return faults[static_cast<std::size_t>(
        draw_.number(0, static_cast<std::int64_t>(faults.size()) - 1))];
}

void Walker::plan_mischief() {
    const auto next = base::Duration(draw_.number(100, 8'000));
    if (world_.stage.agenda.passed() + next > hurt_until_) return;
    world_.stage.agenda.after(next, [this] {
        make_mischief();
        plan_mischief();
    });
}

void Walker::make_mischief() {
    ++out_.mischief;
    const auto pods = world_.kubelet.running();
    if (!pods.empty() && draw_.one_in(2))
        return hurt_pod(pods[static_cast<std::size_t>(
            draw_.number(0, static_cast<std::int64_t>(pods.size()) - 1))]);
    hurt_job();
}

void Walker::hurt_pod(const kube::ObjectKey& pod) {
    switch (draw_.number(1, 7)) {
    case 1: return world_.kubelet.evict(pod);
    case 2: return world_.kubelet.preempt(pod);
    case 3: return world_.kubelet.lose_node(pod);
    case 4: return world_.kubelet.delete_pod(pod, false);
    case 5: return world_.kubelet.delete_pod(pod, true);
    case 6: return strip_labels(pod);
    default: return world_.kubelet.kill_runner(pod);
    }
}

// The Pod monkey: our watch sees it go.
void Walker::strip_labels(const kube::ObjectKey& pod) {
    world_.stage.tell(pod.name, "loses its labels");
    world_.stage.server.edit(
        kube::kPods, pod,
        [](Json& object) { object["metadata"]["labels"].erase(std::string(control::kRunLabel)); },
        world_.stage.agenda.wall());
}

void Walker::hurt_job() {
    if (world_.job(kJob) == nullptr || world_.has_ended(kJob)) return;
    switch (draw_.number(1, 9)) {
    case 1:
    case 2:
        return world_.edit_spec(
            kJob, [](Json& spec) { spec["suspend"] = !base::get_bool(spec, "suspend"); });
    case 3: return world_.edit_spec(kJob, [](Json& spec) { spec["suspendPolicy"] = "Terminate"; });
    case 4:
        return world_.edit_spec(kJob,
                                [this](Json& spec) { spec["parallelism"] = draw_.number(1, 5); });
    case 5:
        if (draw_.one_in(3)) world_.edit_spec(kJob, [](Json& spec) { spec["cancel"] = true; });
        return;
    case 6: return world_.stage.server.compact();
    case 7:
        for (const auto& map : world_.stage.server.all(kube::kConfigMaps))
            world_.stage.server.remove(
                kube::kConfigMaps,
                {World::kNamespace, base::get_string((*map)["metadata"], "name")},
                world_.stage.agenda.wall());
        return;
    case 8:
        if (!draw_.one_in(4)) return;
        out_.deleted = true;
        return world_.delete_job(kJob, draw_.one_in(2) ? kube::Propagation::Foreground
                                                       : kube::Propagation::Background);
    default: return world_.host.kill();
    }
}

bool Walker::over() { return world_.job(kJob) == nullptr || world_.has_ended(kJob); }

void Walker::check_end() {
    const Json status = world_.status(kJob);
    out_.outcome = base::get_string(status, "outcome");
    world_.checks.at_end({World::kNamespace, kJob, base::get_string(status, "runID")}, status);
    world_.run_for(kPodTtl + kCleanGrace);
    world_.checks.nothing_left(uid_, true);
    const auto writes = world_.host.writes();
    world_.run_for(kQuiet);
    if (world_.host.writes() != writes)
        world_.stage.violate("I7", "something was written long after the end");
    world_.delete_job(kJob);
}

Walked Walker::go() {
    world_.start();
    world_.run_for(base::Duration(draw_.number(0, 500)));
    world_.create_job(kJob, spec());
    uid_ = base::get_string((*world_.job(kJob))["metadata"], "uid");
    if (draw_.one_in(3)) world_.add_foreign_pod(kJob);
    plan_mischief();
    world_.run_until([this] { return over(); }, hurt_until_);
    world_.stage.tell("walk", "no more faults");
    world_.stage.stop_faults();
    if (world_.job(kJob) != nullptr && !over())
        world_.edit_spec(kJob, [](Json& spec) { spec["suspend"] = false; });
    // The clock may have stood still until now.
    out_.ended = world_.run_until([this] { return over(); }, deadline_ + kEndGrace);
    if (!out_.ended)
        world_.stage.violate("I7",
                             "the job has not ended: " + base::dump_json(world_.status(kJob)));
    else if (world_.job(kJob) != nullptr)
        check_end();
    world_.run_for(kGoneGrace);
    world_.checks.nothing_left(uid_, false);
    out_.violations = world_.stage.violations();
    out_.points = world_.stage.points().size();
    out_.starts = world_.host.starts();
    return out_;
}

}  // namespace

Walked walk(std::uint64_t seed, std::function<void(const std::string&)> trace) {
    return Walker(seed, std::move(trace)).go();
}

}  // namespace sim
