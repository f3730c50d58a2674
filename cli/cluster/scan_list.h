// ScanJobs, as the API server gives them, for people and scripts. Pure.
#pragma once

#include "base/json_fwd.h"
#include "base/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli::cluster {

enum class Output { Table, Wide, Name, Json, Yaml };
std::optional<Output> output_from(std::string_view word);

// The columns of `kubectl get`; "<none>" where a job does not say.
std::string table(const std::vector<base::Json>& jobs, Output output, bool with_namespace,
                  base::Instant now);
// One job as a table, with what its status says in words: the message, chunks that failed.
std::string detail(const base::Json& job, Output output, base::Instant now);
// "scanjob.scanfleet.dev/NAME", a line each.
std::string names(const std::vector<base::Json>& jobs);

// Without what could move the cursor or colour the terminal.
std::string printable(std::string_view text);

// Parts of an object; empty where it has none.
std::string name_of(const base::Json& job);
std::string status_text(const base::Json& job, std::string_view member);
// Of the condition `type`: "status", "reason", "message".
std::string condition_text(const base::Json& job, std::string_view type, std::string_view member);
bool is_finished(const base::Json& job);

}  // namespace cli::cluster
