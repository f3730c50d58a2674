// scanfleet-operator: the controller of ScanJobs. What it does lies in operator/control.
#include "base/log.h"
#include "operator/app/operator.h"

#include <cstdio>
#include <map>

int main(int argc, char** argv) {
    // Before any thread, so that all inherit the mask.
    auto signals = base::os::SignalWatch::create();
    const auto parsed = app::parse_flags(argc, argv);
    if (parsed.exit_code >= 0) return parsed.exit_code;
    if (!signals) {
        std::fprintf(stderr, "scanfleet-operator: %s\n", signals.error().message().c_str());
        return 1;
    }
    using base::log::Level;
    static const std::map<std::string_view, Level> kLevels = {{"debug", Level::Debug},
                                                              {"info", Level::Info},
                                                              {"warn", Level::Warn},
                                                              {"error", Level::Error}};
    const bool json = parsed.flags.log_format == "json";
    base::log::init({.level = kLevels.at(parsed.flags.log_level),
                     .format = json ? base::log::Format::Json : base::log::Format::Text,
                     .component = "operator"});
    const auto done = app::run_operator(parsed.flags, *signals);
    if (done) return 0;
    base::log::error("The operator could not go on", {{"err", done.error().message()}});
    return 1;
}
