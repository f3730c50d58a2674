// The fake server is held to what a real one does.
#include "fakes/fake_api_server.h"

#include "base/json.h"
#include "operator/control/scan_job.h"

#include <gtest/gtest.h>

namespace fakes {
namespace {

using base::Json;
using control::kScanJobs;

const base::Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
constexpr auto kIn = "scans";

class FakeApiServerTest : public ::testing::Test {
protected:
    FakeApiServerTest() { server_.serve(kScanJobs); }

    kube::Answer send(const kube::Request& request) { return server_.handle(request, kNow); }
    kube::Answer make(const kube::Resource& resource, const std::string& name, Json more = Json::object()) {
        Json object = {{"apiVersion", resource.api_version()},
                       {"kind", resource.kind},
                       {"metadata", {{"name", name}}}};
        object.update(more, true);
        return send(kube::create(resource, kIn, base::dump_json(object)));
    }
    static Json body(const kube::Answer& answer) {
        return base::parse_json(answer.body).value_or(Json());
    }
    static std::string meta(const kube::Answer& answer, std::string_view name) {
        return base::get_string(body(answer)["metadata"], name);
    }
    static std::string version(const kube::Answer& answer) {
        return meta(answer, "resourceVersion");
    }

    FakeApiServer server_;
};

TEST_F(FakeApiServerTest, GivesWhatItCreatesAUidAVersionAndATime) {
    const auto made = make(kube::kConfigMaps, "a");
    EXPECT_EQ(made.status, 201);
    EXPECT_FALSE(meta(made, "uid").empty());
    EXPECT_FALSE(version(made).empty());
    EXPECT_EQ(meta(made, "creationTimestamp"), "2026-01-01T00:00:00Z");
    EXPECT_EQ(send(kube::get(kube::kConfigMaps, {kIn, "a"})).body, made.body);
}

TEST_F(FakeApiServerTest, RefusesANameThatIsTaken) {
    make(kube::kConfigMaps, "a");
    const auto again = make(kube::kConfigMaps, "a");
    ASSERT_TRUE(again.error);
    EXPECT_TRUE(kube::is_already_exists(*again.error));
    EXPECT_EQ(again.error->message, "configmaps \"a\" already exists");
    EXPECT_EQ(again.error->name, "") << "a create names the object in its body only";
}

TEST_F(FakeApiServerTest, SaysNotFoundOfWhatIsNotThere) {
    for (const auto& request :
         {kube::get(kube::kPods, {kIn, "a"}), kube::remove(kube::kPods, {kIn, "a"}),
          kube::merge_patch(kube::kPods, {kIn, "a"}, "", "{}")}) {
        const auto answer = send(request);
        ASSERT_TRUE(answer.error) << request.path;
        EXPECT_TRUE(kube::is_not_found(*answer.error)) << request.method;
    }
    EXPECT_EQ(send({.path = "/apis/none/v1/things"}).status, 404);
}

TEST_F(FakeApiServerTest, PatchesOnlyTheVersionThatIsNamed) {
    const auto made = make(kube::kConfigMaps, "a");
    const auto patch = [&](const std::string& of, const char* value) {
        return send(kube::merge_patch(
            kube::kConfigMaps, {kIn, "a"}, "",
            base::dump_json({{"metadata", {{"resourceVersion", of}}}, {"data", {{"k", value}}}})));
    };
    const auto changed = patch(version(made), "1");
    EXPECT_FALSE(changed.error);
    EXPECT_EQ(body(changed)["data"]["k"], "1");
    const auto late = patch(version(made), "2");
    ASSERT_TRUE(late.error);
    EXPECT_TRUE(kube::is_conflict(*late.error));
}

TEST_F(FakeApiServerTest, KeepsStatusAndSpecApart) {
    make(kScanJobs, "a", {{"spec", {{"x", 1}}}, {"status", {{"y", 1}}}});
    EXPECT_FALSE(server_.find(kScanJobs, {kIn, "a"})->contains("status"));
    const auto spec =
        send(kube::merge_patch(kScanJobs, {kIn, "a"}, "", R"({"spec":{"x":2},"status":{"y":2}})"));
    EXPECT_FALSE(body(spec).contains("status"));
    EXPECT_EQ(body(spec)["metadata"]["generation"], 2);
    const auto status = send(
        kube::merge_patch(kScanJobs, {kIn, "a"}, "status", R"({"spec":{"x":3},"status":{"y":3}})"));
    EXPECT_EQ(body(status)["spec"]["x"], 2);
    EXPECT_EQ(body(status)["status"]["y"], 3);
    EXPECT_EQ(body(status)["metadata"]["generation"], 2) << "status is no new generation";
}

TEST_F(FakeApiServerTest, GivesNoNewVersionForAWriteThatChangesNothing) {
    const auto made = make(kube::kConfigMaps, "a", {{"data", {{"k", "v"}}}});
    const auto same =
        send(kube::merge_patch(kube::kConfigMaps, {kIn, "a"}, "", R"({"data":{"k":"v"}})"));
    EXPECT_EQ(version(same), version(made));
}

TEST_F(FakeApiServerTest, ReplacesOnlyWithAVersion) {
    const auto made = make(kube::kLeases, "l");
    Json lease = body(made);
    lease["spec"] = {{"holderIdentity", "me"}};
    EXPECT_FALSE(send(kube::replace(kube::kLeases, {kIn, "l"}, base::dump_json(lease))).error);
    EXPECT_EQ(send(kube::replace(kube::kLeases, {kIn, "l"}, base::dump_json(lease))).status, 409);
    lease["metadata"].erase("resourceVersion");
    EXPECT_EQ(send(kube::replace(kube::kLeases, {kIn, "l"}, base::dump_json(lease))).status, 422);
}

TEST_F(FakeApiServerTest, DeletesOnlyTheUidThatIsNamed) {
    const auto made = make(kube::kConfigMaps, "a");
    const auto other = send(kube::remove(kube::kConfigMaps, {kIn, "a"}, {.uid = "another"}));
    ASSERT_TRUE(other.error);
    EXPECT_TRUE(kube::is_conflict(*other.error));
    EXPECT_FALSE(
        send(kube::remove(kube::kConfigMaps, {kIn, "a"}, {.uid = meta(made, "uid")})).error);
    EXPECT_EQ(server_.find(kube::kConfigMaps, {kIn, "a"}), nullptr);
}

TEST_F(FakeApiServerTest, LetsAPodThatRunsEndInItsGracePeriod) {
    make(kube::kServiceAccounts, "default");
    make(kube::kPods, "waits");
    make(kube::kPods, "runs", {{"spec", {{"nodeName", "n1"}}}});
    EXPECT_FALSE(send(kube::remove(kube::kPods, {kIn, "waits"})).error);
    EXPECT_EQ(server_.find(kube::kPods, {kIn, "waits"}), nullptr) << "it had no node";
    const auto going = send(kube::remove(kube::kPods, {kIn, "runs"}));
    EXPECT_EQ(meta(going, "deletionTimestamp"), "2026-01-01T00:00:30Z");
    ASSERT_NE(server_.find(kube::kPods, {kIn, "runs"}), nullptr);
    const auto again = make(kube::kPods, "runs");
    ASSERT_TRUE(again.error);
    EXPECT_TRUE(kube::is_already_exists(*again.error));
    EXPECT_TRUE(again.error->message.starts_with("object is being deleted"));
    send(kube::remove(kube::kPods, {kIn, "runs"}, {.grace_period_seconds = 0}));
    EXPECT_EQ(server_.find(kube::kPods, {kIn, "runs"}), nullptr);
}

TEST_F(FakeApiServerTest, WantsThePodsServiceAccountToBeThere) {
    const auto refused = make(kube::kPods, "p", {{"spec", {{"serviceAccountName", "runner"}}}});
    ASSERT_TRUE(refused.error);
    EXPECT_TRUE(kube::is_forbidden(*refused.error));
    EXPECT_TRUE(refused.error->message.contains("serviceaccount \"runner\" not found"));
}

TEST_F(FakeApiServerTest, CreatesNothingInANamespaceThatGoes) {
    server_.terminate_namespace(kIn);
    const auto refused = make(kube::kConfigMaps, "a");
    ASSERT_TRUE(refused.error);
    EXPECT_TRUE(kube::is_namespace_terminating(*refused.error));
}

TEST_F(FakeApiServerTest, CollectsWhatItsOwnersLeftBehind) {
    const auto job = make(kScanJobs, "a");
    const Json owned = {
        {"metadata",
         {{"name", "m"}, {"ownerReferences", Json::array({{{"uid", meta(job, "uid")}}})}}}};
    make(kube::kConfigMaps, "m", owned);
    make(kube::kConfigMaps, "free");
    EXPECT_FALSE(server_.collect_garbage(kNow));
    send(kube::remove(kScanJobs, {kIn, "a"}));
    EXPECT_TRUE(server_.collect_garbage(kNow));
    EXPECT_EQ(server_.find(kube::kConfigMaps, {kIn, "m"}), nullptr);
    EXPECT_NE(server_.find(kube::kConfigMaps, {kIn, "free"}), nullptr);
}

TEST_F(FakeApiServerTest, KeepsAnOwnerThatIsDeletedInTheForegroundUntilAllElseIsGone) {
    const auto job = make(kScanJobs, "a");
    make(kube::kConfigMaps, "m",
         {{"metadata",
           {{"name", "m"}, {"ownerReferences", Json::array({{{"uid", meta(job, "uid")}}})}}}});
    send(kube::remove(kScanJobs, {kIn, "a"}, {.propagation = kube::Propagation::Foreground}));
    const auto* there = server_.find(kScanJobs, {kIn, "a"});
    ASSERT_NE(there, nullptr);
    EXPECT_TRUE((*there)["metadata"].contains("deletionTimestamp"));
    server_.collect_garbage(kNow);
    EXPECT_EQ(server_.find(kube::kConfigMaps, {kIn, "m"}), nullptr);
    EXPECT_EQ(server_.find(kScanJobs, {kIn, "a"}), nullptr);
}

TEST_F(FakeApiServerTest, DeletesACollectionBySelectorOnly) {
    make(kube::kConfigMaps, "a", {{"metadata", {{"name", "a"}, {"labels", {{"run", "1"}}}}}});
    make(kube::kConfigMaps, "b", {{"metadata", {{"name", "b"}, {"labels", {{"run", "2"}}}}}});
    EXPECT_FALSE(send(kube::remove_collection(kube::kConfigMaps, kIn, "run=1")).error);
    EXPECT_EQ(server_.find(kube::kConfigMaps, {kIn, "a"}), nullptr);
    EXPECT_NE(server_.find(kube::kConfigMaps, {kIn, "b"}), nullptr);
}

TEST_F(FakeApiServerTest, RefusesOnOrderAsTheRealOneWrites) {
    server_.refuse([](const kube::Request&) {
        return ApiRefusal{.code = 429,
                          .reason = "TooManyRequests",
                          .message = "too many requests",
                          .retry_after = 7};
    });
    const auto refused = make(kube::kConfigMaps, "a");
    ASSERT_TRUE(refused.error);
    EXPECT_TRUE(kube::is_too_many_requests(*refused.error));
    EXPECT_EQ(refused.error->retry_after, base::Duration(7'000));
}

TEST(Selectors, MatchAsTheApiSays) {
    const Json object = {{"metadata", {{"name", "n"}, {"labels", {{"a", "1"}, {"b", "2"}}}}},
                         {"status", {{"phase", "Running"}}}};
    const auto labels = [&](std::string_view text) {
        return Selector::of_labels(text).value().matches(object);
    };
    for (const auto* yes : {"", "a", "a=1", "a==1", "a!=2", "c!=1", "!c", "a in (1,2),b=2",
                            "a notin (3)", "c notin (1)"})
        EXPECT_TRUE(labels(yes)) << yes;
    for (const auto* no : {"c", "a=2", "a!=1", "!a", "a in (2,3)", "a notin (1)", "a=1,c"})
        EXPECT_FALSE(labels(no)) << no;
    EXPECT_TRUE(
        Selector::of_fields("metadata.name=n,status.phase!=Failed").value().matches(object));
    EXPECT_FALSE(Selector::of_fields("metadata.name=m").value().matches(object));
    EXPECT_FALSE(Selector::of_fields("spec.replicas=1")) << "cannot be selected by";
}

}  // namespace
}  // namespace fakes
