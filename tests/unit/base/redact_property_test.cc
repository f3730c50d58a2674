// Scrubbing twice changes nothing, whatever the text: otherwise a report scrubbed once more could
// differ from the stored one, and has_secret could call its own output a leak.
#include "base/json.h"
#include "base/redact.h"
#include "base/text.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace base {
namespace {

// Pieces of secrets and of what stands around them, so that rules meet, overlap and end in each
// other.
rc::Gen<std::string> hostile_text() {
    const auto piece = rc::gen::element<std::string>(
        "password", "token", "Authorization", "Cookie", "Set-Cookie", "apiKey", "sid", "user", ":",
        "=", ": ", " = ", "\"", "'", "\\\"", "\\", "\\n", "\n", "\r\n", " ", ",", ";", "&", "{",
        "}", "[", "]", "[redacted]", "[redacted", "redacted]", "\xFE", "://", ":\\/\\/", "@", "/",
        "?", "bob", "hunter2", "1234", "Bearer ", "Basic ", "dXNlcjpwYXNz", "eyJhbGciOiJI", ".",
        "eyJzdWIiOiIx", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----",
        "MIIEpAIBAAKCAQEA0Z3VS5JJ", "AKIAIOSFODNN7EXAMPLE", "ghp_16C7e42F292c6912E7710c", "$2b$12$",
        "$6$salt$", "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqr", "- ", "==", "null",
        "ä", "\xFF", "`", "<", ">", "%20", "(", "|");
    return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                        [](const std::vector<std::string>& pieces) { return join(pieces, ""); });
}

RC_GTEST_PROP(ScrubProperty, ScrubbingTwiceIsScrubbingOnce, ()) {
    const std::string once = scrub(*hostile_text());
    RC_ASSERT(scrub(once) == once);
    RC_ASSERT(!has_secret(once));
}

RC_GTEST_PROP(ScrubProperty, HoldsForARedactorToo, ()) {
    const Redactor redactor("key", {"hunter2", "[redacted]", "bob:hunter2"});
    const std::string once = redactor.scrub(*hostile_text());
    RC_ASSERT(redactor.scrub(once) == once);
    RC_ASSERT(once.find("hunter2") == std::string::npos);
}

RC_GTEST_PROP(ScrubProperty, KeepsValidUtf8Valid, ()) {
    const std::string text = to_utf8(*hostile_text());
    RC_ASSERT(is_utf8(scrub(text)));
}

RC_GTEST_PROP(ScrubProperty, KeepsJsonDocumentsValid, ()) {
    const auto name = rc::gen::element<std::string>("password", "token", "cookie", "set-cookie",
                                                    "authorization", "a", "pin", "x\"y", "url");
    const auto value = rc::gen::oneOf(
        rc::gen::map(hostile_text(), [](const std::string& text) { return Json(to_utf8(text)); }),
        rc::gen::map(rc::gen::arbitrary<int>(), [](int number) { return Json(number); }),
        rc::gen::map(rc::gen::arbitrary<double>(), [](double number) { return Json(number); }),
        rc::gen::just(Json(nullptr)), rc::gen::just(Json({1234, "x", {{"token", "y"}}})),
        rc::gen::just(Json({{"password", 12345678}})));
    const auto members =
        *rc::gen::container<std::vector<std::pair<std::string, Json>>>(rc::gen::pair(name, value));
    Json document = Json::object();
    for (const auto& [key, member] : members) document[key] = member;
    for (const std::string& text : {dump_json(document), dump_json_pretty(document),
                                    dump_json(Json({{"body", dump_json(document)}}))}) {
        const auto again = parse_json(scrub(text));
        if (!again) RC_LOG(text + "\n" + scrub(text) + "\n" + again.error().message());
        RC_ASSERT(again.has_value());
    }
}

TEST(ScrubTime, GrowsLinearly) {
    // Each of these makes a quadratic scan take minutes.
    for (const std::string& piece :
         {std::string("password="), std::string("token:"), std::string("\"password\":\""),
          std::string("Bearer "), std::string("://a:"), std::string("eyJhbGciOiJI."),
          std::string("-----BEGIN PRIVATE KEY-----\n"), std::string("\\"), std::string("cookie:"),
          std::string("$6$a$"), std::string("="), std::string("[redacted]"), std::string("\"\\")}) {
        std::string text;
        while (text.size() < 300'000) text += piece;
        const std::string once = scrub(text);
        EXPECT_EQ(scrub(once), once) << piece;
    }
}

}  // namespace
}  // namespace base
