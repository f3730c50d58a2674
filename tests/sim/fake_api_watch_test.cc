// Lists and watches of the fake server, by a real watcher where it matters.
#include "base/json.h"
#include "fakes/fake_api_server.h"
#include "kube/watcher.h"
#include "operator/control/scan_job.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <map>

namespace fakes {
namespace {

using base::Json;

const base::Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
constexpr auto kIn = "scans";

void put(FakeApiServer& server, const std::string& name, const std::string& value,
         const std::string& run = "1") {
    Json object = {{"metadata", {{"name", name}, {"namespace", kIn}, {"labels", {{"run", run}}}}},
                   {"data", {{"k", value}}}};
    server.put(kube::kConfigMaps, std::move(object), kNow);
}

std::vector<std::string> types_of(const std::string& lines) {
    std::vector<std::string> out;
    std::size_t at = 0;
    while (at < lines.size()) {
        const auto end = lines.find('\n', at);
        const auto line = *base::parse_json(lines.substr(at, end - at));
        const auto name = base::get_string(line["object"]["metadata"], "name");
        out.push_back(fmt::format("{} {}", base::get_string(line, "type"), name));
        at = end + 1;
    }
    return out;
}

kube::Request watch(const kube::WatchOptions& options) {
    return kube::watch(kube::kConfigMaps, kIn, options);
}

TEST(FakeWatch, TellsTheStateFirstAndThenChanges) {
    FakeApiServer server;
    put(server, "a", "1");
    ASSERT_FALSE(server.open_watch(1, watch({.send_initial_events = true}), kNow));
    EXPECT_EQ(types_of(server.take_lines(1)), (std::vector<std::string>{"ADDED a", "BOOKMARK "}));
    EXPECT_FALSE(server.has_lines(1));
    put(server, "b", "1");
    put(server, "a", "2");
    server.remove(kube::kConfigMaps, {kIn, "b"}, kNow);
    EXPECT_EQ(types_of(server.take_lines(1)),
              (std::vector<std::string>{"ADDED b", "MODIFIED a", "DELETED b"}));
}

TEST(FakeWatch, TellsComingIntoASelectionAndLeavingIt) {
    FakeApiServer server;
    ASSERT_FALSE(server.open_watch(
        1, watch({.label_selector = "run=1", .send_initial_events = true}), kNow));
    server.take_lines(1);
    put(server, "a", "1", "2");
    EXPECT_FALSE(server.has_lines(1));
    put(server, "a", "1", "1");
    put(server, "a", "1", "2");
    EXPECT_EQ(types_of(server.take_lines(1)), (std::vector<std::string>{"ADDED a", "DELETED a"}));
}

TEST(FakeWatch, ResumesAfterAVersionUnlessItIsForgotten) {
    FakeApiServer server;
    put(server, "a", "1");
    const auto version = std::to_string(server.version());
    put(server, "b", "1");
    ASSERT_FALSE(server.open_watch(1, watch({.resource_version = version}), kNow));
    EXPECT_EQ(types_of(server.take_lines(1)), std::vector<std::string>{"ADDED b"});
    server.compact();
    const auto expired = server.open_watch(2, watch({.resource_version = version}), kNow);
    ASSERT_TRUE(expired);
    EXPECT_TRUE(kube::is_expired(*expired));
    const auto wrong = server.open_watch(3, watch({.resource_version = "x"}), kNow);
    ASSERT_TRUE(wrong);
    EXPECT_TRUE(kube::is_invalid(*wrong));
}

TEST(FakeWatch, WithoutWatchListSaysSo) {
    FakeApiServer server;
    server.set_watch_list(false);
    const auto refused = server.open_watch(1, watch({.send_initial_events = true}), kNow);
    ASSERT_TRUE(refused);
    EXPECT_TRUE(kube::is_invalid(*refused));
}

TEST(FakeWatch, IsOverWhenTheTimeAskedForIs) {
    FakeApiServer server;
    kube::WatchOptions options{.send_initial_events = true};
    options.timeout = std::chrono::seconds(10);
    ASSERT_FALSE(server.open_watch(1, watch(options), kNow));
    EXPECT_FALSE(server.is_over(1, kNow + std::chrono::seconds(9)));
    EXPECT_TRUE(server.is_over(1, kNow + std::chrono::seconds(10)));
}

TEST(FakeList, GoesInPagesOfOneMoment) {
    FakeApiServer server;
    for (const auto* name : {"a", "b", "c"}) put(server, name, "1");
    const auto first = server.handle(kube::list(kube::kConfigMaps, kIn, {.limit = 2}), kNow);
    put(server, "d", "1");
    const auto page = *base::parse_json(first.body);
    EXPECT_EQ(page["items"].size(), 2u);
    EXPECT_FALSE(page["items"][0].contains("kind")) << "typed lists leave it out";
    const auto token = base::get_string(page["metadata"], "continue");
    const auto rest = server.handle(
        kube::list(kube::kConfigMaps, kIn, {.limit = 2, .continue_token = token}), kNow);
    EXPECT_EQ((*base::parse_json(rest.body))["items"].size(), 1u);
    server.compact();
    const auto late =
        server.handle(kube::list(kube::kConfigMaps, kIn, {.continue_token = token}), kNow);
    ASSERT_TRUE(late.error);
    EXPECT_TRUE(kube::is_expired(*late.error));
}

// A real watcher against the fake, over cuts and forgotten versions: it has what the server has.
TEST(FakeWatch, KeepsARealWatcherUpToDate) {
    for (const bool has_watch_list : {true, false}) {
        FakeApiServer server;
        server.set_watch_list(has_watch_list);
        std::map<std::string, std::string> seen;
        kube::CallIds ids;
        kube::Watcher watcher({.resource = kube::kConfigMaps, .namespace_ = kIn, .page = 2}, ids,
                              [&](const kube::Change& change) {
                                  if (change.kind == kube::Change::Kind::ListStarted) seen.clear();
                                  if (change.object.empty()) return;
                                  const auto object = *base::parse_json(change.object);
                                  const auto name = base::get_string(object["metadata"], "name");
                                  if (change.kind == kube::Change::Kind::Gone)
                                      seen.erase(name);
                                  else
                                      seen[name] = base::get_string(object["data"], "k");
                              });
        kube::Now now{.wall = kNow, .ticks = {}};
        kube::CallId stream = 0;
        for (int round = 0; round < 60; ++round) {
            put(server, fmt::format("m{}", round % 7), std::to_string(round));
            if (round % 5 == 0) server.remove(kube::kConfigMaps, {kIn, "m3"}, kNow);
            if (round % 13 == 0) server.compact();
            kube::Outbox out;
            now.ticks += base::Duration(20'000);
            if (round % 6 == 0 && stream != 0)
                watcher.take({.id = stream, .what = kube::StreamClosed{}}, now, out);
            watcher.tick(now, out);
            for (std::size_t i = 0; i < out.calls.size(); ++i) {
                const auto call = out.calls[i];
                if (!call.stream) {
                    watcher.take({.id = call.id, .what = server.handle(call.request, kNow)}, now,
                                 out);
                } else if (auto error = server.open_watch(call.id, call.request, kNow)) {
                    watcher.take({.id = call.id, .what = kube::StreamClosed{error}}, now, out);
                } else {
                    stream = call.id;
                }
            }
            if (auto lines = server.take_lines(stream); !lines.empty())
                watcher.take({.id = stream, .what = kube::StreamLines{std::move(lines)}}, now, out);
        }
        kube::Outbox out;
        watcher.take({.id = stream, .what = kube::StreamLines{server.take_lines(stream)}}, now,
                     out);
        std::map<std::string, std::string> there;
        for (const auto& object : server.all(kube::kConfigMaps))
            there[base::get_string((*object)["metadata"], "name")] =
                base::get_string((*object)["data"], "k");
        EXPECT_TRUE(watcher.synced());
        EXPECT_EQ(seen, there) << "watch list: " << has_watch_list;
    }
}

}  // namespace
}  // namespace fakes
