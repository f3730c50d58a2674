// Random worlds: whatever happens, the job finishes, and the invariants hold at every step.
#include "unit/core/world.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace core::test {
namespace {

using scan::AttemptEnd;

constexpr AttemptEnd kEnds[] = {
    AttemptEnd::NoResult,    AttemptEnd::ExitCode,   AttemptEnd::OOMKilled,
    AttemptEnd::Evicted,     AttemptEnd::NodeLost,   AttemptEnd::Deleted,
    AttemptEnd::Disrupted,   AttemptEnd::RunTimeout, AttemptEnd::TargetUnavailable,
    AttemptEnd::ConfigError, AttemptEnd::Preempted};

// Executes plans on the drawn world and lets chance do the rest. All chance comes in as numbers.
class Walk {
public:
    Walk(int chunks, int parallelism, int key_limit) : chunks_(chunks) {
        world_.spec.parallelism = parallelism;
        world_.without_plan();
        world_.seen.start_time.reset();
        world_.seen.deadline_time.reset();
        key_limit_ = key_limit;
    }

    bool finished() const { return world_.seen.finished.has_value(); }
    const World& world() const { return world_; }
    Duration now() const { return now_; }

    void step(unsigned chance) {
        now_ += Duration{static_cast<std::int64_t>(chance % 97) * 250};
        happen(chance / 97);
        settle();
    }

    // Plans until nothing is left to do, without time passing.
    void settle() {
        const Duration at = now_;
        for (int round = 0; round < 6; ++round) {
            const Plan plan = world_.plan_at(at);
            RC_ASSERT(plan == world_.plan_at(at));
            world_.apply(plan, at);
            check(plan);
            finish_merge();
            if (plan.actions.empty() && world_.plan_at(at).actions.empty()) return;
        }
        RC_FAIL("the planner does not come to rest on an unchanged world");
    }

    // Jumps to when the planner wants to be asked again; stopped attempts go.
    void drift() {
        for (const AttemptId id : world_.living()) {
            if (world_.attempt(id)->phase == Phase::Stopping)
                world_.ends(id, AttemptEnd::ExitCode, now_);
        }
        settle();
        if (const auto wake = world_.plan_at(now_).wake_at)
            now_ = std::max(now_, Duration{*wake - World::kZero});
        settle();
    }

private:
    void happen(unsigned chance) {
        const auto living = world_.living();
        if (chance % 23 == 0) world_.spec.cancel = true;
        if (chance % 11 == 0) world_.spec.suspend = !world_.spec.suspend;
        if (chance % 13 == 0) world_.seen.store_available = !world_.seen.store_available;
        if (living.empty() || !world_.seen.store_available) return;
        const AttemptId id = living[chance % living.size()];
        event(id, chance / 31);
    }

    void event(AttemptId id, unsigned chance) {
        Attempt* attempt = world_.attempt(id);
        const bool waits = attempt->phase == Phase::Creating || attempt->phase == Phase::Pending;
        if (waits && chance % 4 != 0) return world_.runs(id, now_);
        if (waits) return;
        if (chance % 3 == 0) return world_.ends(id, kEnds[chance % std::size(kEnds)], now_);
        if (world_.seen.run_closed) return;
        if (id.chunk == kDiscovery) {
            if (world_.seen.plan) return;
            draw_plan();
        }
        if (id.chunk != kDiscovery &&
            world_.seen.chunks[static_cast<std::size_t>(id.chunk)].committed)
            return;
        if (id.chunk == kDiscovery) {
            attempt->committed_at = World::kZero + now_;
        } else {
            world_.commits(id, now_);
        }
        if (chance % 2 == 0) world_.ends(id, AttemptEnd::Committed, now_);
    }

    void draw_plan() {
        world_.seen.plan = PlanFacts{.sha256 = "abc"};
        if (key_limit_ > 0) world_.with_limit("k", key_limit_);
        for (int i = 0; i < chunks_; ++i) world_.given(std::to_string(i) + ": key=k units=3");
    }

    void finish_merge() {
        if (!world_.seen.merge_running) return;
        world_.seen.merge_running = false;
        scan::UnitCounts units;
        for (const ChunkState& chunk : world_.seen.chunks) units.ok += chunk.done.ok;
        units.failed = world_.seen.plan->units - units.ok;
        world_.seen.merged = Observed::Merged{units, {}, 0};
    }

    void check(const Plan& plan) {
        check_attempts();
        const scan::ChunkCounts& counts = plan.status.chunks;
        RC_ASSERT(counts.terminal() + counts.waiting + counts.starting + counts.running ==
                  counts.total);
        if (world_.seen.plan) {  // I2
            const auto committed =
                std::count_if(world_.seen.chunks.begin(), world_.seen.chunks.end(),
                              [](const ChunkState& chunk) { return chunk.committed; });
            RC_ASSERT(plan.status.succeeded_chunks.size() == static_cast<std::size_t>(committed));
        }
        if (plan.status.completion_time) {  // I4
            RC_ASSERT(counts.terminal() == counts.total);
            if (final_) RC_ASSERT(*final_ == plan.status);
            final_ = plan.status;
        }
        RC_ASSERT(!final_ || plan.status.completion_time);
    }

    // I1, and the limits of parallelism and of the key.
    void check_attempts() {
        int live = 0;
        for (const ChunkState& chunk : world_.seen.chunks) {
            int own = 0, charged = 0, free = 0;
            for (const Attempt& one : chunk.attempts) {
                own += one.phase != Phase::Ended;
                if (one.phase != Phase::Ended || one.committed_at || !one.end ||
                    is_neutral(one.end->end))
                    continue;
                const bool is_uncharged = is_free(one.end->end) && free < kFreeEndsMax;
                ++(is_uncharged ? free : charged);
            }
            RC_ASSERT(own <= 1);
            RC_ASSERT(charged <= 1 + world_.spec.chunks.backoff_limit);
            live += own;
        }
        RC_ASSERT(live <= world_.spec.parallelism);
        RC_ASSERT(key_limit_ == 0 || live <= key_limit_);
    }

    World world_;
    Duration now_{0};
    int chunks_;
    int key_limit_ = 0;
    std::optional<Status> final_;
};

RC_GTEST_PROP(RandomWalk, EveryJobFinishesAndKeepsTheInvariants, ()) {
    Walk walk(*rc::gen::inRange(0, 8), *rc::gen::inRange(1, 5), *rc::gen::inRange(0, 3));
    walk.settle();
    for (const unsigned chance :
         *rc::gen::container<std::vector<unsigned>>(rc::gen::arbitrary<unsigned>())) {
        walk.step(chance);
    }
    // From here on nothing disturbs it: time alone must bring it to the end.
    World& world = const_cast<World&>(walk.world());
    world.spec.suspend = false;
    world.seen.store_available = true;
    for (int i = 0; i < 500 && !walk.finished(); ++i) walk.drift();
    RC_ASSERT(walk.finished());
    RC_ASSERT(world.seen.finished->outcome.has_value());
    RC_ASSERT(world.merges <= 1);
    walk.drift();
    walk.drift();
    RC_ASSERT(!world.seen.objects_left);
    RC_ASSERT(world.plan_at(walk.now() + 1h).actions.empty());
}

}  // namespace
}  // namespace core::test
