// scanfleet-runner discover|run --work FOLDER: what runs in a chunk's Pod or process.
#include "base/log.h"
#include "base/os/clock.h"
#include "base/os/signals.h"
#include "runner/app/scanners.h"
#include "runner/chunk_run.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view kUsage =
    "usage: scanfleet-runner discover|run --work FOLDER\n"
    "       scanfleet-runner --version\n\n"
    "Runs one attempt of a scan job: discover makes the plan document, run works through one "
    "chunk.\n"
    "It is started by scanfleet (as a process) or by the operator (in a Pod), which prepare FOLDER "
    "and set\n"
    "SCANFLEET_INGEST_URL, SCANFLEET_RUN, SCANFLEET_ATTEMPT and SCANFLEET_LIMIT_SECONDS.\n"
    "To scan something, use `scanfleet run job.yaml`.\n";

std::optional<std::string> variable(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return std::string(value);
}

int usage_error(std::string_view sentence) {
    std::fprintf(stderr, "scanfleet-runner: %.*s\n\n%.*s", static_cast<int>(sentence.size()),
                 sentence.data(), static_cast<int>(kUsage.size()), kUsage.data());
    return static_cast<int>(scan::ExitCode::Config);
}

int run_verb(std::string_view verb, const char* folder) {
    // Before any thread, so that all inherit the mask.
    auto signals = base::os::SignalWatch::create();
    if (!signals) return usage_error(signals.error().message());
    const bool json = variable("SCANFLEET_LOG_FORMAT").value_or("") == "json";
    base::log::init({.level = base::log::Level::Info,
                     .format = json ? base::log::Format::Json : base::log::Format::Text,
                     .component = "runner"});
    const auto environment = runner::read_environment(folder, variable);
    if (!environment) return usage_error(environment.error().message());
    const auto scanners = runner::built_in_scanners();
    const auto& clock = base::os::system_clock();
    if (verb == "discover") return runner::run_discovery(*environment, scanners, clock, *signals);
    return runner::run_chunk(*environment, scanners, clock, *signals);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view verb = argc > 1 ? argv[1] : "";
    if (verb == "--version") return std::printf("scanfleet-runner %s\n", SF_VERSION) > 0 ? 0 : 1;
    if (verb == "--help" || verb == "-h") {
        return std::fwrite(kUsage.data(), 1, kUsage.size(), stdout) == kUsage.size() ? 0 : 1;
    }
    if (verb != "discover" && verb != "run")
        return usage_error("the first word must be 'discover' or 'run'");
    if (argc != 4 || std::strcmp(argv[2], "--work") != 0)
        return usage_error("--work FOLDER is missing");
    return run_verb(verb, argv[3]);
}
