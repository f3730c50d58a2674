// A real ingest behind a real gate over the store in memory, with one job of one chunk: what a
// runner meets.
#pragma once

#include "base/digest.h"
#include "base/gzip.h"
#include "base/os/clock.h"
#include "base/os/file.h"
#include "net/server.h"
#include "operator/api/expected.h"
#include "operator/api/ingest.h"
#include "operator/results/memory.h"
#include "runner/environment.h"
#include "runner/ingest_client.h"
#include "scan/synthetic.h"

#include <gtest/gtest.h>

#include <memory>

namespace runner {

class IngestFixture : public ::testing::Test {
protected:
    static constexpr int kUnits = 4;

    IngestFixture() {
        job_.name = "shop";
        job_.spec.scanner = scan::SyntheticOptions{.unit_count = kUnits, .faults = {}};
        store_ = results::make_memory_store();
        write(
            results::OpenRun{run_, scan::job_to_json(job_), base::Instant{}, std::string(32, 'k')});
        const auto plan = *scan::plan_synthetic(job_.spec);
        const auto lines = scan::plan_to_lines(plan);
        write(results::PutPlan{run_, base::sha256_hex(lines), base::gzip(lines), plan});
        unit_ids_.reserve(plan.chunks[0].units.size());
        for (const auto& chunk : plan.chunks) {
            for (const auto& unit : chunk.units) unit_ids_.push_back(unit.id);
        }
        open_ingest({});
        environment_ = {.work = folder_.path(),
                        .ingest_url = "",
                        .namespace_ = "default",
                        .job = "shop",
                        .run_id = "run-1",
                        .chunk = 0,
                        .attempt = 1,
                        .limit = base::Duration(60'000),
                        .termination_log = folder_.path() / "termination",
                        .local_mode = true};
        EXPECT_TRUE(base::os::make_folders(folder_.path() / "auth"));
        set_token("right token");
    }

    void write(results::Write what) { EXPECT_TRUE(results::write_now(*store_, std::move(what))); }
    void set_token(const std::string& token) {
        EXPECT_TRUE(base::os::write_file(folder_.path() / "auth" / "token", token));
    }
    void open_ingest(api::IngestLimits limits, int port = 0) {
        ingest_ =
            std::make_unique<api::Ingest>(*store_, callers_, api::IngestOptions{.limits = limits});
        callers_.expect({run_, 0, 1}, "right token");
        auto gate = net::Gate::start(
            {.port = port}, [this](const net::RequestHead& head) { return ingest_->admit(head); });
        ASSERT_TRUE(gate) << gate.error().message();
        gate_ = std::move(*gate);
    }
    void close_ingest() {
        gate_.reset();
        ingest_.reset();
    }
    const Environment& environment() {
        if (gate_) environment_.ingest_url = "http://127.0.0.1:" + std::to_string(gate_->port());
        return environment_;
    }
    IngestClient client(base::Duration time = base::Duration(30'000),
                        std::function<bool()> give_up = {}) {
        const auto& clock = base::os::system_clock();
        return *IngestClient::create(environment(), clock, clock.ticks() + time,
                                     std::move(give_up));
    }
    results::RunState state() { return *store_->load(run_); }

    const results::RunKey run_{"default", "shop", "run-1"};
    base::os::TempFolder folder_ = *base::os::TempFolder::create("runner");
    scan::Job job_;
    std::vector<std::string> unit_ids_;
    std::unique_ptr<results::ResultStore> store_;
    api::ExpectedSet callers_;
    std::unique_ptr<api::Ingest> ingest_;
    std::unique_ptr<net::Gate> gate_;
    Environment environment_;
};

}  // namespace runner
