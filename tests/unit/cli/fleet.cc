#include "unit/cli/fleet.h"

#include "base/digest.h"
#include "base/gzip.h"
#include "operator/results/memory.h"
#include "scan/rules.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace cli::test {
namespace {

scan::Job job_of(const std::string& options, const std::string& chunks) {
    auto job = scan::parse_job(
        fmt::format(
            "apiVersion: scanfleet.dev/v1alpha1\nkind: ScanJob\nmetadata: {{name: synthetic}}\n"
            "spec:\n  scanner: {{type: Synthetic, synthetic: {}}}\n  parallelism: 2\n"
            "  chunks: {}\n",
            options, chunks),
        "job.yaml");
    if (!job) ADD_FAILURE() << job.error().message();
    return job.value_or(scan::Job{});
}

template <typename T>
T must(base::Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message());
    return std::move(*result);
}

}  // namespace

Fleet::Fleet(const std::string& scanner_options, const std::string& chunks)
    : store(results::make_memory_store()), faulty(*store),
      folder(must(base::os::TempFolder::create("fleet"))), inbox_(must(Inbox::create())) {
    script = [this](const core::AttemptId& id, const base::os::SpawnOptions&) { return works(id); };
    options.job = job_of(scanner_options, chunks);
    options.run = {"default", "synthetic", "r1"};
    options.folder.path = folder.path() / "r1";
    options.setup = {
        .program = "/bin/scanfleet-runner", .ingest_url = "http://127.0.0.1:1", .environment = {}};
    options.redaction_key = std::string(32, 'k');
    EXPECT_TRUE(base::os::make_folders(options.folder.path));
}

base::Result<core::Status> Fleet::drive() {
    processes = std::make_unique<fakes::FakeProcesses>(clock, script);
    DriverWorld world{
        .clock = clock,
        .processes = *processes,
        .store = faulty,
        .inbox = *inbox_,
        .ingest = {.expect = [this](const auto& key, std::string) { expected.insert(key); },
                   .forget = [this](const auto& key) { expected.erase(key); },
                   .close_run = [this](const auto&) { closed = true; }},
        .stop_requests = [this] { return stop_requests; },
        .stop_fd = -1,
        .new_token = [] { return std::string("t0ken"); }};
    Watcher watcher{.on_event = [this](const RunEvent& event) {
        events.push_back(event);
        if (on_event) on_event(event);
    }};
    Driver driver(options, std::move(world), std::move(watcher));
    return driver.drive();
}

std::string Fleet::told() const {
    std::string text;
    for (const RunEvent& event : events) {
        text += std::string(to_string(event.kind)) + ": " + event.sentence + "\n";
    }
    return text;
}

Life Fleet::works(const core::AttemptId& id, std::size_t units, base::os::ExitStatus status) {
    return {.lasts = base::Duration(100), .status = status, .at_end = [this, id, units] {
                deliver(id, units);
            }};
}

// What the uploader and ingest do together: one segment with what was done, and a commit if that is
// all.
void Fleet::deliver(const core::AttemptId& id, std::size_t count) {
    const results::AttemptKey key{options.run, id.chunk, id.attempt};
    const auto work = must(store->work(options.run, static_cast<std::uint32_t>(id.chunk)));
    const auto chunk = must(scan::parse_chunk(work.chunk_line));
    const std::set<std::string> done(work.done_units.begin(), work.done_units.end());
    scan::Commit commit;
    commit.segments = 1;
    std::string text = scan::to_line(scan::MetaLine{.job = "synthetic",
                                                    .run_id = "r1",
                                                    .chunk = id.chunk,
                                                    .attempt = id.attempt,
                                                    .scanner = "Synthetic",
                                                    .scanner_version = "1",
                                                    .rules_version = "1"});
    bool all = true;
    for (const scan::Unit& unit : chunk.units) {
        if (done.contains(unit.id)) continue;
        if (count == 0) {
            all = false;
            break;
        }
        --count;
        text += scan::to_line(scan::UnitLine{.id = unit.id, .ms = 50});
        ++commit.units.ok;
    }
    commit.bytes = text.size();
    commit.sha256 = base::sha256_hex(text);
    scan::LineParser parser;
    const auto facts = must(scan::inspect_segment(parser, text, 1));
    ASSERT_TRUE(results::write_now(*store, results::PutSegment{.attempt = key,
                                                               .number = 1,
                                                               .sha256 = commit.sha256,
                                                               .bytes = text.size(),
                                                               .gzip_body = base::gzip(text),
                                                               .facts = facts}));
    inbox_->post(api::IngestEvent{
        .kind = api::IngestEvent::Kind::SegmentStored, .attempt = key, .facts = facts});
    if (!all) return;
    const auto committed = results::write_now(*store, results::PutCommit{key, commit});
    ASSERT_TRUE(committed) << committed.error().message();
    inbox_->post(api::IngestEvent{
        .kind = api::IngestEvent::Kind::Committed, .attempt = key, .commit = commit});
}

}  // namespace cli::test
