// What all actors of a simulation share: clock, chance, API server, store, and who hurts them.
#pragma once

#include "base/os/file.h"
#include "fakes/fake_api_server.h"
#include "kube/backoff.h"
#include "operator/results/store.h"
#include "sim/agenda.h"
#include "sim/faults.h"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace sim {

class Stage {
public:
    Stage(std::uint64_t seed, ChooseFault choose);

    Agenda agenda{};
    kube::Chance chance;
    fakes::FakeApiServer server{};
    std::unique_ptr<results::ResultStore> store;
    std::unique_ptr<base::os::TempFolder> folder;

    base::Duration between(int least_ms, int most_ms) {
        return base::Duration(least_ms) + chance.up_to(base::Duration(most_ms - least_ms));
    }
    bool one_in(std::uint64_t n) { return chance.next() % n == 0; }

    // Counts a point and asks what shall happen there.
    Fault meet(PointKind kind, std::string what);
    const std::vector<Point>& points() const { return points_; }
    // From now on nothing is hurt any more.
    void stop_faults() { choose_ = {}; }

    void tell(std::string_view who, std::string_view what);
    void violate(std::string_view invariant, std::string_view what);
    const std::vector<std::string>& violations() const { return violations_; }
    std::function<void(const std::string&)> trace{};

    // What ingest acknowledged to a runner: (run, chunk, unit).
    std::set<std::tuple<std::string, std::int64_t, std::string>> acknowledged{};

private:
    ChooseFault choose_;
    std::vector<Point> points_{};
    std::vector<std::string> violations_{};
};

}  // namespace sim
