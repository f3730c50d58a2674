// Ingest on a memory store, asked without sockets: a small language for its tests.
#pragma once

#include "base/guarded.h"
#include "fakes/faulty_store.h"
#include "operator/api/expected.h"
#include "operator/api/ingest.h"
#include "operator/results/memory.h"
#include "unit/results/given.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace api {

// What a caller sends. The target is relative to the run's own path.
struct Ask {
    std::string method = "GET";
    std::string path{};
    std::string token = "token-0-1";
    std::string body{};
    std::string digest{};  // X-Scanfleet-Sha256
    std::string target{};  // instead of `path`: the whole target
};

class Desk : public testing::Test {
protected:
    // A Synthetic job of three units in two chunks, its plan accepted unless told otherwise.
    enum class Planned { Yes, No };
    void start(IngestLimits limits = {}, Planned planned = Planned::Yes);
    void TearDown() override { ingest_.reset(); }

    // Admission, body and answer, as the gate does it.
    net::Reply ask(const Ask& ask);
    net::Reply put(const results::PutSegment& segment);
    net::Reply post(const results::PutCommit& commit);
    static Ask segment_ask(const results::PutSegment& segment);
    // A plan as discovery sends it.
    static Ask plan_ask(const scan::PlanDocument& plan);
    // What the job allows: units u0, u1 in chunk 0 and u2 in chunk 1.
    static scan::PlanDocument plan();
    static std::string token(std::int64_t chunk, int attempt);

    results::RunState state();
    std::vector<IngestEvent> events();

    std::unique_ptr<results::ResultStore> memory_ = results::make_memory_store();
    fakes::FaultyStore store_{*memory_};
    base::Guarded<std::vector<IngestEvent>> events_;
    ExpectedSet callers_;
    std::unique_ptr<Ingest> ingest_;
};

}  // namespace api
