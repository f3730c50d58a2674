#include "base/log.h"

#include "base/json.h"
#include "base/text.h"

#include <gtest/gtest.h>

namespace base {
namespace {

using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

// The logger is the process's: each test sets it, and leaves the quiet default behind.
class LogTest : public testing::Test {
protected:
    ~LogTest() override { log::init({.level = log::Level::Warn}); }

    static std::string written(const log::Options& options, auto&& write) {
        CaptureStderr();
        log::init(options);
        write();
        return GetCapturedStderr();
    }
    // Behind "2026-01-01T00:00:00.000Z ".
    static std::string without_time(const std::string& line) { return line.substr(25); }
};

const log::Options kText{.level = log::Level::Info, .component = "runner"};
const log::Options kJson{
    .level = log::Level::Debug, .format = log::Format::Json, .component = "runner"};

TEST_F(LogTest, TextHasTimeLevelComponentMessageAndFields) {
    const std::string line = written(kText, [] {
        log::info("chunk ended", {{"chunk", 7}, {"reason", "all units done"}, {"empty", ""}});
    });
    EXPECT_EQ(without_time(line),
              "INFO  runner: chunk ended chunk=7 reason=\"all units done\" empty=\"\"\n");
    EXPECT_EQ(line.substr(10, 1), "T");
    EXPECT_EQ(line.substr(23, 2), "Z ");
}

TEST_F(LogTest, JsonIsOneObjectALine) {
    const std::string lines = written(kJson, [] {
        log::warn("a \"quoted\"\nmessage", {{"count", std::int64_t{-1}}, {"run", "r1"}, {"err", ""}});
        log::debug("plain");
    });
    const auto parts = split(trim(lines), '\n');
    ASSERT_EQ(parts.size(), 2u);
    const auto first = parse_json(parts[0]);
    ASSERT_TRUE(first);
    EXPECT_EQ(get_string(*first, "level"), "warn");
    EXPECT_EQ(get_string(*first, "component"), "runner");
    EXPECT_EQ(get_string(*first, "msg"), "a \"quoted\"\nmessage");
    EXPECT_EQ(get_int(*first, "count"), -1);
    EXPECT_EQ(get_string(*first, "run"), "r1");
    EXPECT_EQ(find(*first, "err"), nullptr) << "empty values are left out";
    EXPECT_EQ(get_string(*first, "ts").size(), 24u);
    EXPECT_EQ(parse_json(parts[1])->size(), 4u);
}

TEST_F(LogTest, LinesBelowTheLevelAreLeftOut) {
    EXPECT_EQ(written(kText, [] { log::debug("detail"); }), "");
}

TEST_F(LogTest, SecretsAreHidden) {
    for (const auto& options : {kText, kJson}) {
        const std::string line = written(options, [] {
            log::error("cannot reach https://bob:hunter2@host/",
                       {{"token", "hunter2"}, {"url", "/x?password=hunter2"}});
        });
        EXPECT_EQ(line.find("hunter2"), std::string::npos) << line;
        EXPECT_NE(line.find("[redacted]"), std::string::npos) << line;
    }
}

TEST_F(LogTest, TargetsCannotForgeLines) {
    const std::string line =
        written(kText, [] { log::warn("bad\nINFO  all is well\x1B[31m", {{"value", "x\ny"}}); });
    EXPECT_EQ(without_time(line),
              "WARN  runner: bad\\x0aINFO  all is well\\x1b[31m value=\"x\\ny\"\n");
}

TEST_F(LogTest, InvalidUtf8AndHugeValuesAreTamed) {
    const std::string line =
        written(kJson, [] { log::warn("\xFF", {{"body", std::string(1'000'000, 'x')}}); });
    EXPECT_LT(line.size(), 10'000u);
    EXPECT_TRUE(parse_json(trim(line)).has_value());
}

}  // namespace
}  // namespace base
