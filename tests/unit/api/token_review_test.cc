// TokenReview: what is asked, and which answers count.
#include "operator/api/token_review.h"

#include "base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace api {
namespace {

using base::ErrorKind;
using base::Json;
using testing::HasSubstr;

// As an API server of 1.34 answers for a projected token.
Json answer() {
    return {{"apiVersion", "authentication.k8s.io/v1"},
            {"kind", "TokenReview"},
            {"status",
             {{"authenticated", true},
              {"audiences", Json::array({"scanfleet-ingest"})},
              {"user",
               {{"username", "system:serviceaccount:default:scanfleet-runner"},
                {"uid", "account-uid"},
                {"extra",
                 {{"authentication.kubernetes.io/pod-name", Json::array({"shop-c0-1"})},
                  {"authentication.kubernetes.io/pod-uid", Json::array({"uid-1"})}}}}}}}};
}

base::Result<PodIdentity> parse(const Json& json) {
    return parse_token_review(base::dump_json(json), kIngestAudience);
}

TEST(TokenReview, AsksForOurAudience) {
    const auto body = base::parse_json(token_review_body("the.to\"ken", kIngestAudience));
    ASSERT_TRUE(body);
    EXPECT_EQ(base::get_string(*body, "kind"), "TokenReview");
    EXPECT_EQ((*body)["spec"]["token"], "the.to\"ken");
    EXPECT_EQ((*body)["spec"]["audiences"], Json::array({"scanfleet-ingest"}));
}

TEST(TokenReview, NamesThePodOfATokenThatCounts) {
    const auto pod = parse(answer());
    ASSERT_TRUE(pod) << pod.error().message();
    EXPECT_EQ(*pod, (PodIdentity{"default", "shop-c0-1", "uid-1"}));
}

TEST(TokenReview, RefusesATokenThatDoesNotCount) {
    auto refused = answer();
    refused["status"]["authenticated"] = false;
    auto silent = answer();
    silent["status"].erase("authenticated");
    auto foreign = answer();
    foreign["status"]["audiences"] = Json::array({"https://kubernetes.default.svc"});
    auto without = answer();
    without["status"].erase("audiences");
    auto person = answer();
    person["status"]["user"]["username"] = "jane";
    auto unbound = answer();
    unbound["status"]["user"].erase("extra");
    auto twice = answer();
    twice["status"]["user"]["extra"]["authentication.kubernetes.io/pod-uid"] =
        Json::array({"uid-1", "uid-2"});
    for (const auto& json : {refused, silent, foreign, without, person, unbound, twice}) {
        const auto pod = parse(json);
        ASSERT_FALSE(pod) << json;
        EXPECT_EQ(pod.error().kind(), ErrorKind::Forbidden) << json;
    }
}

TEST(TokenReview, IsNotReadFromAnotherObject) {
    for (const auto* text :
         {"", "[]", "{}", R"({"kind":"Status","status":"Failure"})", R"({"kind":"TokenReview"})"}) {
        const auto pod = parse_token_review(text, kIngestAudience);
        ASSERT_FALSE(pod) << text;
        EXPECT_EQ(pod.error().kind(), ErrorKind::Invalid) << text;
    }
}

}  // namespace
}  // namespace api
