// Pods as callers of ingest.
#include "operator/api/pod_callers.h"

#include "fakes/fake_clock.h"
#include "fakes/token_issuer.h"
#include "operator/api/ingest.h"
#include "operator/results/memory.h"
#include "unit/api/pod_tokens.h"
#include "unit/results/given.h"

#include <gtest/gtest.h>

#include <string>

namespace api {
namespace {

using Kind = Caller::Kind;

class PodCallersTest : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(verifier_.set_keys(fakes::TokenIssuer::key_set()));
        callers_.set_complete(true);
    }
    std::string token(const std::string& name = "shop-c0-1",
                      const std::string& uid = "uid-1") const {
        return fakes::TokenIssuer::es256(
            base::dump_json(pod_tokens::claims_of(clock_.wall(), name, uid)));
    }
    static PodIdentity pod(std::string uid = "uid-1", std::string name = "shop-c0-1") {
        return {"default", std::move(name), std::move(uid)};
    }

    fakes::FakeClock clock_;
    TokenVerifier verifier_{clock_, {.rules = {.issuer = pod_tokens::kIssuer}}};
    PodCallers callers_{verifier_};
};

TEST_F(PodCallersTest, AnExpectedPodIsItsAttempt) {
    callers_.expect(given::attempt(0), pod());
    const auto caller = callers_.find(token());
    EXPECT_EQ(caller.kind, Kind::Attempt);
    EXPECT_EQ(caller.attempt, given::attempt(0));
}

TEST_F(PodCallersTest, NoTokenAndBadTokensAreStrangers) {
    callers_.expect(given::attempt(0), pod());
    EXPECT_EQ(callers_.find("").kind, Kind::Stranger);
    EXPECT_EQ(callers_.find("uid-1").kind, Kind::Stranger);
    auto forged = token();
    forged.back() = forged.back() == 'A' ? 'Q' : 'A';
    EXPECT_EQ(callers_.find(forged).kind, Kind::Stranger);
}

TEST_F(PodCallersTest, AnotherPodIsNobodyOfOurs) {
    callers_.expect(given::attempt(0), pod());
    EXPECT_EQ(callers_.find(token("shop-c0-2", "uid-2")).kind, Kind::NotYours);
    EXPECT_EQ(callers_.find(token("shop-c0-1", "uid-2")).kind, Kind::NotYours);
}

TEST_F(PodCallersTest, APodOfAnotherNamespaceWithTheSameNameIsNobodyOfOurs) {
    callers_.expect(given::attempt(0), {"elsewhere", "shop-c0-1", "uid-1"});
    EXPECT_EQ(callers_.find(token()).kind, Kind::NotYours);
}

TEST_F(PodCallersTest, APodWhoseUidWasNotSeenYetIsPutOff) {
    callers_.expect(given::attempt(0), pod(""));
    EXPECT_EQ(callers_.find(token()).kind, Kind::NotYet);
    callers_.expect(given::attempt(0), pod());
    EXPECT_EQ(callers_.find(token()).kind, Kind::Attempt);
    callers_.expect(given::attempt(0), pod(""));
    EXPECT_EQ(callers_.find(token()).kind, Kind::Attempt);
}

TEST_F(PodCallersTest, UntilAllPodsAreKnownTheUnknownArePutOff) {
    callers_.set_complete(false);
    EXPECT_EQ(callers_.find(token()).kind, Kind::NotYet);
    EXPECT_EQ(callers_.find("garbage").kind, Kind::Stranger);
    callers_.expect(given::attempt(0), pod());
    EXPECT_EQ(callers_.find(token()).kind, Kind::Attempt);
}

TEST_F(PodCallersTest, WithoutKeysCallersArePutOff) {
    TokenVerifier keyless(clock_, {.rules = {.issuer = pod_tokens::kIssuer}});
    PodCallers callers(keyless);
    callers.expect(given::attempt(0), pod());
    EXPECT_EQ(callers.find(token()).kind, Kind::NotYet);
}

TEST_F(PodCallersTest, WhatIsOverStaysOver) {
    callers_.expect(given::attempt(0), pod());
    callers_.forget(given::attempt(0));
    EXPECT_EQ(callers_.find(token()).kind, Kind::Over);
    callers_.expect(given::attempt(0), pod());
    EXPECT_EQ(callers_.find(token()).kind, Kind::Over);
    EXPECT_EQ(callers_.find(token("shop-c0-1", "uid-2")).kind, Kind::NotYours);
}

TEST_F(PodCallersTest, AClosedRunIsOverForItsPodsOnly) {
    callers_.expect(given::attempt(0), pod());
    callers_.expect(given::attempt(0, 1, given::run("r2")), pod("uid-9", "other-c0-1"));
    callers_.close_run(given::run());
    EXPECT_EQ(callers_.find(token()).kind, Kind::Over);
    EXPECT_EQ(callers_.find(token("other-c0-1", "uid-9")).kind, Kind::Attempt);
}

TEST_F(PodCallersTest, OnlyExpectedPodsAreWorthAReviewOnceAllAreKnown) {
    callers_.expect(given::attempt(0), pod(""));
    EXPECT_TRUE(callers_.is_worth_review(pod()));
    EXPECT_FALSE(callers_.is_worth_review(pod("uid-1", "stranger")));
    callers_.set_complete(false);
    EXPECT_TRUE(callers_.is_worth_review(pod("uid-1", "stranger")));
}

// The statuses that go with the kinds that local mode never has.
TEST_F(PodCallersTest, IngestAnswersEachKindWithItsStatus) {
    const auto store = results::make_memory_store();
    given::planned(*store, {{"u0"}});
    Ingest ingest(*store, callers_, {});
    const auto ask = [&](const std::string& bearer) -> net::Reply {
        net::RequestHead head;
        head.method = "GET";
        head.target = "/ingest/v1/jobs/default/shop/r1/redaction-key";
        head.headers.set("Authorization", "Bearer " + bearer);
        auto admission = ingest.admit(head);
        if (auto* refusal = std::get_if<net::Refuse>(&admission)) return refusal->reply;
        return {};
    };
    callers_.expect(given::attempt(0), pod(""));
    const auto not_yet = ask(token());
    EXPECT_EQ(not_yet.status, 503);
    EXPECT_EQ(not_yet.headers.get("Retry-After"), "1");
    callers_.expect(given::attempt(0), pod());
    EXPECT_EQ(ask(token()).status, 200);
    EXPECT_EQ(ask(token("stranger", "uid-2")).status, 403);
    EXPECT_EQ(ask("garbage").status, 401);
    ingest.close_run(given::run());
    EXPECT_EQ(ask(token()).status, 410);
}

}  // namespace
}  // namespace api
