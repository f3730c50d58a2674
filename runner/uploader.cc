#include "runner/uploader.h"

#include "base/digest.h"
#include "base/log.h"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace runner {

using base::Error;
using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

struct Totals {
    scan::UnitCounts units;
    std::uint64_t findings = 0;
    std::uint64_t records = 0;

    void count(const scan::Line& line) {
        if (const auto* unit = std::get_if<scan::UnitLine>(&line)) units.add(unit->status);
        if (std::holds_alternative<scan::Finding>(line)) ++findings;
        if (std::holds_alternative<scan::Record>(line)) ++records;
    }
};

// After a 413 only unit lines (and the stream's first line) go on: coverage stays exact, findings
// are counted but not kept.
Result<std::string> unit_lines_of(scan::LineParser& parser, std::string_view lines) {
    std::string kept;
    TRY(scan::each_line(lines, [&](std::string_view line) -> Result<> {
        const auto brief = TRY(parser.brief(line));
        using Type = scan::LineParser::Brief::Type;
        if (brief.type == Type::Unit || brief.type == Type::Meta) kept.append(line).push_back('\n');
        return {};
    }));
    return kept;
}

// A segment as it was sent: where its lines lie in the spool, and which form they took.
struct SentSegment {
    std::uint64_t offset = 0;
    std::size_t length = 0;
    bool units_only = false;
};

}  // namespace

struct Uploader::Impl {
    Impl(Spool s, IngestClient c, UploaderOptions o)
        : options(o), client(std::move(c)), spool(std::move(s)) {}

    // Constant after construction.
    const UploaderOptions options;

    // Of the sending thread.
    IngestClient client;
    scan::LineParser parser;
    base::Sha256 sha;
    std::uint64_t bytes_sent = 0;
    std::uint64_t offset = 0;  // of the first line in the spool that is not sent
    std::vector<SentSegment> segments;
    bool units_only = false;
    std::string end_line;

    // Guarded by mutex.
    mutable std::mutex mutex;
    std::condition_variable_any changed;
    Spool spool;
    Totals totals;
    bool finishing = false;
    std::optional<StreamEnd> end;
    std::optional<Error> error;
    std::optional<Finished> finished;

    std::jthread thread;  // last: joined before what it uses goes

    void loop(const std::stop_token& stop);
    // True when a segment is due; false when stopping.
    bool wait_for_work(const std::stop_token& stop);
    Result<> send_pending();
    Result<> send(std::string_view lines, std::size_t raw_length);
    Result<> resend_from(std::uint32_t number);
    Finished close();
    Result<std::string> read(std::uint64_t from, std::size_t bytes_max) const {
        const std::scoped_lock lock(mutex);
        return spool.read(from, bytes_max);
    }
    void break_with(Error why) {
        const std::scoped_lock lock(mutex);
        if (!error) error = std::move(why);
    }
};

bool Uploader::Impl::wait_for_work(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    const auto due = [&] { return finishing || spool.size() - offset >= options.segment_bytes; };
    changed.wait(lock, stop, [&] { return due() || spool.size() > offset; });
    if (stop.stop_requested() && !finishing) return false;
    changed.wait_for(lock, stop, options.flush_after, due);
    return finishing || !stop.stop_requested();
}

// One segment, sent or sent again until ingest has it.
Result<> Uploader::Impl::send(std::string_view lines, std::size_t raw_length) {
    const auto number = static_cast<std::uint32_t>(segments.size() + 1);
    const auto answer = TRY(client.put_segment(number, lines));
    if (answer.kind == SegmentAnswer::Kind::TooLarge) {
        if (units_only) return fail(ErrorKind::TooLarge, "ingest takes no more of this attempt");
        units_only = true;
        const auto kept = TRY(unit_lines_of(parser, lines));
        return kept.empty() ? Result<>() : send(kept, raw_length);
    }
    if (answer.kind == SegmentAnswer::Kind::Wanted) {
        TRY(resend_from(answer.wanted));
        return send(lines, raw_length);
    }
    segments.push_back({offset, raw_length, units_only});
    sha.update(lines);
    bytes_sent += lines.size();
    return {};
}

// The store lost what it had (or another replica took over): the same segments again.
Result<> Uploader::Impl::resend_from(std::uint32_t number) {
    if (number < 1 || number > segments.size()) {
        return fail(ErrorKind::Internal,
                    fmt::format("ingest wants segment {}, {} were sent", number, segments.size()));
    }
    for (auto i = number; i <= segments.size(); ++i) {
        const auto& segment = segments[i - 1];
        auto lines = TRY(read(segment.offset, segment.length));
        if (segment.units_only) lines = TRY(unit_lines_of(parser, lines));
        const auto answer = TRY(client.put_segment(i, lines));
        if (answer.kind != SegmentAnswer::Kind::Stored) {
            return fail(ErrorKind::Internal,
                        fmt::format("ingest refused segment {} when it was sent again", i));
        }
    }
    return {};
}

Result<> Uploader::Impl::send_pending() {
    const auto lines = TRY(read(offset, options.segment_bytes + scan::kLineBytesMax));
    if (lines.empty()) return {};
    const auto sent = units_only ? TRY(unit_lines_of(parser, lines)) : lines;
    if (!sent.empty()) TRY(send(sent, lines.size()));
    const std::scoped_lock lock(mutex);
    offset += lines.size();
    return {};
}

Uploader::Finished Uploader::Impl::close() {
    std::optional<Error> failure;
    for (;;) {
        const auto before = offset;
        if (auto sent = send_pending(); !sent) {
            failure = std::move(sent).error();
            break;
        }
        if (offset == before) break;
    }
    Finished result;
    scan::EndLine line;
    {
        const std::scoped_lock lock(mutex);
        line = {.status = end->status,
                .units = totals.units,
                .findings = totals.findings,
                .records = totals.records,
                .truncated = units_only,
                .pause_seconds = 0,
                .sha256 = sha.hex()};
        result.commit.reason = end->reason;
        result.commit.message = end->message;
    }
    if (!failure) {
        if (auto sent = send(scan::to_line(line), 0); !sent) failure = std::move(sent).error();
    }
    result.commit.segments = static_cast<std::uint32_t>(segments.size());
    result.commit.bytes = bytes_sent;
    result.commit.sha256 = sha.hex();
    result.commit.units = line.units;
    result.commit.findings = line.findings;
    result.commit.records = line.records;
    result.commit.status = line.status;
    if (!failure) {
        if (auto done = client.commit(result.commit); !done) failure = std::move(done).error();
    }
    result.error = std::move(failure);
    return result;
}

void Uploader::Impl::loop(const std::stop_token& stop) {
    while (wait_for_work(stop)) {
        {
            const std::scoped_lock lock(mutex);
            if (finishing) break;
        }
        if (auto sent = send_pending(); !sent) {
            base::log::warn("results cannot be sent", {{"error", sent.error().message()}});
            break_with(std::move(sent).error());
            break;
        }
    }
    std::unique_lock lock(mutex);
    changed.wait(lock, stop, [&] { return finishing; });
    if (!finishing) return;
    lock.unlock();
    auto result = close();
    lock.lock();
    finished = std::move(result);
    changed.notify_all();
}

Uploader::Uploader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Uploader::~Uploader() = default;

Result<std::unique_ptr<Uploader>> Uploader::start(Spool spool, IngestClient client,
                                                  UploaderOptions options) {
    auto impl = std::make_unique<Impl>(std::move(spool), std::move(client), options);
    auto* raw = impl.get();
    impl->thread = std::jthread([raw](const std::stop_token& stop) { raw->loop(stop); });
    return std::unique_ptr<Uploader>(new Uploader(std::move(impl)));
}

void Uploader::emit(const scan::Line& line) {
    const auto text = scan::to_line(line);
    const std::scoped_lock lock(impl_->mutex);
    if (impl_->finishing || impl_->error) return;
    if (auto written = impl_->spool.append(text); !written) {
        impl_->error = std::move(written).error();
        return;
    }
    impl_->totals.count(line);
    const auto pending = impl_->spool.size() - impl_->offset;
    // Wake the sender for the first line (its 2 s begin) and when a segment is full, not for each
    // line.
    if (pending == text.size() || pending >= impl_->options.segment_bytes)
        impl_->changed.notify_all();
}

std::optional<Error> Uploader::broken() const {
    const std::scoped_lock lock(impl_->mutex);
    return impl_->error;
}

scan::UnitCounts Uploader::units() const {
    const std::scoped_lock lock(impl_->mutex);
    return impl_->totals.units;
}

Uploader::Finished Uploader::finish(const StreamEnd& end) {
    std::unique_lock lock(impl_->mutex);
    impl_->end = end;
    impl_->finishing = true;
    impl_->changed.notify_all();
    impl_->changed.wait(lock, [&] { return impl_->finished.has_value(); });
    return *impl_->finished;
}

}  // namespace runner
