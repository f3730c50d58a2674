// Secrets in this file are made up, and put together from pieces so that no secret scanner reports
// the project.
#include "base/redact.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace base {
namespace {

struct Case {
    std::string text;
    std::string scrubbed;
};

void expect_scrubbed(const std::vector<Case>& cases) {
    for (const auto& [text, scrubbed] : cases) {
        EXPECT_EQ(scrub(text), scrubbed) << text;
        EXPECT_TRUE(has_secret(text)) << text;
        EXPECT_FALSE(has_secret(scrubbed)) << scrubbed;
    }
}

TEST(Scrub, HidesUserAndPasswordInUrls) {
    expect_scrubbed({
        {"https://bob:pa55@host/x", "https://[redacted]@host/x"},
        {"postgres://u:p@ss@db:5432/x", "postgres://[redacted]@db:5432/x"},
        {R"("https:\/\/bob:pw@host")", R"("https:\/\/[redacted]@host")"},
        {"https://0123456789abcdef0123@host", "https://[redacted]@host"},
        {"a http://u:@h b http://v:w@i c", "a http://[redacted]@h b http://[redacted]@i c"},
    });
}

TEST(Scrub, HidesAuthorizationOfAnyScheme) {
    expect_scrubbed({
        {"Authorization: Basic dXNlcjpwYXNz\r\nHost: a", "Authorization: [redacted]\r\nHost: a"},
        {"proxy-authorization:Token abc", "proxy-authorization:[redacted]"},
        {"curl -H 'Authorization: Bearer abc' x", "curl -H 'Authorization: [redacted]' x"},
        {R"({"Authorization":"Bearer a\"b","x":1})", R"({"Authorization":"[redacted]","x":1})"},
        {R"({"authorization":["a b","c"]})", R"({"authorization":["[redacted]","[redacted]"]})"},
        {"Authorization: Digest username=\"bob\", response=\"1f\"\r\nX: y",
         "Authorization: [redacted]\r\nX: y"},
        {R"("GET / HTTP/1.1\r\nAuthorization: Bearer abc\r\nHost: a")",
         R"("GET / HTTP/1.1\r\nAuthorization: [redacted]\r\nHost: a")"},
    });
}

TEST(Scrub, HidesCookieValuesButKeepsNamesAndAttributes) {
    expect_scrubbed({
        {"Cookie: a=1; sid=abc", "Cookie: a=[redacted]; sid=[redacted]"},
        {"Set-Cookie: sid=abc; Path=/; HttpOnly", "Set-Cookie: sid=[redacted]; Path=/; HttpOnly"},
        {R"({"set-cookie":"sid=abc; Secure"})", R"({"set-cookie":"sid=[redacted]; Secure"})"},
        {"set-cookie: opaque; Path=/", "set-cookie: [redacted]; Path=/"},
    });
}

TEST(Scrub, HidesBearerAndBasicTokens) {
    expect_scrubbed({
        {"sent Bearer abc123def to it", "sent Bearer [redacted] to it"},
        {"basic dXNlcjpwYXNz", "basic [redacted]"},
    });
}

TEST(Scrub, HidesJsonWebTokens) {
    const std::string token = std::string("eyJ") + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
    expect_scrubbed({{"x=" + token + " y", "x=[redacted] y"}, {token, "[redacted]"}});
}

TEST(Scrub, HidesPrivateKeysWholeOrCut) {
    const std::string begin = std::string("-----BEGIN RSA PRIVATE ") + "KEY-----";
    const std::string line = "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MhgwMbRvI0";
    const std::string end = std::string("-----END RSA PRIVATE ") + "KEY-----";
    expect_scrubbed({
        {"a\n" + begin + "\n" + line + "\n" + line + "\n" + end + "\nb", "a\n[redacted]\nb"},
        {R"({"k":")" + begin + R"(\n)" + line + R"(\n)" + end + R"(\n"})",
         R"({"k":"[redacted]\n"})"},
        {begin + "\n" + line + "\n" + line, "[redacted]"},
    });
}

TEST(Scrub, HidesTokensOfProviders) {
    const std::array<std::string, 12> tokens{
        std::string("AKIA") + "IOSFODNN7EXAMPLE",
        std::string("ghp_") + "16C7e42F292c6912E7710c838347Ae178B4a",
        std::string("github_pat_") + "11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuVwXyZ",
        std::string("xoxb-") + "123456789012-abcdefghijkl",
        std::string("sk_live_") + "4eC39HqLyjWDarjtT1zdp7dc",
        std::string("AIza") + "SyA1234567890abcdefghijklmnopqrstuv",
        std::string("glpat-") + "abcdefghij0123456789",
        std::string("npm_") + "abcdefghijklmnopqrstuvwxyz0123456789",
        std::string("hf_") + "abcdefghijklmnopqrstuvwxyzABCDEF",
        std::string("sk-a") + "nt-" + std::string(24, 'q'),
        std::string("shpat_") + "0123456789abcdef0123456789abcdef",
        std::string("whsec_") + "abcdefghijklmnopqrstuvwx",
    };
    for (const auto& token : tokens) {
        EXPECT_EQ(scrub("found " + token + " here"), "found [redacted] here");
        EXPECT_EQ(scrub("[\"" + token + "\"]"), "[\"[redacted]\"]");
    }
}

TEST(Scrub, HidesPasswordHashes) {
    const std::array<std::string, 5> hashes{
        "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
        "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b5dWRWJTmaWUxoX",
        "$6$rounds=5000$saltsalt$abcdefghijklmnopqrstuvwxyz0123456789./ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/",
        "{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr",
    };
    for (const auto& hash : hashes) {
        EXPECT_EQ(scrub("root:" + hash + ":0"), "root:[redacted]:0") << hash;
    }
}

TEST(Scrub, HidesValuesOfSecretNames) {
    expect_scrubbed({
        {R"({"password": "hunter2", "user": "bob"})",
         R"({"password": "[redacted]", "user": "bob"})"},
        {R"({"apiKey":"a\\\"b"})", R"({"apiKey":"[redacted]"})"},
        {R"({"pin":1234,"a":1})", R"({"pin":"[redacted]","a":1})"},
        {R"("{\"client_secret\": \"abc\", \"x\": 1}")",
         R"("{\"client_secret\": \"[redacted]\", \"x\": 1}")"},
        {"{'db_password': 'x y'}", "{'db_password': '[redacted]'}"},
        {"/login?user=bob&password=pw&x=1", "/login?user=bob&password=[redacted]&x=1"},
        {"grant_type=password&refresh_token=abc", "grant_type=password&refresh_token=[redacted]"},
        {"DB_PASSWORD=abc\nX=1", "DB_PASSWORD=[redacted]\nX=1"},
        {"export API_KEY=\"a b\"", "export API_KEY=\"[redacted]\""},
        {"host=h password=abc dbname=d", "host=h password=[redacted] dbname=d"},
        {"db:\n  password: hunter2\n", "db:\n  password: [redacted]\n"},
        {"- token: 'a b'", "- token: '[redacted]'"},
        {"X-Api-Key: abc\r\n", "X-Api-Key: [redacted]\r\n"},
        {R"("a\r\nX-Auth-Token: abc\r\n")", R"("a\r\nX-Auth-Token: [redacted]\r\n")"},
        {"user[password]=x", "user[password]=[redacted]"},
        {R"({"password":"cut off her)", R"({"password":"[redacted])"},
    });
}

TEST(Scrub, ReadsJsonByItsStrings) {
    expect_scrubbed({
        {R"({"a":"password=","b":"token: x"})", R"({"a":"password=","b":"token: [redacted]"})"},
        {R"({"a":"it's password='x","b":"it's"})",
         R"({"a":"it's password='[redacted]","b":"it's"})"},
        {R"({"\u0070assword":"x"})", R"({"\u0070assword":"[redacted]"})"},
        {R"({"body":"{\"password\":\"x\",\"pin\":1234}"})",
         R"({"body":"{\"password\":\"[redacted]\",\"pin\":\"[redacted]\"}"})"},
        {R"([{"name":"X-Api-Key","value":"abc"},{"name":"Accept","value":"x"}])",
         R"([{"name":"X-Api-Key","value":"[redacted]"},{"name":"Accept","value":"x"}])"},
        {"{\"token\":\"a\"}\n{\"token\":\"b\"}\n",
         "{\"token\":\"[redacted]\"}\n{\"token\":\"[redacted]\"}\n"},
        {R"({"tokens":[1],"secrets":["a","b",{"c":"d"}]})",
         R"({"tokens":[1],"secrets":["[redacted]","[redacted]",{"c":"d"}]})"},
    });
}

TEST(Scrub, IsNotFooledByTheWordRedacted) {
    expect_scrubbed({
        {"password=[redacted]hunter2", "password=[redacted]"},
        {"https://bob:[redacted]@h", "https://[redacted]@h"},
        {"Authorization: Bearer [redacted]", "Authorization: [redacted]"},
    });
}

TEST(Scrub, LeavesOrdinaryTextAlone) {
    constexpr std::array<std::string_view, 34> kOrdinary{
        "",
        "[redacted]",
        "password=[redacted]&x=1",
        "The password is too short.",
        "Missing Authorization header",
        "invalid token: expected a comma",
        "uses basic authentication and a bearer token",
        "WWW-Authenticate: Basic realm=\"x\"",
        "WWW-Authenticate: Bearer error=\"invalid_token\"",
        "https://example.com/a@b?c=d#e",
        "https://git@github.com/a/b",
        "http://[::1]:80/x@y",
        "mail bob@example.com: 12:30",
        R"({"nextPageToken":"abc","token_type":"bearer","passwordPolicy":"strict"})",
        R"({"key":"orders","monkey":"x","author":"y","pinned":"yes","tokens":4096})",
        R"({"password":null,"token":true,"secret":{"name":"x"},"cookies":3})",
        "if (password == null) return;",
        "const token = null;",
        "token => token.id",
        "/api/v1/users/7?limit=10&sort=name",
        "2026-01-01T00:00:00Z",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "0b4c1e0e-6f0b-4c5d-9d0a-1b2c3d4e5f60",
        "costs $2 and $6 or $1$",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----",
        "a file with -----BEGIN PRIVATE KEY----- in it is a private key",
        "sk-some-class-name",
        "eyJ is how they begin",
        "AKIA is a prefix",
        "basic functionality; Basic English",
        "session management",
        "Set-Cookie without Secure",
        "password:",
        "password=",
    };
    for (const auto text : kOrdinary) {
        EXPECT_EQ(scrub(text), text);
        EXPECT_FALSE(has_secret(text)) << text;
    }
}

TEST(SecretName, IsRecognisedInAnySpelling) {
    for (const auto* const name : {"password",
                                   "PASSWORD",
                                   "userPassword",
                                   "password2",
                                   "passwd",
                                   "pwd",
                                   "client_secret",
                                   "token",
                                   "accessToken",
                                   "X-Api-Key",
                                   "api.key",
                                   "apiKey",
                                   "privateKey",
                                   "Authorization",
                                   "Set-Cookie",
                                   "session",
                                   "sessionId",
                                   "JSESSIONID",
                                   "aws_secret_access_key",
                                   "otp"}) {
        EXPECT_TRUE(is_secret_name(name)) << name;
    }
    for (const auto* const name :
         {"", "key", "monkey", "author", "tokens", "token_type", "nextPageToken", "passwordPolicy",
          "pinned", "compass", "design", "sidebar", "secretName"}) {
        EXPECT_FALSE(is_secret_name(name)) << name;
    }
}

}  // namespace
}  // namespace base
