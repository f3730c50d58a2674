// Leader election: who leads, until when, and what is written.
#include "kube/leader.h"

#include "base/json.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <utility>

namespace kube {
namespace {

ApiError refused(int code, std::string reason = {}) {
    ApiError error;
    error.code = code;
    error.reason = std::move(reason);
    return error;
}

// A Lease on a server, and time; electors take turns at it.
class Lobby {
public:
    Now now{.wall = base::Instant(std::chrono::hours(500'000)),
            .ticks = base::Ticks(base::Duration(1'000'000))};
    std::string lease{};  // empty: there is none
    int version = 0;
    int down_for = 0;     // so many calls get a 503
    bool silent = false;  // calls get no answer

    void put(base::Json object) {
        object["metadata"]["resourceVersion"] = std::to_string(++version);
        lease = base::dump_json(object);
    }
    base::Json spec() const { return (*base::parse_json(lease))["spec"]; }
    std::string holder() const { return base::get_string(spec(), "holderIdentity"); }

    Answer serve(const Call& call) {
        if (down_for > 0) {
            --down_for;
            return refuse(503);
        }
        if (call.request.verb == Verb::Create) {
            if (!lease.empty()) return refuse(409, "AlreadyExists");
            put(*base::parse_json(call.request.body));
        } else if (lease.empty()) {
            return refuse(404, "NotFound");
        } else if (call.request.verb == Verb::Replace) {
            auto object = *base::parse_json(call.request.body);
            if (object["metadata"]["resourceVersion"] != std::to_string(version))
                return refuse(409, "Conflict");
            put(object);
        }
        return {.status = 200, .body = lease};
    }

private:
    static Answer refuse(int code, std::string reason = {}) {
        return {.status = code, .error = refused(code, std::move(reason))};
    }
};

class Candidate {
public:
    Candidate(Lobby& lobby, std::string identity, std::uint64_t seed = 1)
        : lobby_(lobby), elector_({.lease = {.namespace_ = "ops", .name = "scanfleet"},
                                   .identity = std::move(identity),
                                   .seed = seed},
                                  ids_) {}

    LeaderElector& operator*() { return elector_; }
    LeaderElector* operator->() { return &elector_; }
    bool leads() const { return elector_.is_leader(lobby_.now.ticks); }

    void tick() {
        elector_.tick(lobby_.now, out_);
        settle();
    }
    void stop() {
        elector_.stop(lobby_.now, out_);
        settle();
    }
    // Calls that got no answer yet.
    std::vector<Call> waiting() const { return waiting_; }
    void answer(Answer what) {
        const auto call = waiting_.front();
        waiting_.erase(waiting_.begin());
        elector_.take({.id = call.id, .what = std::move(what)}, lobby_.now, out_);
        settle();
    }
    std::vector<std::string> sent() { return std::exchange(sent_, {}); }
    std::string last_body() const { return last_body_; }

private:
    void settle() {
        while (!out_.calls.empty() || !out_.hang_ups.empty()) {
            for (const auto id : std::exchange(out_.hang_ups, {}))
                std::erase_if(waiting_, [&](const Call& call) { return call.id == id; });
            for (auto& call : std::exchange(out_.calls, {})) {
                sent_.push_back(std::string(to_string(call.request.verb)));
                last_body_ = call.request.body;
                waiting_.push_back(call);
            }
            while (!lobby_.silent && !waiting_.empty()) {
                const auto call = waiting_.front();
                waiting_.erase(waiting_.begin());
                elector_.take({.id = call.id, .what = lobby_.serve(call)}, lobby_.now, out_);
            }
        }
    }

    Lobby& lobby_;
    CallIds ids_;
    Outbox out_;
    std::vector<Call> waiting_;
    std::vector<std::string> sent_;
    std::string last_body_;
    LeaderElector elector_;
};

void pass(Lobby& lobby, std::int64_t milliseconds, std::initializer_list<Candidate*> who) {
    for (std::int64_t gone = 0; gone < milliseconds; gone += 100) {
        lobby.now.ticks += base::Duration(100);
        lobby.now.wall += base::Duration(100);
        for (auto* one : who) one->tick();
    }
}

using Verbs = std::vector<std::string>;

TEST(Leader, CreatesTheLeaseWhereThereIsNone) {
    Lobby lobby;
    Candidate a(lobby, "a");
    EXPECT_FALSE(a.leads());
    a.tick();
    EXPECT_TRUE(a.leads());
    EXPECT_EQ(a.sent(), (Verbs{"get", "create"}));
    EXPECT_EQ(a->term(), 1u);
    const auto spec = lobby.spec();
    EXPECT_EQ(base::get_string(spec, "holderIdentity"), "a");
    EXPECT_EQ(base::get_int(spec, "leaseDurationSeconds"), 15);
    EXPECT_EQ(base::get_int(spec, "leaseTransitions"), 0);
    EXPECT_EQ(base::get_string(spec, "renewTime"), "2027-01-15T08:00:00.000000Z");
    EXPECT_EQ(base::get_string(spec, "acquireTime"), "2027-01-15T08:00:00.000000Z");
}

TEST(Leader, RenewsEveryTwoSecondsWithoutReading) {
    Lobby lobby;
    Candidate a(lobby, "a");
    a.tick();
    a.sent();
    pass(lobby, 10'000, {&a});
    EXPECT_EQ(a.sent(), (Verbs{"update", "update", "update", "update", "update"}));
    EXPECT_TRUE(a.leads());
    EXPECT_EQ(base::get_string(lobby.spec(), "renewTime"), "2027-01-15T08:00:10.000000Z");
    EXPECT_EQ(base::get_string(lobby.spec(), "acquireTime"), "2027-01-15T08:00:00.000000Z");
}

TEST(Leader, KeepsWhatOthersWroteIntoTheLease) {
    Lobby lobby;
    lobby.put({{"metadata", {{"name", "scanfleet"}, {"labels", {{"team", "x"}}}}},
               {"spec", {{"strategy", "OldestEmulationVersion"}, {"leaseTransitions", 4}}}});
    Candidate a(lobby, "a");
    a.tick();
    EXPECT_TRUE(a.leads());
    EXPECT_EQ(base::get_string(lobby.spec(), "strategy"), "OldestEmulationVersion");
    EXPECT_EQ(base::get_int(lobby.spec(), "leaseTransitions"), 5);
    EXPECT_EQ((*base::parse_json(lobby.lease))["metadata"]["labels"]["team"], "x");
    EXPECT_EQ(a->epoch_hint(), 5);
}

TEST(Leader, WaitsForAnotherHoldersLeaseToStandStillForItsDuration) {
    Lobby lobby;
    Candidate a(lobby, "a"), b(lobby, "b", 2);
    a.tick();
    pass(lobby, 20'000, {&a, &b});
    EXPECT_TRUE(a.leads());
    EXPECT_FALSE(b.leads());
    EXPECT_EQ(b->holder(), "a");
    pass(lobby, 14'000, {&b});  // a is dead
    EXPECT_FALSE(b.leads());
    pass(lobby, 8'000, {&b});
    EXPECT_TRUE(b.leads());
    EXPECT_EQ(base::get_int(lobby.spec(), "leaseTransitions"), 1);
}

TEST(Leader, NeverComparesClocks) {
    for (const auto* time :
         {"1999-01-01T00:00:00.000000Z", "2999-01-01T00:00:00.000000Z", "soon"}) {
        Lobby lobby;
        lobby.put({{"spec",
                    {{"holderIdentity", "a"}, {"leaseDurationSeconds", 15}, {"renewTime", time}}}});
        Candidate b(lobby, "b");
        b.tick();
        pass(lobby, 14'900, {&b});
        EXPECT_FALSE(b.leads()) << time;
        pass(lobby, 5'000, {&b});
        EXPECT_TRUE(b.leads()) << time;
    }
}

TEST(Leader, StopsLeadingAtTheRenewDeadlineEvenUnticked) {
    Lobby lobby;
    Candidate a(lobby, "a");
    a.tick();
    lobby.now.ticks += base::Duration(9'999);
    EXPECT_TRUE(a.leads());
    lobby.now.ticks += base::Duration(1);
    EXPECT_FALSE(a.leads());
    a.tick();
    EXPECT_FALSE(a.leads());
    EXPECT_EQ(a->wake_at() > lobby.now.ticks, true);
    pass(lobby, 5'000, {&a});
    EXPECT_TRUE(a.leads()) << "nobody else took it";
    EXPECT_EQ(a->term(), 2u) << "but whoever looks can tell";
    EXPECT_EQ(base::get_int(lobby.spec(), "leaseTransitions"), 0) << "the holder did not change";
}

TEST(Leader, OutlivesThreeFailuresInARow) {
    Lobby lobby;
    Candidate a(lobby, "a");
    a.tick();
    lobby.down_for = 3;
    pass(lobby, 7'000, {&a});
    EXPECT_TRUE(a.leads());
    ASSERT_TRUE(a->trouble());
    EXPECT_EQ(a->trouble()->code, 503);
    pass(lobby, 3'000, {&a});
    EXPECT_TRUE(a.leads());
    EXPECT_FALSE(a->trouble());
    EXPECT_EQ(a->term(), 1u);
}

TEST(Leader, CountsFromWhenARenewalWasSent) {
    Lobby lobby;
    Candidate a(lobby, "a");
    a.tick();
    lobby.silent = true;
    pass(lobby, 2'000, {&a});
    ASSERT_EQ(a.waiting().size(), 1u);
    pass(lobby, 4'000, {&a});
    a.answer(lobby.serve(a.waiting().front()));
    pass(lobby, 5'900, {});
    EXPECT_TRUE(a.leads());
    pass(lobby, 100, {});
    EXPECT_FALSE(a.leads()) << "10 s after it was sent, not after it was answered";
}

TEST(Leader, HangsUpWhenTheDeadlinePassesInMidCall) {
    Lobby lobby;
    Candidate a(lobby, "a");
    a.tick();
    lobby.silent = true;
    pass(lobby, 9'900, {&a});
    EXPECT_EQ(a.waiting().size(), 1u);
    EXPECT_EQ(a.waiting().front().timeout, base::Duration(5'000));
    pass(lobby, 100, {&a});
    EXPECT_EQ(a.waiting().size(), 0u);
    EXPECT_FALSE(a.leads());
}

TEST(Leader, IsNoMoreWhenTheLeaseWasStolen) {
    Lobby lobby;
    Candidate a(lobby, "a");
    a.tick();
    auto stolen = *base::parse_json(lobby.lease);
    stolen["spec"]["holderIdentity"] = "b";
    lobby.put(stolen);
    a.sent();
    pass(lobby, 2'000, {&a});
    EXPECT_FALSE(a.leads());
    EXPECT_EQ(a.sent(), (Verbs{"update", "get"})) << "409, and a look at once";
    EXPECT_EQ(lobby.holder(), "b");
}

TEST(Leader, StaysWhenSomebodyOnlyTouchedTheLease) {
    Lobby lobby;
    Candidate a(lobby, "a");
    a.tick();
    auto touched = *base::parse_json(lobby.lease);
    touched["metadata"]["annotations"]["note"] = "hello";
    lobby.put(touched);
    a.sent();
    pass(lobby, 2'000, {&a});
    EXPECT_TRUE(a.leads());
    EXPECT_EQ(a.sent(), (Verbs{"update", "get", "update"}));
    EXPECT_EQ(a->term(), 1u);
}

TEST(Leader, CreatesTheLeaseAgainWhenItWasDeleted) {
    Lobby lobby;
    Candidate a(lobby, "a");
    a.tick();
    lobby.lease.clear();
    a.sent();
    pass(lobby, 2'000, {&a});
    EXPECT_TRUE(a.leads());
    EXPECT_EQ(a.sent(), (Verbs{"update", "get", "create"}));
}

TEST(Leader, OfTwoThatCreateAtOnceOnlyOneLeads) {
    Lobby lobby;
    Candidate a(lobby, "a"), b(lobby, "b");
    lobby.silent = true;
    a.tick();
    b.tick();
    a.answer(lobby.serve(a.waiting().front()));
    b.answer(lobby.serve(b.waiting().front()));
    a.answer(lobby.serve(a.waiting().front()));
    b.answer(lobby.serve(b.waiting().front()));
    EXPECT_TRUE(a.leads());
    EXPECT_FALSE(b.leads());
    EXPECT_EQ(b->trouble()->code, 409);
}

TEST(Leader, GivesTheLeaseBackWhenItStops) {
    Lobby lobby;
    Candidate a(lobby, "a"), b(lobby, "b");
    a.tick();
    b.tick();
    pass(lobby, 3'000, {&a, &b});
    a.stop();
    EXPECT_TRUE(a->stopped());
    EXPECT_FALSE(a.leads());
    EXPECT_EQ(lobby.holder(), "");
    EXPECT_EQ(base::get_int(lobby.spec(), "leaseDurationSeconds"), 1);
    pass(lobby, 4'500, {&a, &b});
    EXPECT_TRUE(b.leads());
    EXPECT_EQ(base::get_int(lobby.spec(), "leaseTransitions"), 1);
    EXPECT_FALSE(a->wake_at());
}

TEST(Leader, LooksBeforeItGivesBackWhenAWriteIsInFlight) {
    Lobby lobby;
    Candidate a(lobby, "a");
    a.tick();
    lobby.silent = true;
    pass(lobby, 2'000, {&a});
    lobby.serve(a.waiting().front());  // applied, not answered
    lobby.silent = false;
    a.sent();
    a.stop();
    EXPECT_EQ(a.sent(), (Verbs{"get", "update"}));
    EXPECT_EQ(lobby.holder(), "");
    EXPECT_TRUE(a->stopped());
}

TEST(Leader, StoppingNeverTakesALeaseOfOthers) {
    Lobby lobby;
    Candidate a(lobby, "a");
    a.tick();
    auto stolen = *base::parse_json(lobby.lease);
    stolen["spec"]["holderIdentity"] = "b";
    lobby.put(stolen);
    a.stop();
    EXPECT_TRUE(a->stopped());
    EXPECT_EQ(lobby.holder(), "b");
}

TEST(Leader, StopsAtOnceWhenItNeverLed) {
    Lobby lobby;
    lobby.put({{"spec", {{"holderIdentity", "b"}, {"leaseDurationSeconds", 15}}}});
    Candidate a(lobby, "a");
    a.tick();
    a.sent();
    a.stop();
    EXPECT_TRUE(a->stopped());
    EXPECT_EQ(a.sent(), Verbs{});
    Candidate c(lobby, "c");
    lobby.down_for = 9;
    c.tick();
    c.stop();
    EXPECT_TRUE(c->stopped());
}

TEST(Leader, SaysWhyItCannotBecomeOne) {
    Lobby lobby;
    Candidate a(lobby, "a");
    lobby.silent = true;
    a.tick();
    a.answer({.status = 403, .error = refused(403, "Forbidden")});
    ASSERT_TRUE(a->trouble());
    EXPECT_TRUE(is_forbidden(*a->trouble()));
    pass(lobby, 1'900, {&a});
    EXPECT_EQ(a.waiting().size(), 0u) << "no hurry";
    pass(lobby, 2'600, {&a});
    EXPECT_EQ(a.waiting().size(), 1u);
}

TEST(Leader, SurvivesAnswersThatAreNoLeases) {
    for (const auto* body : {"", "{}", "[]", "x", R"({"metadata":{},"spec":[]})",
                             R"({"metadata":{"resourceVersion":1}})"}) {
        Lobby lobby;
        Candidate a(lobby, "a");
        lobby.silent = true;
        a.tick();
        a.answer({.status = 200, .body = body});
        EXPECT_FALSE(a.leads());
        ASSERT_TRUE(a->trouble()) << body;
        EXPECT_EQ(a->trouble()->failure, net::Failure::BadAnswer);
    }
}

}  // namespace
}  // namespace kube
