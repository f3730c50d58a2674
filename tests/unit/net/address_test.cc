#include "net/scope.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace net {
namespace {

std::string normal(std::string_view text) {
    const auto address = parse_ip(text);
    return address ? address->text() : "invalid";
}

TEST(Address, ReadsEveryFormThatInetAtonTakes) {
    for (const auto* text : {"127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1",
                             "017700000001", "127.1", "127.0.1", "0X7F.0.0.0x1"}) {
        EXPECT_EQ(normal(text), "127.0.0.1") << text;
    }
}

TEST(Address, RefusesWhatInetAtonRefuses) {
    for (const auto* text :
         {"", "256.0.0.1", "1.2.3.4.5", "4294967296", "1.2.3.", ".1.2.3", "08.0.0.1", "0x",
          "1.2.3.4 ", "1..2", "a.b.c.d", "1.2.65536", "-1", "99999999999999999999"}) {
        EXPECT_EQ(normal(text), "invalid") << text;
    }
}

TEST(Address, ReadsIpv6WithAndWithoutBrackets) {
    EXPECT_EQ(normal("[2001:DB8:0:0::1]"), "2001:db8::1");
    EXPECT_EQ(normal("::1"), "::1");
    EXPECT_EQ(normal("::ffff:127.0.0.1"), "::ffff:127.0.0.1");
}

TEST(Address, RefusesZonesAndBrokenIpv6) {
    for (const auto* text : {"fe80::1%eth0", "[::1", ":::", "1::2::3", "[1.2.3.4]", "12345::"}) {
        EXPECT_EQ(normal(text), "invalid") << text;
    }
}

TEST(Address, MapsIpv4IntoIpv6) {
    EXPECT_EQ(parse_ip("1.2.3.4")->bytes, parse_ip("::ffff:1.2.3.4")->bytes);
    EXPECT_TRUE(parse_ip("1.2.3.4")->is_v4);
    EXPECT_FALSE(parse_ip("::ffff:1.2.3.4")->is_v4);
}

struct ClassCase {
    const char* text;
    AddressClass expected;
};

TEST(Address, HasTheClassOfItsBlock) {
    using enum AddressClass;
    const ClassCase cases[] = {
        {"8.8.8.8", Public},          {"2606:4700::1111", Public},  {"172.32.0.1", Public},
        {"100.128.0.1", Public},      {"10.0.0.1", Private},        {"172.16.0.1", Private},
        {"172.31.255.255", Private},  {"192.168.1.1", Private},     {"100.64.0.1", Private},
        {"fd12:3456::1", Private},    {"fc00::1", Private},         {"fec0::1", Private},
        {"127.0.0.1", Loopback},      {"127.255.0.1", Loopback},    {"::1", Loopback},
        {"0.0.0.0", Refused},         {"0.1.2.3", Refused},         {"::", Refused},
        {"169.254.169.254", Refused}, {"169.254.0.1", Refused},     {"fe80::1", Refused},
        {"febf::1", Refused},         {"224.0.0.1", Refused},       {"239.1.1.1", Refused},
        {"ff02::1", Refused},         {"255.255.255.255", Refused}, {"fd00:ec2::254", Refused},
        {"100.100.100.200", Refused}, {"168.63.129.16", Refused},   {"fd20:ce::254", Refused},
        {"fd00:ec2::23", Refused},    {"192.0.0.192", Refused},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(to_string(classify(*parse_ip(text))), to_string(expected)) << text;
}

TEST(Address, IsJudgedByTheIpv4ThatItEmbeds) {
    using enum AddressClass;
    const ClassCase cases[] = {
        {"::ffff:169.254.169.254", Refused},
        {"64:ff9b::169.254.169.254", Refused},
        {"::169.254.169.254", Refused},
        {"2002:a9fe:a9fe::1", Refused},
        {"64:ff9b::100.100.100.200", Refused},
        {"::ffff:0.0.0.0", Refused},
        {"::ffff:127.0.0.1", Loopback},
        {"64:ff9b::127.0.0.1", Loopback},
        {"::127.0.0.1", Loopback},
        {"::ffff:10.0.0.1", Private},
        {"64:ff9b::10.0.0.1", Private},
        {"::ffff:8.8.8.8", Public},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(to_string(classify(*parse_ip(text))), to_string(expected)) << text;
}

RC_GTEST_PROP(AddressProperty, TextAndBytesAgree, (const std::array<std::uint8_t, 16>& bytes)) {
    const IpAddress address{.bytes = bytes};
    const auto again = parse_ip(address.text());
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->bytes == bytes);
}

}  // namespace
}  // namespace net
