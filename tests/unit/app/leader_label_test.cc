#include "operator/app/leader_label.h"

#include "base/json.h"

#include <gtest/gtest.h>

namespace app {
namespace {

using base::Duration;
using base::Ticks;

kube::Answer done() { return {.status = 200}; }
kube::Answer failed() {
    return {.status = 503, .error = kube::ApiError{.code = 503, .message = "away"}};
}
base::Json value_in(const kube::Request& request) {
    return (*base::parse_json(request.body))["metadata"]["labels"]["scanfleet.dev/leader"];
}

class LeaderLabelTest : public testing::Test {
protected:
    LeaderLabel label_{{.namespace_ = "scanfleet-system", .name = "operator-1"}};
    Ticks now_{};
};

TEST_F(LeaderLabelTest, IsSetOnceBySomebodyWhoLeads) {
    const auto request = label_.due(true, now_);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->method, "PATCH");
    EXPECT_TRUE(request->path.starts_with(
        "/api/v1/namespaces/scanfleet-system/pods/operator-1?fieldManager="));
    EXPECT_EQ(value_in(*request), "true");
    EXPECT_FALSE(label_.due(true, now_)) << "one call at a time";
    label_.answered(done(), now_);
    EXPECT_FALSE(label_.due(true, now_ + Duration(60'000)));
}

TEST_F(LeaderLabelTest, IsRemovedWhereAStandbyMayHaveKeptIt) {
    const auto request = label_.due(false, now_);
    ASSERT_TRUE(request) << "a container that starts again has the labels of its Pod";
    EXPECT_TRUE(value_in(*request).is_null());
}

TEST_F(LeaderLabelTest, FollowsLeadershipThatChangedDuringACall) {
    ASSERT_TRUE(label_.due(true, now_));
    EXPECT_FALSE(label_.due(false, now_));
    label_.answered(done(), now_);
    const auto next = label_.due(false, now_);
    ASSERT_TRUE(next);
    EXPECT_TRUE(value_in(*next).is_null());
}

TEST_F(LeaderLabelTest, IsTriedAgainTwoSecondsAfterAFailure) {
    ASSERT_TRUE(label_.due(true, now_));
    label_.answered(failed(), now_);
    EXPECT_FALSE(label_.due(true, now_ + Duration(1'999)));
    EXPECT_TRUE(label_.due(true, now_ + Duration(2'000)));
}

TEST(LeaderLabelOutsideAPod, LabelsNothing) {
    LeaderLabel label({});
    EXPECT_FALSE(label.due(true, {}));
}

}  // namespace
}  // namespace app
