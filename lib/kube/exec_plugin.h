// Runs credential plug-ins.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "kube/environment.h"
#include "kube/exec_credential.h"

#include <string>
#include <string_view>

namespace kube {

struct ExecRun {
    const ExecPlugin& plugin;
    const std::string& info;  // exec_info()
    const Environment& environment;
    const base::Clock& clock;
    // Cloud tools start slowly and ask servers of their own.
    base::Duration timeout{30'000};
};

// Starts the plug-in with our environment and its own variables, without input, and waits for its
// end: blocks for at most `timeout`. NotFound: no such program (the message carries its
// installHint); TimedOut; Forbidden: it ended with an error (the message carries its last line of
// stderr); Invalid as check_plugin() and parse_exec_credential().
base::Result<ExecCredential> run_exec_plugin(const ExecRun& run);

}  // namespace kube
