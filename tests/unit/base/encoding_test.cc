#include "base/text.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

namespace base {
namespace {

TEST(Base64, MatchesTheVectorsOfRfc4648) {
    EXPECT_EQ(base64_encode(""), "");
    EXPECT_EQ(base64_encode("f"), "Zg==");
    EXPECT_EQ(base64_encode("fo"), "Zm8=");
    EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
}

TEST(Base64, IsReadInBothAlphabetsWithOrWithoutPadding) {
    EXPECT_EQ(base64_decode("Zg"), "f");
    EXPECT_EQ(base64_decode("Zg=="), "f");
    EXPECT_EQ(base64_decode("-_8"), "\xFB\xFF");
    EXPECT_EQ(base64_decode("+/8="), "\xFB\xFF");
}

TEST(Base64, IsRefusedWhenBroken) {
    for (const auto* const text : {"Z", "Zg=", "Zg===", "Z g=", "Zh==", "=", "Zm9v=", "Zm9vYmF!"}) {
        EXPECT_FALSE(base64_decode(text)) << text;
    }
}

RC_GTEST_PROP(Base64, RoundTrips, (const std::string& bytes)) {
    RC_ASSERT(base64_decode(base64_encode(bytes)).value() == bytes);
}

RC_GTEST_PROP(Hex, RoundTrips, (const std::string& bytes)) {
    RC_ASSERT(hex_decode(hex_encode(bytes)).value() == bytes);
}

TEST(Hex, IsReadInBothCasesAndRefusedWhenBroken) {
    EXPECT_EQ(hex_decode("aBFf"), "\xAB\xFF");
    EXPECT_FALSE(hex_decode("abc"));
    EXPECT_FALSE(hex_decode("zz"));
}

RC_GTEST_PROP(Percent, RoundTrips, (const std::string& bytes)) {
    RC_ASSERT(percent_decode(percent_encode(bytes)) == bytes);
}

TEST(Percent, EncodesAllButUnreserved) {
    EXPECT_EQ(percent_encode("a-._~Z9 /ä"), "a-._~Z9%20%2F%C3%A4");
}

TEST(Percent, LeavesStrayPercentSigns) {
    EXPECT_EQ(percent_decode("100% %2 %zz %41%"), "100% %2 %zz A%");
}

}  // namespace
}  // namespace base
