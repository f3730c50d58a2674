#include "unit/scan/random_findings.h"

#include "base/json.h"

namespace scan {
namespace {

using base::Json;
using scan_test::folded;

Json pick_json(int depth) {
    switch (*rc::gen::inRange(0, depth > 0 ? 7 : 5)) {
    case 0: return nullptr;
    case 1: return *rc::gen::arbitrary<bool>();
    case 2: return *rc::gen::inRange(-2, 3);
    case 3: return 0.5 * *rc::gen::inRange(-2, 4);
    case 4: return scan_test::pick_text("t");
    case 5: {
        auto list = Json::array();
        for (int i = *rc::gen::inRange(0, 3); i > 0; --i) list.push_back(pick_json(depth - 1));
        return list;
    }
    default: {
        auto object = Json::object();
        for (int i = *rc::gen::inRange(0, 3); i > 0; --i)
            object[*rc::gen::element<std::string>("a", "b")] = pick_json(depth - 1);
        return object;
    }
    }
}

Record pick_record() {
    Record record{scan_test::pick_text("unit"), "operation", "key"};
    auto data = Json::object();
    for (const auto* name : {"a", "b", "c"}) {
        if (*rc::gen::arbitrary<bool>()) data[name] = pick_json(2);
    }
    record.data_json = *rc::gen::inRange(0, 10) == 0 ? "{broken" : base::dump_json(data);
    return record;
}

UnitLine pick_unit() {
    UnitLine unit{.id = "u", .status = static_cast<UnitStatus>(*rc::gen::inRange(0, 5))};
    unit.reason = scan_test::pick_text("r");
    unit.ms = *rc::gen::inRange(0, 100);
    for (const auto* name : {"checksRun", "reached2xx"}) {
        if (*rc::gen::arbitrary<bool>()) unit.truth.emplace_back(name, *rc::gen::inRange(0, 3));
    }
    return unit;
}

RC_GTEST_PROP(MergeRecord, FoldsTheSameInAnyOrderAndGrouping, ()) {
    const auto a = pick_record();
    const auto b = pick_record();
    const auto c = pick_record();
    RC_ASSERT(folded(a, b) == folded(b, a));
    RC_ASSERT(folded(folded(a, b), c) == folded(a, folded(b, c)));
}

RC_GTEST_PROP(MergeRecord, FoldingWithItselfChangesNothing, ()) {
    const auto a = pick_record();
    const auto joined = folded(a, pick_record());
    RC_ASSERT(folded(a, a) == a);
    RC_ASSERT(folded(joined, joined) == joined);
}

RC_GTEST_PROP(MergeUnit, FoldsTheSameInAnyOrderAndGrouping, ()) {
    const auto a = pick_unit();
    const auto b = pick_unit();
    const auto c = pick_unit();
    RC_ASSERT(folded(a, b) == folded(b, a));
    RC_ASSERT(folded(folded(a, b), c) == folded(a, folded(b, c)));
}

std::string joined(std::string a, std::string b) {
    return folded(Record{"u1", "k", "key", std::move(a)}, Record{"u2", "k", "key", std::move(b)})
        .data_json;
}

TEST(MergeRecord, JoinsMemberByMember) {
    EXPECT_EQ(joined(R"({"a":1})", R"({"b":2})"), R"({"a":1,"b":2})");
    EXPECT_EQ(joined(R"({"a":{"x":1}})", R"({"a":{"y":2}})"), R"({"a":{"x":1,"y":2}})");
}

TEST(MergeRecord, UnitesListsTakesTheLargerNumberAndTheSmallerText) {
    EXPECT_EQ(joined(R"({"a":[3,1]})", R"({"a":[2,1]})"), R"({"a":[1,2,3]})");
    EXPECT_EQ(joined(R"({"a":10})", R"({"a":9})"), R"({"a":10})");
    EXPECT_EQ(joined(R"({"a":"x"})", R"({"a":"y"})"), R"({"a":"x"})");
    EXPECT_EQ(joined(R"({"a":false})", R"({"a":true})"), R"({"a":true})");
}

TEST(MergeRecord, PrefersTheRicherTypeAndSoundDataOverBroken) {
    EXPECT_EQ(joined(R"({"a":1})", R"({"a":"x"})"), R"({"a":"x"})");
    EXPECT_EQ(joined(R"({"a":1})", "{"), R"({"a":1})");
    EXPECT_EQ(joined("{", R"({"a":1})"), R"({"a":1})");
    EXPECT_EQ(joined("{b", "{a"), "{a");
}

TEST(MergeUnit, TheBetterStatusWinsAndCostsAddUp) {
    const UnitStatus best_first[] = {UnitStatus::Ok, UnitStatus::Forbidden, UnitStatus::Skipped,
                                     UnitStatus::TimedOut, UnitStatus::Failed};
    for (std::size_t good = 0; good < 5; ++good) {
        for (std::size_t bad = good; bad < 5; ++bad) {
            UnitLine a{.id = "u", .status = best_first[bad], .reason = "bad"};
            a.ms = 5;
            a.requests = 2;
            UnitLine b{.id = "u", .status = best_first[good], .reason = "good"};
            b.ms = 7;
            b.requests = 3;
            fold(a, std::move(b));
            EXPECT_EQ(a.status, best_first[good]);
            EXPECT_EQ(a.ms, 12);
            EXPECT_EQ(a.requests, 5);
        }
    }
}

TEST(MergeUnit, KeepsTheTruthOfTheBetterStatusAndTheLargerOfEquals) {
    UnitLine failed{.id = "u", .status = UnitStatus::Failed, .truth = {{"reached2xx", 1}}};
    const UnitLine ok{.id = "u", .status = UnitStatus::Ok, .truth = {{"reached2xx", 0}}};
    EXPECT_EQ(folded(failed, ok).truth, ok.truth);
    UnitLine again{
        .id = "u", .status = UnitStatus::Ok, .truth = {{"checksRun", 2}, {"reached2xx", 1}}};
    EXPECT_EQ(folded(ok, again).truth, again.truth);
}

}  // namespace
}  // namespace scan
