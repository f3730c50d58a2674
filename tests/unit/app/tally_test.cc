#include "operator/control/tally.h"

#include "base/json.h"

#include <gtest/gtest.h>

namespace control {
namespace {

using base::Json;

constexpr base::Instant kNow(base::Duration(1'767'225'600'000));

// A job that the model refuses: it ends without store and Pods.
Json refused_job() {
    return {{"metadata",
             {{"name", "bad"},
              {"namespace", "shop"},
              {"uid", "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"},
              {"resourceVersion", "7"},
              {"generation", 1},
              {"creationTimestamp", "2026-01-01T00:00:00Z"}}},
            {"spec", {{"scanner", {{"type", "NoSuchScanner"}}}}}};
}

// A run as the controller drives it; the API server says yes to each patch of the status.
class Driven {
public:
    explicit Driven(const Json& object)
        : object_(object), run_(settings_, *parse_scan_job(base::dump_json(object)), 1) {}

    Turn turn() {
        Desk desk;
        run_.turn(kNow, desk);
        Turn turn;
        tally_.add(run_, turn);
        Desk after;
        for (const auto& call : desk.calls) {
            if (call.purpose != Purpose::Status) continue;
            object_.merge_patch(*base::parse_json(call.request.body));
            run_.take_answer(call.purpose, call.attempt,
                             {.status = 200, .body = base::dump_json(object_)}, kNow, after);
        }
        return turn;
    }
    const Json& object() const { return object_; }
    const Run& run() const { return run_; }

private:
    RunSettings settings_{};
    Json object_;
    Run run_;
    Tally tally_{};
};

TEST(Tally, TellsTheEndOfAJobOnce) {
    Driven driven(refused_job());
    int ends = 0;
    for (int i = 0; i < 5; ++i) {
        const auto turn = driven.turn();
        if (!turn.job_ended) continue;
        ++ends;
        EXPECT_EQ(turn.job_ended->outcome, scan::Outcome::Failed);
    }
    EXPECT_TRUE(driven.run().is_finished());
    EXPECT_EQ(ends, 1);
}

TEST(Tally, SaysNothingOfWhatHadEndedBefore) {
    Driven before(refused_job());
    for (int i = 0; i < 5; ++i) before.turn();
    ASSERT_TRUE(before.run().is_finished());
    Driven restarted(before.object());
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(restarted.turn().job_ended);
}

TEST(Tally, SaysNothingBeforeThereIsAPlan) {
    const RunSettings settings;
    const control::Run run(settings, *parse_scan_job(base::dump_json(refused_job())), 1);
    Tally tally;
    Turn turn;
    tally.add(run, turn);
    EXPECT_FALSE(turn.job_ended);
    EXPECT_EQ(turn.ended, scan::ChunkCounts{});
}

}  // namespace
}  // namespace control
