// What goes on the wire for each form of request.
#include "kube/request.h"

#include "base/text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace kube {
namespace {

// "POST path\nContent-Type\nbody", without what is empty.
std::string text(const Request& request) {
    auto out = fmt::format("{} {}", request.method, request.path);
    if (!request.content_type.empty()) out += "\n" + request.content_type;
    if (!request.body.empty()) out += "\n" + request.body;
    return out;
}

const ObjectKey kPod{"shop", "scan-0"};

TEST(Resources, NameTheirGroupAndVersion) {
    EXPECT_EQ(kPods.api_version(), "v1");
    EXPECT_EQ(kLeases.api_version(), "coordination.k8s.io/v1");
    EXPECT_EQ(to_string(kPod), "shop/scan-0");
    EXPECT_EQ(to_string(ObjectKey{.name = "node-1"}), "node-1");
}

TEST(Verbs, AreCalledAsInRoles) {
    EXPECT_EQ(to_string(Verb::Get), "get");
    EXPECT_EQ(to_string(Verb::List), "list");
    EXPECT_EQ(to_string(Verb::Watch), "watch");
    EXPECT_EQ(to_string(Verb::Create), "create");
    EXPECT_EQ(to_string(Verb::Replace), "update");
    EXPECT_EQ(to_string(Verb::Patch), "patch");
    EXPECT_EQ(to_string(Verb::Delete), "delete");
    EXPECT_EQ(to_string(Verb::DeleteCollection), "deletecollection");
}

TEST(Get, NamesOneObject) {
    EXPECT_EQ(text(get(kPods, kPod)), "GET /api/v1/namespaces/shop/pods/scan-0");
    EXPECT_EQ(text(get(kLeases, {"shop", "lock"})),
              "GET /apis/coordination.k8s.io/v1/namespaces/shop/leases/lock");
    EXPECT_EQ(get(kPods, kPod).verb, Verb::Get);
}

TEST(Get, LeavesTheNamespaceOutForKindsWithoutOne) {
    EXPECT_EQ(text(get(kTokenReviews, {"shop", "x"})),
              "GET /apis/authentication.k8s.io/v1/tokenreviews/x");
}

TEST(List, AsksForEverythingByDefault) {
    EXPECT_EQ(text(list(kPods, "")), "GET /api/v1/pods");
    EXPECT_EQ(text(list(kPods, "shop")), "GET /api/v1/namespaces/shop/pods");
}

TEST(List, SelectsAndPages) {
    EXPECT_EQ(text(list(kPods, "shop",
                        {.label_selector = "scanfleet.dev/job=shop,tier in (a, b)",
                         .field_selector = "status.phase!=Failed",
                         .limit = 500,
                         .resource_version = "0",
                         .resource_version_match = "NotOlderThan"})),
              "GET /api/v1/namespaces/shop/pods"
              "?labelSelector=scanfleet.dev%2Fjob%3Dshop%2Ctier%20in%20%28a%2C%20b%29"
              "&fieldSelector=status.phase%21%3DFailed&limit=500"
              "&resourceVersion=0&resourceVersionMatch=NotOlderThan");
}

TEST(List, GoesOnByTokenAlone) {
    EXPECT_EQ(text(list(kPods, "",
                        {.limit = 2,
                         .continue_token = "eyJ2Ijoi+/==",
                         .resource_version = "7",
                         .resource_version_match = "Exact"})),
              "GET /api/v1/pods?limit=2&continue=eyJ2Ijoi%2B%2F%3D%3D");
}

TEST(Watch, GoesOnFromAVersion) {
    const auto request = watch(kPods, "shop",
                               {.label_selector = "scanfleet.dev/job",
                                .resource_version = "4711",
                                .timeout = std::chrono::seconds(300)});
    EXPECT_EQ(text(request),
              "GET /api/v1/namespaces/shop/pods?watch=true&labelSelector=scanfleet.dev%2Fjob"
              "&resourceVersion=4711&allowWatchBookmarks=true&timeoutSeconds=300");
    EXPECT_EQ(request.verb, Verb::Watch);
}

TEST(Watch, AsksForTheStateFirst) {
    EXPECT_EQ(text(watch(kPods, "", {.send_initial_events = true, .bookmarks = false})),
              "GET /api/v1/pods?watch=true&sendInitialEvents=true"
              "&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
}

TEST(Watch, CanDoWithoutBookmarks) {
    EXPECT_EQ(text(watch(kPods, "", {.field_selector = "metadata.name=a", .bookmarks = false})),
              "GET /api/v1/pods?watch=true&fieldSelector=metadata.name%3Da");
}

TEST(Create, SaysWhoManagesTheFields) {
    EXPECT_EQ(text(create(kPods, "shop", R"({"kind":"Pod"})")),
              "POST /api/v1/namespaces/shop/pods?fieldManager=scanfleet\n"
              "application/json\n{\"kind\":\"Pod\"}");
}

TEST(Create, CanBeTriedOnlyAndStrict) {
    EXPECT_EQ(text(create(kPods, "shop", "{}",
                          {.field_manager = "cli", .dry_run = true, .strict = true})),
              "POST /api/v1/namespaces/shop/pods?dryRun=All&fieldManager=cli"
              "&fieldValidation=Strict\napplication/json\n{}");
}

TEST(Create, ReachesSubresources) {
    EXPECT_EQ(
        text(create_on(kServiceAccounts, {"shop", "reader"}, "token", "{}", {.field_manager = {}})),
        "POST /api/v1/namespaces/shop/serviceaccounts/reader/token\napplication/json\n{}");
}

TEST(Replace, PutsTheWholeObject) {
    const auto request = replace(kLeases, {"shop", "lock"}, "{}");
    EXPECT_EQ(text(request),
              "PUT /apis/coordination.k8s.io/v1/namespaces/shop/leases/lock?fieldManager=scanfleet"
              "\napplication/json\n{}");
    EXPECT_EQ(request.verb, Verb::Replace);
}

TEST(MergePatch, HasAContentTypeOfItsOwn) {
    EXPECT_EQ(text(merge_patch(kPods, kPod, "status", R"({"status":{}})")),
              "PATCH /api/v1/namespaces/shop/pods/scan-0/status?fieldManager=scanfleet\n"
              "application/merge-patch+json\n{\"status\":{}}");
    EXPECT_EQ(text(merge_patch(kPods, kPod, "", "{}", {.strict = true})),
              "PATCH /api/v1/namespaces/shop/pods/scan-0?fieldManager=scanfleet"
              "&fieldValidation=Strict\napplication/merge-patch+json\n{}");
}

TEST(Remove, LeavesDependentsToTheCollectorByDefault) {
    EXPECT_EQ(text(remove(kPods, kPod)),
              "DELETE /api/v1/namespaces/shop/pods/scan-0\napplication/json\n"
              R"({"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background"})");
}

TEST(Remove, TakesOnlyTheObjectThatWasMeant) {
    EXPECT_EQ(text(remove(kPods, kPod,
                          {.uid = "u-1",
                           .resource_version = "42",
                           .grace_period_seconds = 0,
                           .propagation = Propagation::Foreground,
                           .dry_run = true})),
              "DELETE /api/v1/namespaces/shop/pods/scan-0\napplication/json\n"
              R"({"apiVersion":"v1","dryRun":["All"],"gracePeriodSeconds":0,)"
              R"("kind":"DeleteOptions","preconditions":{"resourceVersion":"42","uid":"u-1"},)"
              R"("propagationPolicy":"Foreground"})");
}

TEST(Remove, CanLeaveTheWayToTheServer) {
    EXPECT_EQ(remove(kPods, kPod, {.propagation = Propagation::Server}).body,
              R"({"apiVersion":"v1","kind":"DeleteOptions"})");
    EXPECT_EQ(remove(kPods, kPod, {.propagation = Propagation::Orphan}).body,
              R"({"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Orphan"})");
}

TEST(RemoveCollection, Selects) {
    const auto request =
        remove_collection(kPods, "shop", "scanfleet.dev/run=a", {.grace_period_seconds = 5});
    EXPECT_EQ(text(request),
              "DELETE /api/v1/namespaces/shop/pods?labelSelector=scanfleet.dev%2Frun%3Da\n"
              "application/json\n"
              R"({"apiVersion":"v1","gracePeriodSeconds":5,"kind":"DeleteOptions",)"
              R"("propagationPolicy":"Background"})");
    EXPECT_EQ(request.verb, Verb::DeleteCollection);
}

TEST(Names, ThatAreEmptyOrDotsNeverMeanTheWholeCollection) {
    for (const auto* name : {"", ".", "..", "..."}) {
        EXPECT_EQ(remove(kPods, {"shop", name}).path, "/api/v1/namespaces/shop/pods/_");
    }
    EXPECT_EQ(list(kPods, "..").path, "/api/v1/namespaces/_/pods");
}

TEST(Names, ThatAreStrangeStayInTheirPlace) {
    EXPECT_EQ(get(kPods, {"a/b?c", "../x#y z"}).path,
              "/api/v1/namespaces/a%2Fb%3Fc/pods/..%2Fx%23y%20z");
}

RC_GTEST_PROP(Names, NeverAddToThePath, (std::string namespace_, std::string name)) {
    RC_PRE(!namespace_.empty());
    const auto request = get(kPods, {namespace_, name});
    const auto parts = base::split(request.path, '/');
    RC_ASSERT(parts.size() == 7u);
    RC_ASSERT(parts[4] == "_" || base::percent_decode(parts[4]) == namespace_);
    RC_ASSERT(parts[6] == "_" || base::percent_decode(parts[6]) == name);
    RC_ASSERT(request.path.find_first_of("?# ") == std::string::npos);
}

}  // namespace
}  // namespace kube
