// Each format's whole output of one small job, byte for byte. SF_UPDATE_GOLDEN=1 writes the files
// anew.
#include "fakes/report_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace scan::report {
namespace {

std::filesystem::path golden_path(std::string_view name, Format format) {
    return std::filesystem::path(SF_SOURCE_DIR) / "tests/golden/report" /
           (std::string(name) + "." + std::string(file_extension(format)));
}

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void expect_golden(std::string_view name, Format format, const std::string& text) {
    const auto path = golden_path(name, format);
    if (std::getenv("SF_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path, std::ios::binary) << text;
        return;
    }
    const auto expected = read(path);
    // Not EXPECT_EQ: it would print two whole pages. The first different line is what one wants to
    // see.
    if (expected == text) return;
    std::istringstream a(expected);
    std::istringstream b(text);
    std::string left;
    std::string right;
    int line = 0;
    while (left == right && (a || b)) {
        std::getline(a, left);
        std::getline(b, right);
        ++line;
    }
    ADD_FAILURE() << path << ":" << line << "\n  golden: " << left.substr(0, 400)
                  << "\n  now:    " << right.substr(0, 400)
                  << "\nSF_UPDATE_GOLDEN=1 writes it anew";
}

class EveryFormat : public testing::TestWithParam<Format> {};

TEST_P(EveryFormat, OfTheShopIsTheGoldenFile) {
    expect_golden("shop", GetParam(),
                  fakes::written(GetParam(), fakes::source_of(fakes::shop_facts())));
}

TEST_P(EveryFormat, OfAJobThatScannedNothingIsTheGoldenFile) {
    expect_golden("nothing", GetParam(),
                  fakes::written(GetParam(), fakes::source_of(fakes::nothing_facts())));
}

TEST_P(EveryFormat, OfAHostileTargetIsTheGoldenFile) {
    expect_golden("hostile", GetParam(),
                  fakes::written(GetParam(), fakes::source_of(fakes::hostile_facts())));
}

TEST_P(EveryFormat, OfOneSourceIsTheSameBytesTwice) {
    const auto source = fakes::source_of(fakes::shop_facts());
    EXPECT_EQ(fakes::written(GetParam(), source), fakes::written(GetParam(), source));
}

TEST_P(EveryFormat, SaysInItsFirstLinesThatNothingWasScanned) {
    const auto text = fakes::written(GetParam(), fakes::source_of(fakes::nothing_facts()));
    const auto place = text.find("0 of 12 units");
    ASSERT_NE(place, std::string::npos);
    // HTML and SARIF begin with style and rules.
    const bool has_long_head = GetParam() == Format::Html || GetParam() == Format::Sarif;
    EXPECT_LT(place, has_long_head ? text.size() : 2000u);
}

TEST_P(EveryFormat, IsRefusedWhenATextLooksLikeASecret) {
    auto facts = fakes::shop_facts();
    facts.findings[0].finding.message =
        "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLXRleHQ";
    const auto source = fakes::source_of(facts);
    const auto result =
        write(GetParam(), source, [](std::string_view) -> base::Result<> { return {}; });
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind(), base::ErrorKind::Internal);
    EXPECT_THAT(result.error().message(), testing::HasSubstr(facts.findings[0].finding.id));
    EXPECT_THAT(result.error().message(), testing::Not(testing::HasSubstr("eyJ")));
}

TEST_P(EveryFormat, FailsWhenItsSinkDoes) {
    const auto full = [](std::string_view) {
        return base::fail(base::ErrorKind::Unavailable, "disk full");
    };
    const auto result =
        write(GetParam(), fakes::source_of(fakes::shop_facts()),
              [&](std::string_view bytes) -> base::Result<> { return full(bytes); });
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().message(), "disk full");
}

TEST_P(EveryFormat, FailsWhenItsSourceDoes) {
    auto source = fakes::source_of(fakes::shop_facts());
    source.each_finding = [](const auto&) -> base::Result<> {
        return base::fail(base::ErrorKind::Unavailable, "no more findings");
    };
    const auto result =
        write(GetParam(), source, [](std::string_view) -> base::Result<> { return {}; });
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().message(), "no more findings");
}

TEST_P(EveryFormat, HasItsWordAndItsExtension) {
    const auto extension = file_extension(GetParam());
    EXPECT_FALSE(extension.empty());
    const std::string_view words[] = {"json", "jsonl", "sarif", "html", "md", "junit", "table"};
    EXPECT_EQ(format_from(words[static_cast<std::size_t>(GetParam())]), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Report, EveryFormat,
                         testing::Values(Format::Json, Format::JsonLines, Format::Sarif,
                                         Format::Html, Format::Markdown, Format::JUnit,
                                         Format::Table),
                         [](const auto& format) {
                             std::string name(file_extension(format.param));
                             std::erase(name, '.');
                             return name;
                         });

TEST(Format, UnknownWordsAreNone) {
    EXPECT_EQ(format_from("pdf"), std::nullopt);
    EXPECT_EQ(format_from(""), std::nullopt);
}

}  // namespace
}  // namespace scan::report
