// The two forms of each format agree: the check of ours, and the expression the API server gets.
#include "scan/schema_format.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace scan::schema {
namespace {

struct Sample {
    Format format;
    std::vector<std::string> good, bad;
};

const std::vector<Sample>& samples() {
    static const std::vector<Sample> kSamples = {
        {Format::DnsLabel, {"a", "a-1", "7"}, {"-a", "a-", "A", "a.b", "a_b"}},
        {Format::DnsName, {"a", "a.b", "a-1.b2"}, {".a", "a.", "a..b", "a.-b", "A", "../x"}},
        {Format::HostPattern,
         {"a.example", "*.b:80", "[::1]:8080", "ä.example", "a_b"},
         {"*.", ":80", "a/b", "*.*", "http://a", "a b"}},
        {Format::HttpUrl,
         {"http://a", "HTTPS://b/c?d"},
         {"ftp://a", "http://", "http://a b", "/a"}},
        {Format::Intervals, {"0", "0-4,7", "10-10"}, {"a", "1-", ",", "1,,2", "-3", "1-2-3"}},
        {Format::FileKey,
         {"a", "openapi.json", ".hidden", "-_.", "A1"},
         {"..", "..a", ".", "a/b", "a b"}},
        {Format::Image, {"a", "reg.example:5000/x/y:1@sha256:ab"}, {"-a", "a b", "a,b", "/a"}},
        {Format::Quantity,
         {"1", "100m", "1.5Gi", "512Mi", "2k"},
         {"Mi", "1.", ".5", "1Kb", "-1", "1e3", "1..2"}},
        {Format::LabelKey,
         {"a", "A_b.c", "example.com/zone"},
         {"/a", "a/", "a/b/c", "-a", "A.b/c", "a b"}},
        {Format::LabelValue, {"a", "A-1_.b"}, {"-a", "a-", "a/b"}},
    };
    return kSamples;
}

bool matches(Format format, const std::string& text) {
    return RE2::PartialMatch(text, RE2(std::string(format_regex(format))));
}

TEST(Formats, AreTheSameHereAndForTheApiServer) {
    for (const auto& sample : samples()) {
        for (const auto& text : sample.good) {
            EXPECT_EQ(format_fault(sample.format, text), "") << text;
            EXPECT_TRUE(matches(sample.format, text)) << text;
        }
        for (const auto& text : sample.bad) {
            EXPECT_NE(format_fault(sample.format, text), "") << text;
            EXPECT_FALSE(matches(sample.format, text)) << text;
        }
    }
}

RC_GTEST_PROP(Formats, AgreeOnAnyText, ()) {
    static const std::vector<std::string> kPieces = {
        "a", "z", "A", "0", "9", "-",       "_",        ".", ":",  "/", "*", "*.", "[", "]",
        "@", ",", "%", " ", "ä", "http://", "https://", "m", "Mi", "k", "K", "G",  "+", "#"};
    std::string text;
    for (int i = *rc::gen::inRange(1, 8); i > 0; --i) text += *rc::gen::elementOf(kPieces);
    for (const auto& sample : samples()) {
        // Numbers are not compared by the expression.
        if (sample.format == Format::Intervals) continue;
        RC_LOG() << text << " as " << format_sentence(sample.format);
        RC_ASSERT(format_fault(sample.format, text).empty() == matches(sample.format, text));
    }
}

TEST(Formats, SayWhatATextMustBe) {
    for (const auto& sample : samples()) {
        EXPECT_TRUE(format_sentence(sample.format).starts_with("must be "));
        EXPECT_EQ(format_name(sample.format).substr(0, 2), ", ");
    }
}

}  // namespace
}  // namespace scan::schema
