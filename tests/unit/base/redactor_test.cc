#include "base/redact.h"

#include "base/text.h"

#include <gtest/gtest.h>

namespace base {
namespace {

Redactor redactor(std::vector<std::string> known) {
    return Redactor(std::string(32, 'k'), std::move(known));
}

TEST(KnownSecrets, AreHiddenWhereverTheyStand) {
    const Redactor r = redactor({"correct horse"});
    EXPECT_EQ(r.scrub("it was correct horse, twice: correct horse"),
              "it was [redacted], twice: [redacted]");
}

TEST(KnownSecrets, AreHiddenWhenEncoded) {
    const std::string secret = "pa/ss wörd+1";
    const Redactor r = redactor({secret});
    const std::vector<std::string> forms{
        percent_encode(secret),
        "pa%2fss%20w%c3%b6rd%2b1",
        base64_encode(secret),
        base64_encode("user:" + secret),
        base64_encode("ab" + secret + "xyz"),
        base64_encode("a" + secret + "\n"),
    };
    for (const auto& form : forms) {
        EXPECT_NE(r.scrub("<" + form + ">").find("[redacted]"), std::string::npos) << form;
    }
    EXPECT_EQ(r.scrub("<" + percent_encode(secret) + ">"), "<[redacted]>");
}

TEST(KnownSecrets, AreHiddenInsideJsonStrings) {
    EXPECT_EQ(redactor({"quo\"ted\\one"}).scrub(R"({"a":"quo\"ted\\one"})"),
              R"({"a":"[redacted]"})");
}

TEST(KnownSecrets, HideTheLongestOfSeveral) {
    EXPECT_EQ(redactor({"secret", "secret-and-more"}).scrub("x secret-and-more y"),
              "x [redacted] y");
}

TEST(KnownSecrets, ThatAreShortAreLeftOut) {
    EXPECT_EQ(redactor({"a", "", "abcde"}).scrub("abcde and a"), "abcde and a");
}

TEST(KnownSecrets, MayBeTheWordOfTheReplacement) {
    EXPECT_EQ(redactor({"redacted"}).scrub("redacted [redacted]"), "[redacted] [redacted]");
}

TEST(KnownSecrets, MayBeMany) {
    std::vector<std::string> known;
    for (int i = 0; i < 500; ++i) known.push_back("known-secret-" + std::to_string(i * 7));
    EXPECT_EQ(redactor(known).scrub("x known-secret-3493 y"), "x [redacted] y");
}

TEST(KnownSecrets, DoNotKeepPatternsFromWorking) {
    EXPECT_EQ(redactor({"hunter2"}).scrub("https://bob:hunter2@h?token=abc"),
              "https://[redacted]@h?token=[redacted]");
}

TEST(Describe, ShowsTheEndsOfLongSecretsOnly) {
    const Redactor r = redactor({});
    const std::string hmac = r.hmac_hex("abcdefghijklmnop").substr(0, 16);
    EXPECT_EQ(r.describe("abcdefghijklmnop"), "abcd…op (16 chars, hmac " + hmac + ")");
    EXPECT_EQ(r.describe("äbcdefghijklmnöp").substr(0, 11), "äbcd…öp");
    EXPECT_EQ(r.describe("short").substr(0, 15), "(5 chars, hmac ");
    EXPECT_EQ(r.describe("short").find("sho "), std::string::npos);
}

TEST(Describe, TellsEqualSecretsByTheKeyOnly) {
    const Redactor r = redactor({});
    EXPECT_EQ(r.describe("same"), redactor({}).describe("same"));
    EXPECT_NE(r.describe("same"), Redactor("another key", {}).describe("same"));
    EXPECT_EQ(r.hmac_hex("x").size(), 64u);
}

}  // namespace
}  // namespace base
