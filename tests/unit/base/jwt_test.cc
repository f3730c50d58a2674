// Tokens: which are read, and which signatures count.
#include "base/jwt.h"

#include "base/key_set.h"
#include "fakes/token_issuer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace base {
namespace {

using fakes::TokenIssuer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kHeader = R"({"alg":"RS256","kid":"rsa-1"})";
constexpr std::string_view kClaims =
    R"({"iss":"me","sub":"you","aud":["a","b"],"exp":1000,"nbf":10})";

std::string unsigned_token(std::string_view header, std::string_view claims) {
    return TokenIssuer::base64url(header) + "." + TokenIssuer::base64url(claims) + ".AAAA";
}

const KeySet& keys() {
    static const KeySet set = *KeySet::parse(TokenIssuer::key_set());
    return set;
}

Result<> check(const std::string& text, std::string_view key_id) {
    const auto token = TRY(parse_jwt(text));
    return check_signature(token, *keys().find(key_id));
}

TEST(Jwt, HasWhatTheTokenSays) {
    const auto token = parse_jwt(TokenIssuer::rs256(kClaims));
    ASSERT_TRUE(token) << token.error().message();
    EXPECT_EQ(token->algorithm, "RS256");
    EXPECT_EQ(token->key_id, "rsa-1");
    EXPECT_EQ(token->issuer, "me");
    EXPECT_EQ(token->subject, "you");
    EXPECT_THAT(token->audiences, ElementsAre("a", "b"));
    EXPECT_EQ(token->expires, Instant(std::chrono::seconds(1'000)));
    EXPECT_EQ(token->not_before, Instant(std::chrono::seconds(10)));
}

TEST(Jwt, TakesOneAudienceAsText) {
    const auto token = parse_jwt(unsigned_token(kHeader, R"({"aud":"a"})"));
    ASSERT_TRUE(token);
    EXPECT_THAT(token->audiences, ElementsAre("a"));
}

TEST(Jwt, IsNotReadFromWhatIsNoSoundToken) {
    const auto good = TokenIssuer::rs256(kClaims);
    const auto spoilt = [&](std::size_t at, std::string_view with) {
        return std::string(good).replace(at, 1, with);
    };
    for (const auto& text :
         {std::string(), std::string("a.b"), good + ".x", good + "=", spoilt(3, "+"),
          spoilt(3, " "), "." + good, std::string(".."), good + std::string(1, '\0')}) {
        EXPECT_FALSE(parse_jwt(text)) << text;
    }
}

TEST(Jwt, IsNotReadFromMembersThatMeanTwoThings) {
    for (const auto* claims :
         {R"({"exp":1,"exp":2})", R"({"aud":["a"],"aud":["b"]})", R"({"exp":1.5})",
          R"({"exp":1e9})", R"({"exp":"1000"})", R"({"exp":-1})", R"({"exp":18446744073709551615})",
          R"({"nbf":true})", R"({"aud":17})", R"({"aud":["a",17]})", R"({"iss":["me"]})",
          R"({"sub":{}})", "[]", "17",
          R"({"a":1} )"
          "x",
          "{\"a\":\"\xff\"}"}) {
        EXPECT_FALSE(parse_jwt(unsigned_token(kHeader, claims))) << claims;
    }
    for (const auto* header : {R"({"alg":"RS256","crit":["exp"],"exp":1})",
                               R"({"alg":"RS256","crit":[]})", R"({})", R"({"alg":["RS256"]})",
                               R"({"alg":"RS256","kid":7})", R"({"alg":"RS256","alg":"none"})"}) {
        EXPECT_FALSE(parse_jwt(unsigned_token(header, kClaims))) << header;
    }
}

TEST(Jwt, OfMoreThanItsBoundIsNotRead) {
    const auto token = parse_jwt(std::string(kJwtBytesMax + 1, 'a'));
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().kind(), ErrorKind::TooLarge);
    EXPECT_FALSE(parse_jwt(unsigned_token(kHeader, std::string(5'000, '['))));
}

TEST(Jwt, IsNeverQuotedInAMessage) {
    const auto token = parse_jwt(unsigned_token(kHeader, R"({"secret-thing":secret-thing})"));
    ASSERT_FALSE(token);
    EXPECT_THAT(token.error().message(), Not(HasSubstr("secret")));
}

TEST(JwtSignature, CountsWhenTheKeyMadeIt) {
    EXPECT_TRUE(check(TokenIssuer::rs256(kClaims), "rsa-1"));
    EXPECT_TRUE(check(TokenIssuer::es256(kClaims), "ec-1"));
}

TEST(JwtSignature, DoesNotCountFromAnotherKeyOrOverOtherBytes) {
    using Key = TokenIssuer::Key;
    EXPECT_FALSE(check(TokenIssuer::sign(Key::OtherRsa, kHeader, kClaims), "rsa-1"));
    const auto ec_header = R"({"alg":"ES256","kid":"ec-1"})";
    EXPECT_FALSE(check(TokenIssuer::sign(Key::OtherEc, ec_header, kClaims), "ec-1"));
    const auto good = TokenIssuer::rs256(kClaims);
    const auto claims = TokenIssuer::base64url(R"({"iss":"root"})");
    const auto first = good.find('.');
    const auto second = good.rfind('.');
    EXPECT_FALSE(check(good.substr(0, first + 1) + claims + good.substr(second), "rsa-1"));
    EXPECT_FALSE(check(good.substr(0, second + 1), "rsa-1"));
    EXPECT_FALSE(check(TokenIssuer::es256(kClaims).substr(0, 100), "ec-1"));
}

TEST(JwtSignature, IsNeverChosenByTheToken) {
    using Key = TokenIssuer::Key;
    const auto pem = TokenIssuer::public_pem(Key::Rsa);
    for (const auto* algorithm : {"none", "None", "HS256", "RS512", "rs256", "PS256", ""}) {
        const auto header = "{\"alg\":\"" + std::string(algorithm) + "\",\"kid\":\"rsa-1\"}";
        EXPECT_FALSE(check(TokenIssuer::hs256(pem, header, kClaims), "rsa-1")) << algorithm;
        EXPECT_FALSE(check(TokenIssuer::sign(Key::Rsa, header, kClaims), "rsa-1")) << algorithm;
    }
    EXPECT_FALSE(check(TokenIssuer::sign(Key::Ec, kHeader, kClaims), "rsa-1"));
    EXPECT_FALSE(check(TokenIssuer::rs256(kClaims), "ec-1"));
}

TEST(JwtTimes, LeaveRoomForClocksThatDiffer) {
    const auto token = *parse_jwt(unsigned_token(kHeader, kClaims));
    const auto at = [](std::int64_t second) { return Instant(std::chrono::seconds(second)); };
    constexpr Duration kLeeway{60'000};
    EXPECT_TRUE(check_times(token, at(1'059), kLeeway));
    EXPECT_FALSE(check_times(token, at(1'060), kLeeway));
    EXPECT_TRUE(check_times(token, at(-50), kLeeway));
    EXPECT_FALSE(check_times(token, at(-51), kLeeway));
    EXPECT_FALSE(check_times(*parse_jwt(unsigned_token(kHeader, "{}")), at(0), kLeeway));
}

}  // namespace
}  // namespace base
