// Floods of peers without a token: the gate's memory stays flat, and who has work to do gets
// through.
#include "gate_desk.h"
#include "gate_fixture.h"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <vector>

namespace net {
namespace {

constexpr int kSilent = 5'000;
// Clients' ends, gate's ends, and what evicted sessions hold until their threads close them.
constexpr rlim_t kFilesWanted = 12'000;
// The gate's own share is a tenth of it; the rest is the allocator's and this test's.
#ifdef __SANITIZE_THREAD__
constexpr std::size_t kShadow = 8;  // what the thread sanitizer keeps beside each byte, and more
#else
constexpr std::size_t kShadow = 1;
#endif
constexpr std::size_t kGrowthMax = kShadow * (48u << 20);

bool raise_file_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, kFilesWanted));
    ::setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur >= kFilesWanted;
}

std::size_t resident_bytes() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        std::size_t kib = 0;
        if (word == "VmRSS:" && status >> kib) return kib << 10;
    }
    return 0;
}

class GateFlood : public testing::Test {
protected:
    void SetUp() override {
        if (!raise_file_limit()) GTEST_SKIP() << "needs " << kFilesWanted << " open files";
    }
    std::vector<RawClient> connect(int count, const Gate& gate) {
        std::vector<RawClient> out;
        out.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) out.emplace_back(gate.port(), "127.0.0.66");
        return out;
    }
};

TEST_F(GateFlood, OfSilentPeersLeavesRoomForTheOneWithWork) {
    const auto gate =
        start_gate(echo_all, {.connections_max = 200, .connections_per_address_max = 10'000});
    const std::size_t before = resident_bytes();
    const std::vector<RawClient> silent = connect(kSilent, *gate);
    RawClient good(gate->port());
    for (int i = 0; i < 20; ++i) EXPECT_EQ(good.ask(put("/", "work")).status, 200);
    EXPECT_LT(resident_bytes(), before + kGrowthMax);
    EXPECT_TRUE(eventually([&] { return gate->stats().accepted == kSilent + 1; }));
    EXPECT_EQ(gate->stats().connections, 200u);
    EXPECT_EQ(gate->stats().refused_full, 0u);
}

TEST_F(GateFlood, FromOneAddressDoesNotReachTheSeatsOfOthers) {
    const auto gate = start_gate(echo_all, {.connections_max = 200});
    RawClient good(gate->port(), "127.0.0.2");
    EXPECT_EQ(good.ask(get("/")).status, 200);
    const std::vector<RawClient> silent = connect(kSilent, *gate);
    EXPECT_EQ(good.ask(get("/")).status, 200);
    EXPECT_TRUE(eventually([&] { return gate->stats().accepted == kSilent + 1; }));
    EXPECT_EQ(gate->stats().connections, 65u);
}

TEST_F(GateFlood, OfHalfHeadsCostsNoMoreThanTheirBound) {
    const auto gate =
        start_gate(echo_all, {.connections_max = 500, .connections_per_address_max = 10'000});
    const std::size_t before = resident_bytes();
    std::vector<RawClient> dribbling = connect(2'000, *gate);
    const std::string half = "GET / HTTP/1.1\r\nX: " + std::string(12'000, 'x');
    for (RawClient& client : dribbling) client.send(half);
    RawClient good(gate->port());
    EXPECT_EQ(good.ask(get("/")).status, 200);
    EXPECT_LT(resident_bytes(), before + kGrowthMax);
}

TEST_F(GateFlood, OfLargeBodiesCostsNoMoreThanTheBudget) {
    const auto gate = start_gate(
        [](const RequestHead&) -> Admission {
            return Accept{.body_max = 8u << 20, .handle = [](std::string body, Respond respond) {
                              respond({.body = std::to_string(body.size())});
                          }};
        },
        {.bodies_in_flight_max = 16u << 20});
    const std::string body = put("/", std::string(8u << 20, 'x'));
    const std::size_t before = resident_bytes();
    RawClient client(gate->port());
    for (int i = 0; i < 40; ++i) EXPECT_EQ(client.ask(body).body, "8388608");
    EXPECT_LT(resident_bytes(), before + kGrowthMax);
}

TEST_F(GateFlood, OfRefusedBodiesKeepsNothing) {
    const auto gate = start_gate(
        [](const RequestHead&) -> Admission { return Refuse{error_reply(401, "no token")}; },
        {.connections_per_address_max = 10'000, .drain_timeout = kShort});
    const std::string body = put("/", std::string(900'000, 'x'));
    const std::size_t before = resident_bytes();
    for (int i = 0; i < 100; ++i) EXPECT_EQ(RawClient(gate->port()).ask(body).status, 401);
    EXPECT_LT(resident_bytes(), before + kGrowthMax);
}

}  // namespace
}  // namespace net
