// What the API server may say to the operator, and what the job then says to its user.
#include "sim/small_job.h"

namespace sim {
namespace {

using base::Json;
using fakes::ApiRefusal;

using Refusals = SmallJob;
using std::chrono::seconds;

ApiRefusal quota() {
    return {.code = 403,
            .reason = "Forbidden",
            .message = "pods \"x\" is forbidden: exceeded quota: small, requested: pods=1, used: "
                       "pods=5, limited: pods=5"};
}

Json namesake(World& world, const std::string& name, bool ours, const std::string& owner) {
    Json object = {{"metadata",
                    {{"name", name},
                     {"namespace", World::kNamespace},
                     {"uid", "00000000-0000-4000-9000-00000000000a"}}},
                   {"spec", {{"serviceAccountName", "default"}, {"nodeName", "n2"}}},
                   {"status", {{"phase", "Running"}}}};
    if (ours)
        object["metadata"]["ownerReferences"] = Json::array(
            {{{"kind", "ScanJob"}, {"name", kShop}, {"uid", owner}, {"controller", true}}});
    world.stage.server.put(kube::kPods, object, world.stage.agenda.wall());
    return object;
}

TEST_F(Refusals, QuotaLetsTheJobWait) {
    refuse("/pods", quota());
    begin();
    ASSERT_TRUE(comes_to("QuotaExceeded", seconds(10)));
    EXPECT_EQ(truth_of("Reconciling"), "True");
    EXPECT_EQ(truth_of("Stalled"), "False");
    const auto calls = world.host.calls("create");
    world.run_for(seconds(60));
    EXPECT_LE(world.host.calls("create"), calls + 2 * 7) << "again every 10 s, for two chunks";
    allow();
    ASSERT_TRUE(ends_within(seconds(60)));
    EXPECT_EQ(outcome(), "Succeeded");
    EXPECT_EQ(status()["attempts"]["created"], 2) << "what was refused is no attempt";
}

TEST_F(Refusals, APolicyIsToldWordForWordAndTriedAgainEveryMinute) {
    refuse("/pods", {.code = 403,
                     .reason = "Forbidden",
                     .message = "admission webhook \"no.test\" denied the request: not here"});
    begin();
    ASSERT_TRUE(comes_to("ApiRefused", seconds(10)));
    EXPECT_EQ(truth_of("Stalled"), "True");
    EXPECT_TRUE(base::get_string(condition("Stalled"), "message").contains("not here"));
    const auto calls = world.host.calls("create");
    world.run_for(seconds(300));
    EXPECT_LE(world.host.calls("create"), calls + 2 * 6);
    allow();
    ASSERT_TRUE(ends_within(seconds(120)));
    EXPECT_EQ(outcome(), "Succeeded");
}

TEST_F(Refusals, AJobThatIsRefusedForEverEndsByItsDeadline) {
    refuse("/pods", {.code = 422, .reason = "Invalid", .message = "spec: Forbidden: no"});
    auto with = spec();
    with["activeDeadlineSeconds"] = 300;
    begin(with);
    ASSERT_TRUE(ends_within(seconds(361)));
    EXPECT_EQ(outcome(), "TimedOut");
    EXPECT_EQ(status()["coveragePercent"], 0);
}

TEST_F(Refusals, StatusThatMayNotBeWrittenIsNotTriedWithoutEnd) {
    refuse("/status",
           {.code = 403, .reason = "Forbidden", .message = "cannot patch scanjobs/status"});
    begin();
    world.run_for(seconds(300));
    EXPECT_LE(world.host.status_writes(), 30u);
    EXPECT_EQ(pods(), 0u) << "without the clock in status nothing begins";
    allow();
    ASSERT_TRUE(ends_within(seconds(180)));
    EXPECT_EQ(outcome(), "Succeeded");
}

TEST_F(Refusals, AThrottledServerIsAskedLess) {
    begin();
    refuse("/", {.code = 429, .reason = "TooManyRequests", .message = "wait", .retry_after = 2});
    world.run_for(seconds(120));
    EXPECT_LE(world.host.status_writes() + world.host.other_writes(), 40u);
    allow();
    ASSERT_TRUE(ends_within(seconds(180)));
    EXPECT_EQ(outcome(), "Succeeded");
}

TEST_F(Refusals, ATerminatingNamespaceIsLeftInPeace) {
    begin();
    world.stage.server.terminate_namespace(World::kNamespace);
    world.run_for(seconds(60));
    EXPECT_EQ(pods(), 0u);
    EXPECT_LE(world.host.other_writes(), 10u);
}

TEST_F(Refusals, AConflictOnStatusIsReadAgain) {
    begin();
    world.run_for(base::Duration(1'500));
    // Somebody writes to the job at every step of the operator.
    int left = 40;
    world.after_step = [&] {
        if (--left < 0 || world.job(kShop) == nullptr) return;
        world.stage.server.edit(
            control::kScanJobs, {World::kNamespace, kShop},
            [&](Json& object) {
                object["metadata"]["annotations"]["touched"] = std::to_string(left);
            },
            world.stage.agenda.wall());
    };
    ASSERT_TRUE(ends_within(seconds(60)));
    EXPECT_EQ(outcome(), "Succeeded");
}

TEST_F(Refusals, APodOfTheSameNameThatIsNotOursIsWaitedForAndNotTouched) {
    begin();
    const auto run = uid();
    const auto name = control::pod_name({World::kNamespace, kShop, run}, {0, 1});
    namesake(world, name, false, "");
    world.checks.is_foreign("00000000-0000-4000-9000-00000000000a");
    world.run_for(seconds(60));
    EXPECT_FALSE(world.has_ended(kShop));
    EXPECT_NE(world.stage.server.find(kube::kPods, {World::kNamespace, name}), nullptr);
}

TEST_F(Refusals, AConfigMapOfTheSameNameThatIsNotOursIsSaidAndNotTouched) {
    world.stage.server.put(
        kube::kConfigMaps,
        {{"metadata",
          {{"name", control::input_name(
                        {World::kNamespace, kShop, "00000000-0000-4000-8000-000000000001"})},
           {"namespace", World::kNamespace},
           {"uid", "00000000-0000-4000-9000-00000000000b"}}}},
        world.stage.agenda.wall());
    world.checks.is_foreign("00000000-0000-4000-9000-00000000000b");
    begin();
    ASSERT_EQ(uid(), "00000000-0000-4000-8000-000000000001");
    ASSERT_TRUE(comes_to("ApiRefused", seconds(10)));
    EXPECT_TRUE(
        base::get_string(condition("Ready"), "message").contains("belongs to somebody else"));
}

TEST_F(Refusals, ASpecThatOnlyTheSchemaUnderstandsEndsTheJob) {
    auto with = spec();
    with["scanner"]["synthetic"]["unitCount"] = -3;
    begin(with);
    ASSERT_TRUE(ends_within(seconds(10)));
    EXPECT_EQ(outcome(), "Failed");
    EXPECT_EQ(reason_of("Ready"), "InvalidSpec");
    EXPECT_TRUE(base::get_string(condition("Ready"), "message").contains("unitCount"));
    EXPECT_EQ(pods(), 0u);
}

TEST_F(Refusals, AStoreThatIsAwayHoldsTheJobAndIsSaid) {
    int away = 200;
    World hurt({.seed = 3,
                .choose =
                    [&](const Point& point) {
                        const bool write =
                            point.kind == PointKind::Write || point.kind == PointKind::Store;
                        return write && --away > 0 ? Fault::Refuse : Fault::None;
                    },
                .work = options().work});
    hurt.start();
    hurt.create_job(kShop, spec());
    hurt.run_for(seconds(20));
    EXPECT_TRUE(base::dump_json(hurt.status(kShop)).contains("StoreUnavailable"));
    away = 0;
    EXPECT_TRUE(hurt.run_until([&] { return hurt.has_ended(kShop); }, seconds(60)));
    EXPECT_EQ(base::get_string(hurt.status(kShop), "outcome"), "Succeeded");
    EXPECT_EQ(hurt.stage.violations(), std::vector<std::string>{});
}

}  // namespace
}  // namespace sim
