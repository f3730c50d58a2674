#include "base/digest.h"

#include "base/text.h"

#include <gtest/gtest.h>

namespace base {
namespace {

constexpr std::string_view kAbcDigest =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256Digest, MatchesTheVectorsOfFips180) {
    EXPECT_EQ(sha256_hex("abc"), kAbcDigest);
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex_encode(sha256_raw("abc")), kAbcDigest);
}

TEST(Sha256Digest, GoesOnAfterItWasAskedFor) {
    Sha256 digest;
    digest.update("a");
    EXPECT_EQ(digest.hex(), sha256_hex("a"));
    digest.update("bc");
    EXPECT_EQ(digest.hex(), kAbcDigest);
}

TEST(Hmac, MatchesTheVectorsOfRfc4231) {
    EXPECT_EQ(hex_encode(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(hex_encode(hmac_sha256(std::string(131, '\xAA'),
                                     "Test Using Larger Than Block-Size Key - Hash Key First")),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, TakesAnEmptyKey) {
    EXPECT_EQ(hex_encode(hmac_sha256("", "")),
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Hkdf, MatchesTheVectorWithoutSaltOfRfc5869) {
    // A.3: no salt, no info; the first 32 of its 42 bytes.
    EXPECT_EQ(hex_encode(hkdf_sha256(std::string(22, '\x0B'), "")),
              "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST(EqualSecrets, ComparesBytesAndSizes) {
    EXPECT_TRUE(equal_secrets("", ""));
    EXPECT_TRUE(equal_secrets("abc", "abc"));
    EXPECT_FALSE(equal_secrets("abc", "abd"));
    EXPECT_FALSE(equal_secrets("abc", "abcd"));
}

}  // namespace
}  // namespace base
