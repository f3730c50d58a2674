#include "base/digest.h"
#include "base/log.h"
#include "runner/attempt.h"
#include "scan/packing.h"

#include <fmt/format.h>

#include <algorithm>

namespace runner {

namespace {

using base::Error;
using base::ErrorKind;

// Notices beyond this are counted, not listed.
constexpr std::size_t kNoticesMax = 100;

void bound_notices(std::vector<std::string>& notices) {
    if (notices.size() <= kNoticesMax) return;
    const auto more = notices.size() - (kNoticesMax - 1);
    notices.resize(kNoticesMax - 1);
    notices.push_back(fmt::format("… and {} more notices", more));
}

Stop packing_stop(Error error) {
    const auto reason = error.kind() == ErrorKind::TooLarge ? scan::Reason::PlanTooLarge
                                                            : scan::Reason::InvalidSpec;
    return Stop{scan::ExitCode::Config, std::move(error), reason};
}

std::expected<scan::PlanDocument, Stop> plan_of(const Inputs& inputs, Discovery discovery,
                                                std::vector<scan::PlanInput> stored) {
    auto options = scan::packing_options(inputs.job.spec);
    options.limits = discovery.limits;
    options.preferred_order = discovery.preferred_order;
    options.credentials = discovery.chunk_credentials;
    const auto unit_count = discovery.units.size();
    auto chunks = scan::pack(std::move(discovery.units), options);
    if (!chunks) return std::unexpected(packing_stop(std::move(chunks).error()));
    bound_notices(discovery.notices);
    scan::PlanDocument plan;
    plan.head = {.v = 1,
                 .scanner = inputs.scanner->type(),
                 .rules_version = inputs.scanner->rules_version(),
                 .inputs = std::move(stored),
                 .hosts = std::move(discovery.hosts),
                 .limits = std::move(discovery.limits),
                 .notices = std::move(discovery.notices),
                 .empty_is_fine = discovery.empty_is_fine,
                 .chunk_count = static_cast<std::uint32_t>(chunks->size()),
                 .unit_count = unit_count};
    plan.chunks = std::move(*chunks);
    return plan;
}

// The pieces a discovery holds while it runs.
struct DiscoveryRun {
    const Environment& environment;
    const base::Clock& clock;
    Inputs inputs;
    IngestClient client;
    base::Redactor redactor;
    std::vector<scan::PlanInput> stored{};
    StopFlag flag{};
};

DiscoveryContext context_of(DiscoveryRun& run) {
    return {.job = run.inputs.job,
            .credentials = run.inputs.credentials,
            .clock = run.clock,
            .redactor = run.redactor,
            .run_id = run.environment.run_id,
            .local_mode = run.environment.local_mode,
            .stopped = [&run] { return run.flag.raised(); },
            .put_input = [&run](std::string_view name,
                                std::string_view bytes) -> base::Result<std::string> {
                const auto sha = base::sha256_hex(bytes);
                TRY(run.client.put_input(sha, bytes));
                run.stored.push_back(
                    {std::string(name), sha, static_cast<std::int64_t>(bytes.size())});
                return sha;
            },
            .log = [](scan::LogLevel, std::string_view message) { base::log::info(message); },
            .read_config =
                [&run](std::string_view name, std::string_view key) {
                    return read_config(run.environment, name, key);
                }};
}

std::expected<void, Stop> discover_and_send(DiscoveryRun& run) {
    const auto context = context_of(run);
    auto discovery = run.inputs.scanner->discover(context);
    if (!discovery) return std::unexpected(std::move(discovery).error());
    auto plan = plan_of(run.inputs, std::move(*discovery), run.stored);
    if (!plan) return std::unexpected(std::move(plan).error());
    const auto lines = scan::plan_to_lines(*plan);
    if (auto sent = run.client.put_plan(lines); !sent) {
        const bool too_large = sent.error().kind() == ErrorKind::TooLarge;
        if (too_large) return std::unexpected(packing_stop(std::move(sent).error()));
        return std::unexpected(stop_of(std::move(sent).error()));
    }
    return {};
}

int last_words(const DiscoveryRun& run, const std::expected<void, Stop>& result, bool abandoned) {
    if (!abandoned && result) {
        leave_record(run.environment, {});
        return 0;
    }
    const auto cause = run.flag.cause();
    if (cause == StopCause::Deadline) {
        return leave_early(run.environment,
                           {scan::ExitCode::Deadline,
                            Error(ErrorKind::TimedOut, "discovery did not end within its limit"),
                            scan::Reason::DeadlineExceeded});
    }
    if (cause == StopCause::Terminated) {
        return leave_early(run.environment,
                           {scan::ExitCode::Terminated,
                            Error(ErrorKind::Cancelled, "discovery was terminated"),
                            {}});
    }
    return leave_early(run.environment, result.error());
}

base::Result<std::unique_ptr<DiscoveryRun>> prepare(const Environment& environment, Inputs inputs,
                                                    const base::Clock& clock, base::Ticks limit,
                                                    base::os::SignalWatch& signals) {
    auto client = TRY(IngestClient::create(environment, clock, limit, told_to_stop(signals)));
    auto key = TRY(client.redaction_key());
    // The thread that discovers may not look at signals; it is abandoned when it is told to stop.
    client.set_give_up({});
    base::Redactor redactor(std::move(key), secrets_of(inputs.credentials));
    return std::make_unique<DiscoveryRun>(environment, clock, std::move(inputs), std::move(client),
                                          std::move(redactor));
}

}  // namespace

int run_discovery(const Environment& environment, const FindScanner& find_scanner,
                  const base::Clock& clock, base::os::SignalWatch& signals) {
    const auto deadlines = deadlines_of(clock.ticks(), environment.limit);
    auto inputs = read_inputs(environment, find_scanner);
    if (!inputs) return leave_early(environment, inputs.error());
    auto prepared = prepare(environment, std::move(*inputs), clock, deadlines.limit, signals);
    if (!prepared) return leave_early(environment, stop_of(std::move(prepared).error()));
    auto& run = **prepared;
    std::expected<void, Stop> result;
    Supervised supervised([&] { result = guarded<void>([&] { return discover_and_send(run); }); },
                          run.flag);
    const bool returned = supervised.watch(
        signals, clock, {.deadline = deadlines.stop, .deadline_grace = deadlines.grace});
    const int code = last_words(run, result, !returned);
    if (!returned) leave(code);
    return code;
}

}  // namespace runner
