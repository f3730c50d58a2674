// A world with one small job, for tests of one happening each.
#pragma once

#include "base/json.h"
#include "operator/control/names.h"
#include "operator/control/scan_job.h"
#include "sim/world.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace sim {

inline constexpr auto kShop = "shop";

class SmallJob : public ::testing::Test {
protected:
    static WorldOptions options() {
        WorldOptions out{.seed = 7};
        out.work.unit_count = 4;
        out.work.unit_milliseconds = 1'000;
        return out;
    }
    static base::Json spec() {
        return {{"scanner", {{"type", "Synthetic"}, {"synthetic", {{"unitCount", 4}}}}},
                {"chunks", {{"maxUnits", 2}}},
                {"cleanup", {{"podTtlSeconds", 30}}}};
    }
    static base::Json one_by_one() {
        auto out = spec();
        out["parallelism"] = 1;
        return out;
    }
    void TearDown() override { EXPECT_EQ(world.stage.violations(), std::vector<std::string>{}); }

    void begin(base::Json with = spec()) {
        world.start();
        world.run_for(base::Duration(200));
        world.create_job(kShop, std::move(with));
    }
    bool ends_within(std::chrono::seconds time) {
        return world.run_until([this] { return world.has_ended(kShop); }, time);
    }
    bool comes_to(std::string_view reason, std::chrono::seconds time) {
        return world.run_until([&] { return reason_of("Ready") == reason; }, time);
    }
    base::Json status() const { return world.status(kShop); }
    std::string outcome() const { return base::get_string(status(), "outcome"); }
    base::Json condition(std::string_view type) const {
        const base::Json now = status();
        const base::Json* list = base::find(now, "conditions");
        if (list == nullptr) return {};
        for (const base::Json& one : *list) {
            if (base::get_string(one, "type") == type) return one;
        }
        return {};
    }
    std::string reason_of(std::string_view type) const {
        return base::get_string(condition(type), "reason");
    }
    std::string truth_of(std::string_view type) const {
        return base::get_string(condition(type), "status");
    }
    std::string uid() const { return base::get_string((*world.job(kShop))["metadata"], "uid"); }
    std::size_t pods() const { return world.stage.server.all(kube::kPods).size(); }
    // What the job's own writes do, apart from status: refused as said, as long as said.
    void refuse(std::string_view path_part, fakes::ApiRefusal why) {
        world.stage.server.refuse(
            [part = std::string(path_part),
             why](const kube::Request& request) -> std::optional<fakes::ApiRefusal> {
                if (request.method == "GET" || !request.path.contains(part)) return std::nullopt;
                return why;
            });
    }
    void allow() { world.stage.server.refuse({}); }

    // With SIM_TRACE in the environment it tells what happens.
    static WorldOptions traced() {
        auto out = options();
        if (std::getenv("SIM_TRACE") != nullptr)
            out.trace = [](const std::string& line) { std::puts(line.c_str()); };
        return out;
    }
    World world{traced()};
};

}  // namespace sim
