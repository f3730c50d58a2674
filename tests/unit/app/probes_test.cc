#include "operator/app/probes.h"

#include "fakes/fake_clock.h"

#include <gtest/gtest.h>

namespace app {
namespace {

class ProbesTest : public testing::Test {
protected:
    fakes::FakeClock clock_;
    Probes probes_{clock_};
};

TEST_F(ProbesTest, AreNotReadyBeforeSomebodySaysSo) {
    ASSERT_FALSE(probes_.ready());
    EXPECT_EQ(probes_.ready().error().message(), "starting");
    EXPECT_TRUE(probes_.healthy());
}

TEST_F(ProbesTest, SayWhatIsWaitedFor) {
    probes_.set_waiting_for("");
    EXPECT_TRUE(probes_.ready());
    probes_.set_waiting_for("the caches are empty");
    ASSERT_FALSE(probes_.ready());
    EXPECT_EQ(probes_.ready().error().message(), "the caches are empty");
}

TEST_F(ProbesTest, AreUnhealthyWhenTheLoopStands) {
    clock_.advance(base::Duration(29'999));
    EXPECT_TRUE(probes_.healthy());
    clock_.advance(base::Duration(1));
    EXPECT_FALSE(probes_.healthy());
    probes_.beat();
    EXPECT_TRUE(probes_.healthy());
}

}  // namespace
}  // namespace app
