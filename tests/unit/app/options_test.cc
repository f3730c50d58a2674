#include "operator/app/options.h"

#include <gtest/gtest.h>

namespace app {
namespace {

TEST(Address, HasAHostAndAPort) {
    for (const auto& [text, host] :
         {std::pair{"0.0.0.0:8443", "0.0.0.0"}, std::pair{"[::1]:8443", "::1"},
          std::pair{":8443", "0.0.0.0"}}) {
        const auto address = parse_address(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(address->host, host);
        EXPECT_EQ(address->port, 8443);
    }
}

TEST(Address, IsRefusedWithASentenceOtherwise) {
    for (const auto* text : {"", "8443", "host", "host:", "host:x", "host:70000", "host:-1"}) {
        const auto address = parse_address(text);
        ASSERT_FALSE(address) << text;
        EXPECT_NE(address.error().message().find("write HOST:PORT"), std::string::npos);
    }
}

Parsed parse(std::vector<std::string> words) {
    words.insert(words.begin(), "scanfleet-operator");
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    return parse_flags(static_cast<int>(argv.size()), argv.data());
}

TEST(Flags, MetricsAreSecureUnlessToldOtherwise) {
    EXPECT_TRUE(parse({}).flags.metrics_secure);
    const auto open = parse({"--metrics-secure=false", "--rest-address="});
    EXPECT_EQ(open.exit_code, -1);
    EXPECT_FALSE(open.flags.metrics_secure);
    EXPECT_EQ(open.flags.rest_address, "");
}

TEST(Flags, AreEmptyWhereNothingIsGiven) {
    EXPECT_EQ(parse({"--metrics-address="}).flags.metrics_address, "");
    EXPECT_EQ(parse({"--metrics-address", ""}).flags.metrics_address, "");
}

TEST(Flags, CountAsTheyAreGivenLast) {
    const auto twice =
        parse({"--retry-seconds=5", "--retry-seconds=7", "--allow-image=a", "--allow-image=b"});
    EXPECT_EQ(twice.flags.retry_seconds, 7);
    EXPECT_EQ(twice.flags.allowed_images, (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace app
