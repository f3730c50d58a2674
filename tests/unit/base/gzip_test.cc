#include "base/gzip.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

namespace base {
namespace {

ErrorKind kind_of(const Result<std::string>& result) {
    return result ? ErrorKind::Internal : result.error().kind();
}

RC_GTEST_PROP(Gzip, RoundTripsAtEveryLevel, (const std::string& bytes)) {
    const auto level = *rc::gen::inRange(0, 10);
    RC_ASSERT(gunzip(gzip(bytes, level)).value() == bytes);
}

TEST(Gzip, IsTheSameEachTime) { EXPECT_EQ(gzip("abc"), gzip("abc")); }

TEST(Gzip, RoundTripsMegabytes) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "line " + std::to_string(i * 7919) + "\n";
    EXPECT_EQ(gunzip(gzip(text)), text);
}

TEST(Gunzip, RefusesABombByItsRatio) {
    const std::string bomb = gzip(std::string(50u << 20, '\0'), 9);
    EXPECT_EQ(kind_of(gunzip(bomb)), ErrorKind::TooLarge);
}

TEST(Gunzip, RefusesMoreThanTheLimit) {
    const std::string packed = gzip(std::string(1001, 'a'));
    EXPECT_EQ(kind_of(gunzip(packed, {.bytes_max = 1000})), ErrorKind::TooLarge);
    EXPECT_EQ(gunzip(packed, {.bytes_max = 1001}), std::string(1001, 'a'));
}

TEST(Gunzip, TakesShortTextsWhateverTheirRatio) {
    const std::string text(1u << 20, 'a');
    EXPECT_EQ(gunzip(gzip(text, 9)), text);
}

TEST(Gunzip, RefusesWhatIsNotGzip) {
    for (const std::string& bytes :
         {std::string(), std::string("hello"), std::string(100, 'x'), std::string("\x1F\x8B")}) {
        EXPECT_EQ(kind_of(gunzip(bytes)), ErrorKind::Invalid);
    }
}

TEST(Gunzip, RefusesEveryCutStream) {
    const std::string packed = gzip("some text that is long enough to be cut in many places");
    for (std::size_t size = 0; size < packed.size(); ++size) {
        EXPECT_EQ(kind_of(gunzip(packed.substr(0, size))), ErrorKind::Invalid) << size;
    }
}

TEST(Gunzip, RefusesBytesBehindTheStream) {
    EXPECT_EQ(kind_of(gunzip(gzip("a") + "b")), ErrorKind::Invalid);
    EXPECT_EQ(kind_of(gunzip(gzip("a") + gzip("b"))), ErrorKind::Invalid);
}

TEST(Gunzip, RefusesAFalseChecksumOrSize) {
    for (const std::size_t from_end : {1u, 4u, 5u, 8u}) {
        std::string packed = gzip("checked text");
        packed[packed.size() - from_end] ^= 1;
        EXPECT_EQ(kind_of(gunzip(packed)), ErrorKind::Invalid) << from_end;
    }
}

}  // namespace
}  // namespace base
