// Key sets: which keys are taken, and what each of them then accepts.
#include "base/key_set.h"

#include "base/text.h"
#include "fakes/token_issuer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace base {
namespace {

using fakes::TokenIssuer;
using testing::HasSubstr;

std::string set_of(std::string_view keys) { return "{\"keys\":[" + std::string(keys) + "]}"; }

TEST(KeySet, FindsItsKeysByIdWithOneAlgorithmEach) {
    const auto set = KeySet::parse(TokenIssuer::key_set());
    ASSERT_TRUE(set) << set.error().message();
    EXPECT_EQ(set->size(), 2u);
    ASSERT_NE(set->find("rsa-1"), nullptr);
    EXPECT_EQ(set->find("rsa-1")->algorithm(), SignatureAlgorithm::Rs256);
    EXPECT_EQ(set->find("ec-1")->algorithm(), SignatureAlgorithm::Es256);
    EXPECT_EQ(set->find("other"), nullptr);
    EXPECT_EQ(set->find(""), nullptr);
}

TEST(KeySet, LeavesOutWhatItCannotUse) {
    const auto good = TokenIssuer::jwk(TokenIssuer::Key::Ec, "good");
    for (const auto* other : {R"({"kty":"oct","kid":"a","k":"AAAA"})",
                              R"({"kty":"OKP","crv":"Ed25519","kid":"a","x":"AA"})",
                              R"({"kty":"EC","crv":"P-384","kid":"a","x":"AA","y":"AA"})",
                              R"({"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"})",
                              R"({"kty":"RSA","use":"enc","kid":"a","n":"AQAB","e":"AQAB"})",
                              R"({"kty":"RSA"})", "17"}) {
        const auto set = KeySet::parse(set_of(good + "," + other));
        ASSERT_TRUE(set) << other;
        EXPECT_EQ(set->size(), 1u) << other;
    }
}

TEST(KeySet, SaysWhyNoKeyOfItCanBeUsed) {
    const auto weak = KeySet::parse(set_of(R"({"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"})"));
    ASSERT_FALSE(weak);
    EXPECT_THAT(weak.error().message(), HasSubstr("24 bits"));
    auto rs512 = TokenIssuer::jwk(TokenIssuer::Key::Rsa, "a");
    rs512.replace(rs512.find("RS256"), 5, "RS512");
    const auto other = KeySet::parse(set_of(rs512));
    ASSERT_FALSE(other);
    EXPECT_THAT(other.error().message(), HasSubstr("RS512"));
    EXPECT_FALSE(KeySet::parse(R"({"keys":[]})"));
    EXPECT_FALSE(KeySet::parse(R"({})"));
    EXPECT_FALSE(KeySet::parse("<html>"));
}

TEST(KeySet, RefusesTwoKeysOfOneIdButTakesTheSameTwice) {
    const auto one = TokenIssuer::jwk(TokenIssuer::Key::Ec, "same");
    EXPECT_FALSE(
        KeySet::parse(set_of(one + "," + TokenIssuer::jwk(TokenIssuer::Key::OtherEc, "same"))));
    EXPECT_FALSE(
        KeySet::parse(set_of(one + "," + TokenIssuer::jwk(TokenIssuer::Key::Rsa, "same"))));
    EXPECT_TRUE(KeySet::parse(set_of(one + "," + one)));
}

TEST(KeySet, RefusesASetBeyondItsBounds) {
    std::string keys = "1";
    for (int i = 0; i < 64; ++i) keys += ",1";
    const auto set = KeySet::parse(set_of(keys));
    ASSERT_FALSE(set);
    EXPECT_EQ(set.error().kind(), ErrorKind::TooLarge);
}

TEST(PublicKey, IsNoPointOffTheCurve) {
    EXPECT_FALSE(PublicKey::p256(std::string(32, '\x01'), std::string(32, '\x01')));
    EXPECT_FALSE(PublicKey::p256(std::string(31, '\x01'), std::string(32, '\x01')));
    EXPECT_FALSE(PublicKey::p256("", ""));
}

TEST(PublicKey, NeedsAnExponentThatMakesSense) {
    const std::string modulus(256, '\xC3');
    EXPECT_TRUE(PublicKey::rsa(modulus, "\x03"));
    for (const std::string_view exponent : {"", "\x01", "\x02", "\x01\x01\x01\x01\x01"})
        EXPECT_FALSE(PublicKey::rsa(modulus, exponent)) << hex_encode(exponent);
    EXPECT_FALSE(PublicKey::rsa(std::string(128, '\xC3'), "\x03"));
    EXPECT_FALSE(PublicKey::rsa(std::string(2'048, '\xC3'), "\x03"));
}

}  // namespace
}  // namespace base
