#include "sim/runner.h"

#include "base/json.h"
#include "base/text.h"
#include "scan/finding.h"
#include "scan/rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace sim {

using scan::FaultAction;

namespace {

constexpr int kUnauthorized = 401;

std::uint32_t number_of(const scan::Unit& unit) {
    const auto params = base::parse_json(unit.params_json);
    return params ? static_cast<std::uint32_t>(base::get_int(*params, "n")) : 0;
}

scan::Finding finding_of(const std::string& unit, int index) {
    auto finding =
        scan::make_finding("synthetic.finding", unit,
                           scan::GenericLocation{.uri = "synthetic://" + unit,
                                                 .name = fmt::format("finding {}", index)},
                           fmt::format("Finding {} of unit {}.", index, unit));
    finding.severity = index % 2 == 0 ? scan::Severity::High : scan::Severity::Low;
    return finding;
}

}  // namespace

Runner::Runner(Stage& stage, IngestDesk& ingest, RunnerOptions options, Exit on_exit)
    : stage_(stage), ingest_(ingest), options_(std::move(options)), on_exit_(std::move(on_exit)) {}

template <typename What>
void Runner::later(base::Duration delay, What what) {
    stage_.agenda.after(delay, [self = shared_from_this(), what = std::move(what)]() mutable {
        if (!self->over_) what();
    });
}

void Runner::start() {
    started_ = stage_.agenda.passed();
    const auto reserve = scan::flush_reserve(options_.limit);
    later(options_.limit - reserve, [this] {
        if (!ending_ && !hangs_) end(scan::StreamStatus::Partial, 124, "own deadline reached");
    });
    later(options_.limit, [this] {
        if (!hangs_) exit({.code = 75, .message = scan::commit_to_json(commit_)});
    });
    if (options_.attempt.chunk < 0) return discover();
    fetch();
}

base::Duration Runner::left() const { return options_.limit - (stage_.agenda.passed() - started_); }

base::Duration Runner::pause() { return stage_.between(200, 1'000); }

bool Runner::is_again(int status) const {
    return status == 0 || status == 429 || status == 503 || status == kUnauthorized;
}

IngestCall Runner::call_of(IngestCall::Kind kind) const {
    return {.kind = kind,
            .namespace_ = options_.namespace_,
            .pod = options_.pod,
            .uid = options_.uid,
            .attempt = options_.attempt};
}

void Runner::discover() {
    auto call = call_of(IngestCall::Kind::Plan);
    call.body = scan::plan_to_lines(options_.plan);
    ingest_.call(std::move(call), [self = shared_from_this()](const IngestReply& reply) {
        if (self->over_) return;
        if (reply.status == 200) return self->exit({.code = 0, .message = {}});
        if (!self->is_again(reply.status)) return self->exit({.code = 70, .message = {}});
        self->later(self->pause(), [own = self.get()] { own->discover(); });
    });
}

void Runner::fetch() {
    ingest_.call(
        call_of(IngestCall::Kind::Work), [self = shared_from_this()](const IngestReply& reply) {
            if (self->over_) return;
            if (reply.status == 200) return self->begin(reply.work);
            if (!self->is_again(reply.status)) {
                self->stage_.tell(self->options_.pod, fmt::format("work: {}", reply.status));
                return self->exit({.code = 70, .message = {}});
            }
            self->later(self->pause(), [own = self.get()] { own->fetch(); });
        });
}

void Runner::begin(const results::ChunkWork& work) {
    const auto chunk = scan::parse_chunk(base::trim(work.chunk_line));
    if (!chunk) return exit({.code = 64, .message = {}});
    for (const auto& unit : chunk->units) {
        if (std::ranges::find(work.done_units, unit.id) != work.done_units.end()) continue;
        if (stage_.acknowledged.contains(
                {options_.attempt.run.run_id, options_.attempt.chunk, unit.id}))
            stage_.violate("I3", fmt::format("{} is to scan {} again, which was acknowledged",
                                             options_.pod, unit.id));
        units_.push_back(unit);
    }
    const auto line = scan::to_line(scan::MetaLine{.job = options_.attempt.run.job,
                                                   .run_id = options_.attempt.run.run_id,
                                                   .chunk = options_.attempt.chunk,
                                                   .attempt = options_.attempt.attempt,
                                                   .scanner = "Synthetic",
                                                   .scanner_version = "1",
                                                   .rules_version = "1",
                                                   .started_at = stage_.agenda.wall()});
    open_ += line;
    next_unit();
}

void Runner::next_unit() {
    if (ending_) return;
    if (terminated_) return end(scan::StreamStatus::Partial, 143, "terminated");
    if (at_ == units_.size()) return end(scan::StreamStatus::Complete, 0, "");
    if (play_fault(units_[at_])) return;
    later(base::Duration(options_.work.unit_milliseconds), [this] {
        if (ending_) return;
        scan_unit(units_[at_++]);
        next_unit();
    });
}

void Runner::scan_unit(const scan::Unit& unit) {
    for (int i = 0; i < options_.work.findings_per_unit; ++i) {
        open_ += scan::to_line(finding_of(unit.id, i));
        ++commit_.findings;
    }
    open_ += scan::to_line(scan::Record{
        .unit = unit.id, .kind = "synthetic", .key = unit.id, .data_json = R"({"done":1})"});
    ++commit_.records;
    open_ += scan::to_line(scan::UnitLine{.id = unit.id,
                                          .status = scan::UnitStatus::Ok,
                                          .reason = {},
                                          .ms = options_.work.unit_milliseconds,
                                          .requests = 0,
                                          .bytes = 0,
                                          .truth = {}});
    commit_.units.add(scan::UnitStatus::Ok);
    sha_.update(open_);
    segments_.push_back(std::exchange(open_, {}));
    send_segments();
}

// True: the unit does not get to its end.
bool Runner::play_fault(const scan::Unit& unit) {
    std::optional<FaultAction> action;
    for (const auto& fault : options_.work.faults) {
        if (fault.attempt != 0 && fault.attempt != options_.attempt.attempt) continue;
        const auto units = base::parse_intervals(fault.units, 1'000'000);
        if (units && std::ranges::binary_search(*units, number_of(unit))) action = fault.action;
    }
    if (!action) return false;
    switch (*action) {
    case FaultAction::Exit1: exit({.code = 1, .message = {}}); break;
    case FaultAction::Exit69: exit({.code = 69, .message = {}}); break;
    case FaultAction::Exit75: exit({.code = 75, .message = {}}); break;
    case FaultAction::NoCommit: exit({.code = 0, .message = {}}); break;
    case FaultAction::Crash: exit({.code = 134, .signal = 6, .message = {}}); break;
    case FaultAction::Oom: exit({.code = 137, .oom_killed = true, .message = {}}); break;
    case FaultAction::BadDigest: {
        scan::Commit lie{.segments = 1, .bytes = 1, .sha256 = std::string(64, '0')};
        exit({.code = 0, .message = scan::commit_to_json(lie)});
        break;
    }
    case FaultAction::Hang: break;  // until its deadline, or SIGTERM
    case FaultAction::IgnoreTerm: hangs_ = true; break;
    }
    return true;
}

void Runner::end(scan::StreamStatus status, int code, std::string message) {
    ending_ = true;
    code_ = code;
    commit_.status = status;
    commit_.message = std::move(message);
    scan::EndLine line{.status = status,
                       .units = commit_.units,
                       .findings = commit_.findings,
                       .records = commit_.records};
    if (segments_.empty() && open_.empty()) return exit({.code = code, .message = {}});
    sha_.update(open_);
    line.sha256 = sha_.hex();
    const auto last = scan::to_line(line);
    sha_.update(last);
    segments_.push_back(std::exchange(open_, {}) + last);
    commit_.segments = static_cast<std::uint32_t>(segments_.size());
    for (const auto& segment : segments_) commit_.bytes += segment.size();
    commit_.sha256 = sha_.hex();
    send_segments();
}

void Runner::send_segments() {
    if (sending_) return;
    if (sent_ == segments_.size()) {
        if (ending_) commit();
        return;
    }
    sending_ = true;
    auto call = call_of(IngestCall::Kind::Segment);
    call.number = static_cast<std::uint32_t>(sent_ + 1);
    call.body = segments_[sent_];
    ingest_.call(std::move(call), [self = shared_from_this()](const IngestReply& reply) {
        if (self->over_) return;
        self->sending_ = false;
        if (reply.status == 200) {
            ++self->sent_;
        } else if (reply.status == 412 && reply.want >= 1 && reply.want <= self->segments_.size()) {
            self->sent_ = reply.want - 1;
        } else if (!self->is_again(reply.status)) {
            self->stage_.tell(self->options_.pod, fmt::format("segment: {}", reply.status));
            return self->exit({.code = 70, .message = scan::commit_to_json(self->commit_)});
        } else {
            self->sending_ = true;
            return self->later(self->pause(), [own = self.get()] {
                own->sending_ = false;
                own->send_segments();
            });
        }
        self->send_segments();
    });
}

void Runner::commit() {
    auto call = call_of(IngestCall::Kind::Commit);
    call.commit = commit_;
    ingest_.call(std::move(call), [self = shared_from_this()](const IngestReply& reply) {
        if (self->over_) return;
        const auto record = scan::commit_to_json(self->commit_);
        if (reply.status == 200) return self->exit({.code = self->code_, .message = record});
        if (!self->is_again(reply.status)) {
            self->stage_.tell(self->options_.pod, fmt::format("commit: {}", reply.status));
            return self->exit({.code = 70, .message = record});
        }
        self->later(self->pause(), [own = self.get()] { own->commit(); });
    });
}

void Runner::terminate() {
    if (over_ || terminated_) return;
    terminated_ = true;
    if (hangs_) return;  // the kubelet kills it when its patience is over
    if (!ending_) end(scan::StreamStatus::Partial, 143, "terminated");
    // Gone within 5 s, whatever could be brought home.
    later(base::Duration(5'000),
          [this] { exit({.code = 143, .message = scan::commit_to_json(commit_)}); });
}

void Runner::kill() { over_ = true; }

void Runner::exit(RunnerExit what) {
    if (over_) return;
    over_ = true;
    stage_.tell(options_.pod, fmt::format("exits with {}", what.code));
    on_exit_(what);
}

}  // namespace sim
