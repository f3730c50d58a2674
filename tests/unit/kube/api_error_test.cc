// What an answer that is not 2xx says, whoever wrote it.
#include "kube/api_error.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace kube {
namespace {

using testing::HasSubstr;

constexpr base::Instant kNow{base::Duration(1'767'225'600'000)};

ApiError answered(int status, std::string body = {}, net::Headers headers = {}) {
    return api_error_of({.status = status, .headers = std::move(headers), .body = std::move(body)},
                        kNow);
}

ApiError unanswered(net::Failure failure, std::string message = {}) {
    return api_error_of({.failure = failure, .failure_message = std::move(message)}, kNow);
}

std::string status(std::string_view members) {
    return fmt::format(R"({{"kind":"Status","apiVersion":"v1","status":"Failure",{}}})", members);
}

const auto kExists = status(R"("message":"pods \"a\" already exists","reason":"AlreadyExists",)"
                            R"("details":{"name":"a","kind":"pods"},"code":409)");

TEST(Status, IsReadFromTheBody) {
    const ApiError expected{.code = 409,
                            .reason = "AlreadyExists",
                            .message = "pods \"a\" already exists",
                            .kind = "pods",
                            .name = "a"};
    EXPECT_EQ(answered(409, kExists), expected);
    EXPECT_EQ(api_error_of_status(kExists), expected);
}

TEST(Status, TellsTheCauses) {
    const auto error = answered(
        422,
        status(R"("message":"invalid","reason":"Invalid","details":{"causes":[)"
               R"({"reason":"FieldValueRequired","message":"Required value","field":"spec.x"},)"
               R"(7]})"));
    ASSERT_EQ(error.causes.size(), 2u);
    EXPECT_EQ(error.causes[0],
              (ApiError::Cause{
                  .field = "spec.x", .reason = "FieldValueRequired", .message = "Required value"}));
    EXPECT_EQ(error.causes[1], ApiError::Cause{});
    EXPECT_TRUE(is_invalid(error));
}

TEST(Status, KeepsTheFirstCausesOfMany) {
    std::string causes;
    for (int i = 0; i < 100; ++i) causes += fmt::format(R"({}{{"field":"f{}"}})", i ? "," : "", i);
    const auto error = answered(422, status(fmt::format(R"("details":{{"causes":[{}]}})", causes)));
    ASSERT_EQ(error.causes.size(), 32u);
    EXPECT_EQ(error.causes.back().field, "f31");
}

TEST(Status, CodeOfTheAnswerCountsMoreThanThatOfTheBody) {
    EXPECT_EQ(answered(503, kExists).code, 503);
}

TEST(Status, OfOddTypesLeavesFieldsEmpty) {
    const auto error =
        answered(500, R"({"kind":"Status","message":7,"reason":[],"code":"x","details":"none"})");
    EXPECT_EQ(error,
              (ApiError{.code = 500, .message = "the API server answered 500 (internal error)"}));
}

TEST(Status, WithAnImpossibleCodeHasNone) {
    EXPECT_EQ(api_error_of_status(status(R"("code":99999999999)")).code, 0);
    EXPECT_EQ(api_error_of_status(status(R"("code":-1)")).code, 0);
}

TEST(Status, IsCutToSize) {
    const auto error =
        answered(500, status(fmt::format(R"("message":"{}","reason":"{}")",
                                         std::string(50'000, 'm'), std::string(50'000, 'r'))));
    EXPECT_LE(error.message.size(), 4'096u);
    EXPECT_LE(error.reason.size(), 256u);
    EXPECT_TRUE(error.message.starts_with("mmm"));
}

TEST(Status, BecomesOneLine) {
    EXPECT_EQ(answered(500, status(R"("message":"a\nb\u001b[31mc")")).message, "a b [31mc");
}

TEST(Body, ThatIsNoStatusLeavesASentence) {
    EXPECT_EQ(answered(404).message, "the API server answered 404 (not found)");
    EXPECT_EQ(answered(418).message, "the API server answered 418");
    EXPECT_EQ(answered(404, "404 page not found\nmore").message,
              "the API server answered 404 (not found): 404 page not found");
    EXPECT_EQ(answered(502, "<html><body>Bad Gateway").message,
              "the API server answered 502 (bad gateway)");
    EXPECT_EQ(answered(200, R"({"kind":"Pod"})").reason, "");
}

TEST(Body, ThatIsHostileLeavesASentence) {
    const std::string deep(100'000, '[');
    const auto huge = status(fmt::format(R"("message":"{}")", std::string(2u << 20, 'm')));
    for (const auto& body :
         {deep, huge, std::string(R"({"kind":"Status")"), std::string("\xff\xfe")})
        EXPECT_THAT(answered(500, body).message, HasSubstr("500 (internal error)"));
}

TEST(ErrorEvent, ThatIsNoStatusIsTransient) {
    const auto error = api_error_of_status("null");
    EXPECT_EQ(error.failure, net::Failure::BadAnswer);
    EXPECT_TRUE(is_transient(error));
    EXPECT_FALSE(error.message.empty());
}

TEST(RetryAfter, ComesFromHeaderOrDetails) {
    using std::chrono::seconds;
    const auto details = status(R"("details":{"retryAfterSeconds":2})");
    EXPECT_EQ(answered(429, details).retry_after, seconds(2));
    EXPECT_EQ(answered(429, details, {{"Retry-After", "5"}}).retry_after, seconds(5));
    EXPECT_EQ(answered(503, "", {{"Retry-After", "Thu, 01 Jan 2026 00:00:09 GMT"}}).retry_after,
              seconds(9));
    EXPECT_EQ(answered(503, "", {{"Retry-After", "soon"}}).retry_after, std::nullopt);
    EXPECT_EQ(answered(429, status(R"("details":{"retryAfterSeconds":0})")).retry_after,
              std::nullopt);
}

TEST(NoAnswer, SaysWhy) {
    EXPECT_EQ(unanswered(net::Failure::Connect, "https://x: refused"),
              (ApiError{.message = "https://x: refused", .failure = net::Failure::Connect}));
    EXPECT_EQ(unanswered(net::Failure::TimedOut).message,
              "no answer from the API server (timed-out)");
}

TEST(NoAnswer, IsWhatABrokenSuccessAmountsTo) {
    const auto broken = [](int code) {
        return api_error_of({.status = code, .failure = net::Failure::Reset}, kNow);
    };
    EXPECT_EQ(broken(201).code, 0);
    EXPECT_TRUE(is_unknown_outcome(broken(201)));
    EXPECT_EQ(broken(403).code, 403);
    EXPECT_FALSE(is_unknown_outcome(broken(403)));
}

TEST(Predicates, TellTheTwoKindsOf409Apart) {
    EXPECT_TRUE(is_already_exists(answered(409, kExists)));
    EXPECT_FALSE(is_conflict(answered(409, kExists)));
    EXPECT_TRUE(is_conflict(answered(409, status(R"("reason":"Conflict")"))));
    EXPECT_TRUE(is_conflict(answered(409)));
    EXPECT_FALSE(is_already_exists(answered(404, kExists)));
}

TEST(Predicates, KnowACompactedHistory) {
    EXPECT_TRUE(is_expired(answered(410)));
    EXPECT_TRUE(is_expired(api_error_of_status(status(R"("reason":"Expired","code":410)"))));
    EXPECT_TRUE(is_expired(api_error_of_status(status(R"("reason":"Gone")"))));
    EXPECT_FALSE(is_expired(answered(404)));
}

TEST(Predicates, KnowTheReasonsOf403) {
    const auto quota = answered(
        403,
        status(R"("reason":"Forbidden","message":"pods \"a\" is forbidden: exceeded quota: q")"));
    const auto ending =
        answered(403, status(R"("details":{"causes":[{"reason":"NamespaceTerminating"}]})"));
    EXPECT_TRUE(is_quota_exceeded(quota) && is_forbidden(quota));
    EXPECT_FALSE(is_namespace_terminating(quota));
    EXPECT_TRUE(is_namespace_terminating(ending) && is_forbidden(ending));
    EXPECT_FALSE(is_quota_exceeded(ending));
}

TEST(Predicates, AgreeWithTheTable) {
    struct Row {
        int code;
        bool unknown;
        bool transient;
    };
    for (const auto& [code, unknown, transient] :
         {Row{301, false, false}, Row{400, false, false}, Row{401, false, false},
          Row{403, false, false}, Row{404, false, false}, Row{409, false, false},
          Row{410, false, false}, Row{422, false, false}, Row{429, false, true},
          Row{500, true, true}, Row{502, true, true}, Row{503, true, true}, Row{504, true, true}}) {
        const auto error = answered(code);
        EXPECT_EQ(is_unknown_outcome(error), unknown) << code;
        EXPECT_EQ(is_transient(error), transient) << code;
        EXPECT_EQ(is_not_found(error), code == 404) << code;
        EXPECT_EQ(is_unauthorized(error), code == 401) << code;
        EXPECT_EQ(is_too_many_requests(error), code == 429) << code;
        EXPECT_EQ(is_invalid(error), code == 400 || code == 422) << code;
    }
}

TEST(Predicates, KnowWhatWasNeverSent) {
    EXPECT_TRUE(is_unknown_outcome(unanswered(net::Failure::TimedOut)));
    EXPECT_TRUE(is_transient(unanswered(net::Failure::Connect)));
    EXPECT_FALSE(is_unknown_outcome(unanswered(net::Failure::BadRequest)));
    EXPECT_FALSE(is_transient(unanswered(net::Failure::OutOfScope)));
}

RC_GTEST_PROP(Body, NeverBreaksTheReader, (std::string bytes)) {
    const auto error = answered(500, bytes);
    RC_ASSERT(error.code == 500);
    RC_ASSERT(!error.message.empty());
    RC_ASSERT(error.message.find('\n') == std::string::npos);
}

}  // namespace
}  // namespace kube
