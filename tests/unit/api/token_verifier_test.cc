// Whose Pod a token is bound to: the honest ones, the forged ones, and keys that come and go.
#include "operator/api/token_verifier.h"

#include "fakes/fake_clock.h"
#include "fakes/token_issuer.h"
#include "unit/api/pod_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace api {
namespace {

using base::Duration;
using base::Json;
using fakes::TokenIssuer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const PodIdentity kPod{"default", "shop-c0-1", "uid-1"};

class TokenVerifierTest : public testing::Test {
protected:
    TokenVerifier make() {
        return {clock_,
                {.rules = {.issuer = pod_tokens::kIssuer},
                 .refresh_keys = [this] { ++refreshes_; },
                 .review = [this](std::string token) { reviews_.push_back(std::move(token)); },
                 .is_worth_review = [this](const PodIdentity&) { return worth_; }}};
    }
    void SetUp() override { ASSERT_TRUE(verifier_.set_keys(TokenIssuer::key_set())); }
    Json claims() const { return pod_tokens::claims(clock_.wall()); }
    static std::string rs256(const Json& claims) {
        return TokenIssuer::rs256(base::dump_json(claims));
    }

    static bool accepts(TokenVerifier& by, const std::string& token) {
        const auto verdict = by.check(token);
        const auto* pod = std::get_if<PodIdentity>(&verdict);
        return pod != nullptr && *pod == kPod;
    }
    static bool puts_off(TokenVerifier& by, const std::string& token) {
        return std::holds_alternative<TokenVerifier::Later>(by.check(token));
    }
    // Why not; "" if it is not refused.
    static std::string refusal(TokenVerifier& by, const std::string& token) {
        const auto verdict = by.check(token);
        const auto* refused = std::get_if<TokenVerifier::Refused>(&verdict);
        return refused == nullptr ? std::string() : refused->why;
    }
    std::string refusal(const std::string& token) { return refusal(verifier_, token); }

    fakes::FakeClock clock_;
    int refreshes_ = 0;
    bool worth_ = true;
    std::vector<std::string> reviews_;
    TokenVerifier verifier_ = make();
};

TEST_F(TokenVerifierTest, KnowsThePodOfASoundToken) {
    EXPECT_TRUE(accepts(verifier_, rs256(claims())));
    EXPECT_TRUE(accepts(verifier_, TokenIssuer::es256(base::dump_json(claims()))));
    EXPECT_EQ(refreshes_, 0);
    EXPECT_THAT(reviews_, IsEmpty());
}

TEST_F(TokenVerifierTest, TakesAnAudienceAsTextAndAmongOthers) {
    auto one = claims();
    one["aud"] = "scanfleet-ingest";
    EXPECT_TRUE(accepts(verifier_, rs256(one)));
    one["aud"] = Json::array({"vault", "scanfleet-ingest"});
    EXPECT_TRUE(accepts(verifier_, rs256(one)));
}

TEST_F(TokenVerifierTest, RefusesForgedSignatures) {
    using Key = TokenIssuer::Key;
    const auto text = base::dump_json(claims());
    const auto pem = TokenIssuer::public_pem(Key::Rsa);
    const auto header = [](std::string_view algorithm, std::string_view key) {
        return base::dump_json({{"alg", algorithm}, {"kid", key}});
    };
    const auto unsigned_one =
        TokenIssuer::base64url(header("none", "rsa-1")) + "." + TokenIssuer::base64url(text) + ".";
    struct Forgery {
        const char* what;
        std::string token;
    };
    for (const auto& [what, token] : std::vector<Forgery>{
             {"alg none, unsigned", unsigned_one},
             {"alg none, signed", TokenIssuer::sign(Key::Rsa, header("none", "rsa-1"), text)},
             {"HS256 with the public PEM", TokenIssuer::hs256(pem, header("HS256", "rsa-1"), text)},
             {"HS256 posing as RS256", TokenIssuer::hs256(pem, header("RS256", "rsa-1"), text)},
             {"HS256 with an empty secret", TokenIssuer::hs256("", header("HS256", "rsa-1"), text)},
             {"another RSA key", TokenIssuer::sign(Key::OtherRsa, header("RS256", "rsa-1"), text)},
             {"another EC key", TokenIssuer::sign(Key::OtherEc, header("ES256", "ec-1"), text)},
             {"the EC key under the RSA key's id",
              TokenIssuer::sign(Key::Ec, header("ES256", "rsa-1"), text)},
             {"the RSA key under the EC key's id",
              TokenIssuer::sign(Key::Rsa, header("RS256", "ec-1"), text)},
             {"RS512 by name", TokenIssuer::sign(Key::Rsa, header("RS512", "rsa-1"), text)},
             {"no key id", TokenIssuer::sign(Key::Rsa, R"({"alg":"RS256"})", text)},
             {"crit",
              TokenIssuer::sign(Key::Rsa, R"({"alg":"RS256","kid":"rsa-1","crit":["x"]})", text)},
             {"a cut signature", rs256(claims()).substr(0, 600)},
             {"empty", ""},
             {"no token", "secret"}}) {
        EXPECT_NE(refusal(token), "") << what;
    }
    EXPECT_EQ(refreshes_, 0);
}

TEST_F(TokenVerifierTest, RefusesSignedTokensThatAreNotForUs) {
    const auto with = [this](const char* name, const Json& value) {
        auto changed = claims();
        changed[name] = value;
        return rs256(changed);
    };
    const auto second = claims()["exp"].get<std::int64_t>();
    EXPECT_THAT(refusal(with("iss", "https://other.example")), HasSubstr("issuer"));
    EXPECT_THAT(refusal(with("iss", "")), HasSubstr("issuer"));
    for (const Json& audience :
         {Json("scanfleet"), Json::array(), Json::array({"scanfleet-ingest2"}),
          Json::array({"https://kubernetes.default.svc"})})
        EXPECT_THAT(refusal(with("aud", audience)), HasSubstr("audience")) << audience;
    EXPECT_THAT(refusal(with("aud", Json::array({"scanfleet-ingest", 1}))), HasSubstr("aud"));
    EXPECT_THAT(refusal(with("exp", second - 3'600 - 60)), HasSubstr("expired"));
    EXPECT_THAT(refusal(with("exp", 1.5e9)), HasSubstr("exp"));
    EXPECT_THAT(refusal(with("exp", "never")), HasSubstr("exp"));
    EXPECT_THAT(refusal(with("exp", nullptr)), HasSubstr("exp"));
    EXPECT_THAT(refusal(with("nbf", second)), HasSubstr("not valid yet"));
    EXPECT_THAT(refusal(with("sub", "system:serviceaccount:kube-system:root")),
                HasSubstr("subject"));
    EXPECT_THAT(refusal(with("kubernetes.io", Json::object())), HasSubstr("no Pod"));
    EXPECT_THAT(refusal(with("kubernetes.io", "x")), HasSubstr("no Pod"));
    EXPECT_THAT(
        refusal(with("kubernetes.io", {{"namespace", "default"}, {"pod", {{"name", "a"}}}})),
        HasSubstr("in part"));
}

TEST_F(TokenVerifierTest, RefusesClaimsThatAreThereTwice) {
    auto text = base::dump_json(claims());
    text.insert(1, R"("aud":["other"],)");
    EXPECT_THAT(refusal(TokenIssuer::rs256(text)), HasSubstr("claims"));
}

TEST_F(TokenVerifierTest, RefusesHugeTokensUnread) {
    auto large = claims();
    large["padding"] = std::string(20'000, 'x');
    EXPECT_THAT(refusal(rs256(large)), HasSubstr("at most"));
}

TEST_F(TokenVerifierTest, NeverTellsWhatIsInsideARefusedToken) {
    auto other = claims();
    other["iss"] = "https://private.example";
    EXPECT_THAT(refusal(rs256(other)), Not(HasSubstr("private")));
}

TEST_F(TokenVerifierTest, LetsClocksDifferByAMinute) {
    const auto token = rs256(claims());
    clock_.advance(Duration(3'600'000 + 59'000));
    EXPECT_TRUE(accepts(verifier_, token));
    clock_.advance(Duration(1'000));
    EXPECT_THAT(refusal(token), HasSubstr("expired"));
}

TEST_F(TokenVerifierTest, PutsOffAnUnknownKeyAndAsksForTheSetOnceInTenSeconds) {
    const auto token = TokenIssuer::sign(
        TokenIssuer::Key::OtherRsa, R"({"alg":"RS256","kid":"rsa-2"})", base::dump_json(claims()));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(puts_off(verifier_, token));
    EXPECT_EQ(refreshes_, 1);
    clock_.advance(Duration(10'000));
    EXPECT_TRUE(puts_off(verifier_, token));
    EXPECT_EQ(refreshes_, 2);
    ASSERT_TRUE(verifier_.set_keys("{\"keys\":[" +
                                   TokenIssuer::jwk(TokenIssuer::Key::OtherRsa, "rsa-2") + "]}"));
    EXPECT_TRUE(accepts(verifier_, token));
    EXPECT_EQ(refreshes_, 2);
}

TEST_F(TokenVerifierTest, AKeyThatLeavesTheSetTakesItsTokensWithIt) {
    const auto token = rs256(claims());
    EXPECT_TRUE(accepts(verifier_, token));
    ASSERT_TRUE(
        verifier_.set_keys("{\"keys\":[" + TokenIssuer::jwk(TokenIssuer::Key::Ec, "ec-1") + "]}"));
    EXPECT_TRUE(puts_off(verifier_, token));
}

TEST_F(TokenVerifierTest, ABrokenKeySetChangesNothing) {
    EXPECT_FALSE(verifier_.set_keys("<html>"));
    verifier_.no_keys();
    EXPECT_TRUE(accepts(verifier_, rs256(claims())));
}

TEST_F(TokenVerifierTest, WithoutAnyKeySetYetItAsksForOne) {
    auto fresh = make();
    EXPECT_TRUE(puts_off(fresh, rs256(claims())));
    EXPECT_EQ(refreshes_, 1);
    EXPECT_THAT(reviews_, IsEmpty());
    EXPECT_NE(refusal(fresh, "garbage"), "");
}

TEST_F(TokenVerifierTest, WhereNoKeySetCanBeHadTheClusterIsAskedOncePerToken) {
    auto fresh = make();
    fresh.no_keys();
    const auto token = rs256(claims());
    EXPECT_TRUE(puts_off(fresh, token));
    EXPECT_TRUE(puts_off(fresh, token));
    EXPECT_THAT(reviews_, ElementsAre(token));
    fresh.reviewed(token, kPod);
    EXPECT_TRUE(accepts(fresh, token));
    clock_.advance(Duration(3'600'000 + 60'000));
    EXPECT_NE(refusal(fresh, token), "");
    EXPECT_THAT(reviews_, SizeIs(1));
}

TEST_F(TokenVerifierTest, WhatTheClusterRefusesIsAskedAgainAfterTenSeconds) {
    auto fresh = make();
    fresh.no_keys();
    const auto token = rs256(claims());
    EXPECT_TRUE(puts_off(fresh, token));
    fresh.reviewed(token, base::fail(base::ErrorKind::Forbidden, "the cluster does not know it"));
    EXPECT_EQ(refusal(fresh, token), "the cluster does not know it");
    EXPECT_THAT(reviews_, SizeIs(1));
    clock_.advance(Duration(10'000));
    EXPECT_TRUE(puts_off(fresh, token));
    EXPECT_THAT(reviews_, SizeIs(2));
}

TEST_F(TokenVerifierTest, AReviewThatFailedOrGotLostIsAskedAgain) {
    auto fresh = make();
    fresh.no_keys();
    const auto token = rs256(claims());
    EXPECT_TRUE(puts_off(fresh, token));
    fresh.reviewed(token, base::fail(base::ErrorKind::Unavailable, "the API server is away"));
    EXPECT_TRUE(puts_off(fresh, token));
    EXPECT_THAT(reviews_, SizeIs(2));
    clock_.advance(Duration(10'000));
    EXPECT_TRUE(puts_off(fresh, token));
    EXPECT_THAT(reviews_, SizeIs(3));
}

TEST_F(TokenVerifierTest, StrangersTokensAreNotWorthAReview) {
    auto fresh = make();
    fresh.no_keys();
    worth_ = false;
    EXPECT_NE(refusal(fresh, rs256(claims())), "");
    EXPECT_NE(refusal(fresh, "garbage"), "");
    EXPECT_THAT(reviews_, IsEmpty());
}

TEST_F(TokenVerifierTest, AFloodOfTokensAsksTheClusterForABoundedNumber) {
    auto fresh = make();
    fresh.no_keys();
    for (int i = 0; i < 1'000; ++i) {
        auto one = claims();
        one["jti"] = std::to_string(i);
        const auto text = TokenIssuer::base64url(R"({"alg":"RS256","kid":"rsa-1"})") + "." +
                          TokenIssuer::base64url(base::dump_json(one)) + ".AAAA";
        EXPECT_TRUE(puts_off(fresh, text));
    }
    EXPECT_THAT(reviews_, SizeIs(256));
    clock_.advance(Duration(10'000));
    EXPECT_TRUE(puts_off(fresh, rs256(claims())));
    EXPECT_THAT(reviews_, SizeIs(257));
}

TEST_F(TokenVerifierTest, GoesOverToKeysOnceThereAreSome) {
    auto fresh = make();
    fresh.no_keys();
    EXPECT_TRUE(puts_off(fresh, rs256(claims())));
    ASSERT_TRUE(fresh.set_keys(TokenIssuer::key_set()));
    EXPECT_TRUE(accepts(fresh, rs256(claims())));
}

}  // namespace
}  // namespace api
