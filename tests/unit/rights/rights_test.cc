// Rights: what is asked, what counts as yes, what is remembered, and what is bounded.
#include "operator/rights/rights.h"

#include "base/json.h"
#include "fakes/fake_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rights {
namespace {

using base::Duration;
using testing::ElementsAre;
using testing::SizeIs;

const Question kGet{
    .verb = "get", .namespace_ = "shop", .name = "nightly", .subresource = "findings"};

class RightsTest : public testing::Test {
protected:
    struct Sent {
        std::string token;
        std::string body;
        std::move_only_function<void(base::Result<ReviewAnswer>)> answer;
    };
    ReviewedRights make() {
        return {clock_, [this](std::string token, std::string body, auto answer) {
                    sent_.push_back({std::move(token), std::move(body), std::move(answer)});
                }};
    }
    void ask(std::string_view token, const Question& question = kGet) {
        rights_.ask(token, question, [this](Answer answer) { answers_.push_back(answer); });
    }
    void say(bool allowed) {
        sent_.back().answer(ReviewAnswer{
            .status = 201, .body = base::dump_json({{"status", {{"allowed", allowed}}}})});
    }

    fakes::FakeClock clock_;
    std::vector<Sent> sent_;
    std::vector<Answer> answers_;
    ReviewedRights rights_ = make();
};

TEST_F(RightsTest, AreAskedForWithTheCallersOwnToken) {
    ask("jane");
    ASSERT_THAT(sent_, SizeIs(1));
    EXPECT_EQ(sent_[0].token, "jane");
    const auto body = base::parse_json(sent_[0].body);
    ASSERT_TRUE(body);
    EXPECT_EQ((*body)["kind"], "SelfSubjectAccessReview");
    EXPECT_EQ((*body)["spec"]["resourceAttributes"], base::Json({{"group", "scanfleet.dev"},
                                                                 {"resource", "scanjobs"},
                                                                 {"subresource", "findings"},
                                                                 {"namespace", "shop"},
                                                                 {"name", "nightly"},
                                                                 {"verb", "get"}}));
    EXPECT_THAT(answers_, SizeIs(0));
    say(true);
    EXPECT_THAT(answers_, ElementsAre(Answer::Yes));
}

TEST_F(RightsTest, OfAPathAreAskedForByThePathAlone) {
    ask("prometheus", {.verb = "get", .path = "/metrics"});
    const auto body = base::parse_json(sent_[0].body);
    EXPECT_EQ((*body)["spec"],
              base::Json({{"nonResourceAttributes", {{"path", "/metrics"}, {"verb", "get"}}}}));
}

TEST_F(RightsTest, AreRememberedForTenSeconds) {
    ask("jane");
    say(false);
    ask("jane");
    EXPECT_THAT(answers_, ElementsAre(Answer::No, Answer::No));
    EXPECT_THAT(sent_, SizeIs(1));
    clock_.advance(Duration(10'000));
    ask("jane");
    EXPECT_THAT(sent_, SizeIs(2));
}

TEST_F(RightsTest, OfAnotherTokenOrQuestionAreAnotherMatter) {
    ask("jane");
    say(true);
    ask("joe");
    auto other = kGet;
    other.namespace_ = "other";
    ask("jane", other);
    other = kGet;
    other.subresource = "";
    ask("jane", other);
    other = kGet;
    other.name = "";
    ask("jane", other);
    EXPECT_THAT(sent_, SizeIs(5));
    EXPECT_THAT(answers_, ElementsAre(Answer::Yes));
}

TEST_F(RightsTest, AreAskedForOnceWhereManyWait) {
    for (int i = 0; i < 3; ++i) ask("jane");
    EXPECT_THAT(sent_, SizeIs(1));
    say(true);
    EXPECT_THAT(answers_, ElementsAre(Answer::Yes, Answer::Yes, Answer::Yes));
}

TEST_F(RightsTest, ThatCannotBeToldAreAskedForAgain) {
    ask("jane");
    sent_.back().answer(base::fail(base::ErrorKind::Unavailable, "the API server is away"));
    ask("jane");
    EXPECT_THAT(sent_, SizeIs(2));
    EXPECT_THAT(answers_, ElementsAre(Answer::Unavailable));
}

TEST_F(RightsTest, AreNobodysWithoutAToken) {
    ask("");
    ask(std::string(20'000, 'x'));
    EXPECT_THAT(answers_, ElementsAre(Answer::Unauthenticated, Answer::Unauthenticated));
    EXPECT_THAT(sent_, SizeIs(0));
}

TEST_F(RightsTest, OfAFloodOfTokensAreAskedForInABoundedNumber) {
    for (int i = 0; i < 100; ++i) ask("token " + std::to_string(i));
    EXPECT_THAT(sent_, SizeIs(64));
    EXPECT_THAT(answers_, SizeIs(36));
    EXPECT_THAT(answers_, testing::Each(Answer::Unavailable));
    say(true);
    ask("one more");
    EXPECT_THAT(sent_, SizeIs(65));
}

TEST(AccessReview, SaysYesOnlyWhereItIsWritten) {
    const auto parse = [](int status, std::string body) {
        return parse_access_review(ReviewAnswer{.status = status, .body = std::move(body)});
    };
    EXPECT_EQ(parse(201, R"({"status":{"allowed":true}})"), Answer::Yes);
    EXPECT_EQ(parse(201, R"({"status":{"allowed":true,"denied":true}})"), Answer::No);
    EXPECT_EQ(parse(201, R"({"status":{"allowed":false}})"), Answer::No);
    EXPECT_EQ(parse(201, R"({"status":{"allowed":"true"}})"), Answer::No);
    EXPECT_EQ(parse(201, R"({"status":{}})"), Answer::No);
    EXPECT_EQ(parse(201, R"({})"), Answer::Unavailable);
    EXPECT_EQ(parse(201, "<html>"), Answer::Unavailable);
    EXPECT_EQ(parse(401, ""), Answer::Unauthenticated);
    EXPECT_EQ(parse(403, ""), Answer::No);
    EXPECT_EQ(parse(500, R"({"status":{"allowed":true}})"), Answer::Unavailable);
}

TEST(TokenIn, TakesEitherHeader) {
    EXPECT_EQ(token_in({{"Authorization", "Bearer abc"}}), "abc");
    EXPECT_EQ(token_in({{"authorization", "bearer  abc "}}), "abc");
    EXPECT_EQ(token_in({{"X-Scanfleet-Token", "abc"}}), "abc");
    EXPECT_EQ(token_in({{"Authorization", "Basic abc"}}), "");
    EXPECT_EQ(token_in({{"Authorization", "Basic abc"}, {"X-Scanfleet-Token", "x"}}), "x");
    EXPECT_EQ(token_in({}), "");
}

TEST(TokenRights, AreAllOrNothing) {
    TokenRights rights("secret");
    std::vector<Answer> answers;
    for (const auto* token : {"secret", "secre", ""})
        rights.ask(token, kGet, [&](Answer answer) { answers.push_back(answer); });
    EXPECT_THAT(answers,
                ElementsAre(Answer::Yes, Answer::Unauthenticated, Answer::Unauthenticated));
}

}  // namespace
}  // namespace rights
