// A ResultStore that refuses writes on order, in front of a real one.
//
// Gaps: reads always go through; refusals come on the caller's thread.
#pragma once

#include "base/guarded.h"
#include "operator/results/store.h"

#include <optional>
#include <string_view>
#include <utility>

namespace fakes {

class FaultyStore final : public results::ResultStore {
public:
    explicit FaultyStore(results::ResultStore& real) : real_(real) {}

    // Every write from now on; nullopt: they go through again.
    void refuse_writes(std::optional<base::Error> error) {
        refusal_.with([&](auto& refusal) { refusal = std::move(error); });
    }

    void submit(results::Write write, results::Done done) override {
        const auto refusal = refusal_.with([](const auto& error) { return error; });
        if (refusal) return done(std::unexpected(*refusal));
        real_.submit(std::move(write), std::move(done));
    }
    base::Result<results::RunState> load(const results::RunKey& run) override {
        return real_.load(run);
    }
    base::Result<std::vector<results::RunSummary>> list() override { return real_.list(); }
    base::Result<results::ChunkWork> work(const results::RunKey& run,
                                          std::uint32_t chunk) override {
        return real_.work(run, chunk);
    }
    base::Result<std::string> blob(const results::RunKey& run, results::BlobKind kind,
                                   std::string_view id) override {
        return real_.blob(run, kind, id);
    }
    base::Result<> each_segment(const results::RunKey& run, const TakeSegment& take,
                                std::optional<Only> only) override {
        return real_.each_segment(run, take, only);
    }
    base::Result<> erase(const results::RunKey& run) override { return real_.erase(run); }

private:
    results::ResultStore& real_;
    base::Guarded<std::optional<base::Error>> refusal_;
};

}  // namespace fakes
