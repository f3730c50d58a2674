// Events: told once, counted afterwards, bounded always.
#include "kube/events.h"

#include "base/json.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <utility>

namespace kube {
namespace {

Happening finished(std::string note = "3 of 3 chunks", std::string job = "shop") {
    return {.regarding = {.api_version = "scanfleet.dev/v1alpha1",
                          .kind = "ScanJob",
                          .key = {.namespace_ = "scans", .name = job},
                          .uid = "uid-" + job},
            .reason = "Finished",
            .action = "Finish",
            .note = std::move(note)};
}

class Desk {
public:
    explicit Desk(EventRecorderOptions options = {}) : recorder_(named(std::move(options)), ids_) {}

    EventRecorder* operator->() { return &recorder_; }
    void record(const Happening& what) { recorder_.record(what, now_, out_); }
    void tick(std::int64_t milliseconds) {
        now_.ticks += base::Duration(milliseconds);
        now_.wall += base::Duration(milliseconds);
        recorder_.tick(now_, out_);
    }
    // What has been sent since the last time.
    std::vector<Call> calls() {
        auto calls = std::exchange(out_.calls, {});
        for (const auto& call : calls) open_.push_back(call.id);
        return calls;
    }
    Call only_call() {
        const auto all = calls();
        EXPECT_EQ(all.size(), 1u);
        return all.empty() ? Call{} : all.front();
    }
    // Answers the oldest call.
    void answer(int code = 201, std::string reason = {}) {
        calls();
        ASSERT_FALSE(open_.empty());
        Answer answer{.status = code};
        if (code >= 300) {
            answer.error.emplace();
            answer.error->code = code;
            answer.error->reason = std::move(reason);
        }
        const auto id = open_.front();
        open_.erase(open_.begin());
        EXPECT_TRUE(recorder_.take({.id = id, .what = std::move(answer)}, now_, out_));
    }
    std::vector<CallId> hang_ups() { return std::exchange(out_.hang_ups, {}); }
    std::int64_t due_in() const {
        return recorder_.wake_at() ? (*recorder_.wake_at() - now_.ticks).count() : -1;
    }

private:
    static EventRecorderOptions named(EventRecorderOptions options) {
        options.controller = "scanfleet.dev/operator";
        options.instance = "scanfleet-operator-0";
        return options;
    }
    CallIds ids_;
    Now now_{.wall = base::Instant(std::chrono::hours(500'000)),
             .ticks = base::Ticks(base::Duration(1'000'000))};
    Outbox out_;
    std::vector<CallId> open_;
    EventRecorder recorder_;
};

TEST(Events, TellWhatHappenedInTheFormOfTheApi) {
    Desk desk;
    desk.record(finished());
    const auto call = desk.only_call();
    EXPECT_EQ(call.request.method, "POST");
    EXPECT_TRUE(call.request.path.starts_with("/apis/events.k8s.io/v1/namespaces/scans/events"));
    auto body = *base::parse_json(call.request.body);
    const auto name = base::get_string(body["metadata"], "name");
    EXPECT_TRUE(name.starts_with("shop.")) << name;
    body["metadata"].erase("name");
    EXPECT_EQ(
        base::dump_json(body),
        R"({"action":"Finish","apiVersion":"events.k8s.io/v1","eventTime":"2027-01-15T08:00:00.000000Z","kind":"Event","metadata":{"namespace":"scans"},"note":"3 of 3 chunks","reason":"Finished","regarding":{"apiVersion":"scanfleet.dev/v1alpha1","kind":"ScanJob","name":"shop","namespace":"scans","uid":"uid-shop"},"reportingController":"scanfleet.dev/operator","reportingInstance":"scanfleet-operator-0","type":"Normal"})");
}

TEST(Events, ThatComeAgainAreCountedInASeries) {
    Desk desk;
    desk.record(finished());
    const auto created = desk.only_call();
    desk.answer();
    EXPECT_EQ(desk.due_in(), -1);
    for (int i = 0; i < 5; ++i) desk.record(finished());
    EXPECT_TRUE(desk.calls().empty()) << "a burst is one patch";
    EXPECT_EQ(desk.due_in(), 10'000);
    desk.tick(10'000);
    const auto patch = desk.only_call();
    const auto name = (*base::parse_json(created.request.body))["metadata"]["name"];
    EXPECT_EQ(patch.request.method, "PATCH");
    EXPECT_TRUE(patch.request.path.starts_with("/apis/events.k8s.io/v1/namespaces/scans/events/" +
                                               name.get<std::string>()));
    EXPECT_EQ(patch.request.body,
              R"({"series":{"count":6,"lastObservedTime":"2027-01-15T08:00:00.000000Z"}})");
    desk.answer(200);
    EXPECT_EQ(desk.due_in(), -1);
}

TEST(Events, ThatComeAgainBeforeTheFirstIsToldAreCountedToo) {
    Desk desk;
    desk.record(finished());
    desk.record(finished());
    EXPECT_EQ(desk.calls().size(), 1u);
    desk.answer();
    desk.tick(10'000);
    EXPECT_NE(desk.only_call().request.body.find("\"count\":2"), std::string::npos);
}

TEST(Events, ThatDifferInAnythingAreEventsOfTheirOwn) {
    Desk desk;
    const auto first = finished();
    auto warning = first, reason = first, action = first, note = first;
    warning.warning = true;
    reason.reason = "Other";
    action.action = "Other";
    note.note = "Other";
    for (const auto& one : {first, warning, reason, action, note, finished("3 of 3 chunks", "b")})
        desk.record(one);
    EXPECT_EQ(desk->known(), 6u);
}

TEST(Events, AfterASeriesIsOverAreNewOnes) {
    Desk desk;
    desk.record(finished());
    desk.answer();
    desk.tick(360'000);
    desk.record(finished());
    EXPECT_EQ(desk.only_call().request.method, "POST");
    EXPECT_EQ(desk->known(), 1u);
}

TEST(Events, WhoseSeriesIsGoneAreCreatedAnew) {
    Desk desk;
    desk.record(finished());
    const auto first = desk.only_call();
    desk.answer();
    desk.record(finished());
    desk.tick(10'000);
    EXPECT_EQ(desk.only_call().request.method, "PATCH");
    desk.answer(404, "NotFound");
    desk.tick(desk.due_in());
    const auto again = desk.only_call();
    EXPECT_EQ(again.request.method, "POST");
    EXPECT_NE(again.request.body, first.request.body);
    desk.answer();
    EXPECT_EQ(desk.due_in(), -1);
    EXPECT_EQ(desk->dropped(), 0u);
}

TEST(Events, TakeAnotherNameWhenOneIsTaken) {
    Desk desk;
    desk.record(finished());
    const auto first = desk.only_call();
    desk.answer(409, "AlreadyExists");
    desk.tick(desk.due_in());
    EXPECT_NE(desk.only_call().request.body, first.request.body);
}

TEST(Events, AreDroppedAfterAFewFailures) {
    Desk desk;
    desk.record(finished());
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(desk.calls().size(), 1u);
        EXPECT_EQ(desk->known(), 1u);
        desk.answer(503);
        if (i < 2) {
            EXPECT_GE(desk.due_in(), 1'000);
            desk.tick(desk.due_in());
        }
    }
    EXPECT_EQ(desk->known(), 0u);
    EXPECT_EQ(desk->dropped(), 1u);
    EXPECT_EQ(desk.due_in(), -1);
}

TEST(Events, ThatAreRefusedAreDroppedAtOnce) {
    for (const int code : {400, 401, 403, 422}) {
        Desk desk;
        desk.record(finished());
        desk.answer(code);
        EXPECT_EQ(desk->known(), 0u) << code;
        EXPECT_EQ(desk->dropped(), 1u);
    }
}

TEST(Events, WhosePatchFailsAreCountedTheNextTime) {
    Desk desk;
    desk.record(finished());
    desk.answer();
    desk.record(finished());
    desk.tick(10'000);
    desk.answer(403);
    EXPECT_EQ(desk.due_in(), -1);
    desk.record(finished());
    desk.tick(0);
    EXPECT_NE(desk.only_call().request.body.find("\"count\":3"), std::string::npos);
}

TEST(Events, NeverHaveMoreThanFourCallsInFlight) {
    Desk desk;
    for (int i = 0; i < 20; ++i) desk.record(finished("x", "job" + std::to_string(i)));
    EXPECT_EQ(desk.calls().size(), 4u);
    EXPECT_EQ(desk.due_in(), -1) << "an answer wakes it";
    for (int i = 0; i < 16; ++i) {
        desk.answer();
        EXPECT_EQ(desk.calls().size(), 1u);
    }
}

TEST(Events, RememberAThousandAndForgetTheOldest) {
    Desk desk;
    for (int i = 0; i < 1'500; ++i) desk.record(finished("x", "job" + std::to_string(i)));
    EXPECT_EQ(desk->known(), 1'000u);
    EXPECT_EQ(desk.hang_ups(), std::vector<CallId>{}) << "what is being told is not forgotten";
    EXPECT_EQ(desk->dropped(), 500u);
}

TEST(Events, AboutOneObjectAreBounded) {
    Desk desk;
    for (int i = 0; i < 1'000; ++i) desk.record(finished("note " + std::to_string(i)));
    EXPECT_EQ(desk->known(), 25u);
    EXPECT_EQ(desk->dropped(), 975u);
    desk.record(finished("x", "other"));
    EXPECT_EQ(desk->known(), 26u);
    desk.tick(360'000);
    desk.record(finished("later"));
    EXPECT_EQ(desk->known(), 1u);
}

TEST(Events, AreCutToWhatTheApiTakes) {
    Desk desk;
    auto what = finished(std::string(5'000, 'n') + "\xff", std::string(252, 'j') + "-");
    what.reason = std::string(500, 'r');
    what.action = std::string(500, 'a');
    what.regarding.key.namespace_.clear();
    desk.record(what);
    const auto call = desk.only_call();
    EXPECT_NE(call.request.path.find("/namespaces/default/"), std::string::npos);
    auto body = *base::parse_json(call.request.body);
    EXPECT_LE(base::get_string(body, "note").size(), 1024u);
    EXPECT_LE(base::get_string(body, "reason").size(), 128u);
    EXPECT_LE(base::get_string(body, "action").size(), 128u);
    EXPECT_LE(base::get_string(body["metadata"], "name").size(), 253u);
    EXPECT_EQ(body["regarding"].count("namespace"), 0u);
}

}  // namespace
}  // namespace kube
