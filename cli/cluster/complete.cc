// What kubectl shows after a Tab: it runs `kubectl_complete-scanfleet WORDS…`, the last word being
// typed. Source:
// https://github.com/kubernetes/kubectl/blob/master/pkg/cmd/plugin/plugin_completion.go
#include "base/json.h"
#include "base/os/clock.h"
#include "cli/cluster/scan_list.h"
#include "cli/cluster/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace cli::cluster {

namespace {

// Longer than people wait for a Tab.
constexpr base::Duration kPatience{2'000};
constexpr std::int64_t kNamesMax = 200;
// Of cobra: no file names.
constexpr std::string_view kNoFiles = ":4\n";

constexpr std::array<std::string_view, 5> kCommands{"get", "watch", "report", "cancel", "version"};
constexpr std::array<std::string_view, 8> kFlags{
    "--namespace", "--context", "--kubeconfig",         "--all-namespaces",
    "--output",    "--file",    "--operator-namespace", "--service-account"};

std::string matching(std::span<const std::string_view> words, std::string_view begin) {
    std::string out;
    for (const auto word : words)
        if (word.starts_with(begin)) out += fmt::format("{}\n", word);
    return out;
}

std::string value_after(const std::vector<std::string>& words, std::string_view brief,
                        std::string_view full) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i)
        if (words[i] == brief || words[i] == full) return words[i + 1];
    return {};
}

std::string job_names(const std::vector<std::string>& words) {
    const Flags flags{.kubeconfig = value_after(words, "--kubeconfig", "--kubeconfig"),
                      .context = value_after(words, "--context", "--context"),
                      .namespace_ = value_after(words, "-n", "--namespace")};
    auto session = Session::open(flags, base::os::system_clock());
    if (!session) return {};
    const auto page = session->fetch(
        kube::list(kScanJobs, session->where(), {.limit = kNamesMax}), kPatience);
    const base::Json* items = page ? base::find(*page, "items") : nullptr;
    if (items == nullptr || !items->is_array()) return {};
    std::string out;
    for (const auto& job : *items) {
        const auto name = name_of(job);
        if (name.starts_with(words.back())) out += name + "\n";
    }
    return out;
}

std::string outputs(std::string_view command, std::string_view begin) {
    constexpr std::array<std::string_view, 5> kOfGet{"table", "wide", "name", "json", "yaml"};
    constexpr std::array<std::string_view, 6> kOfReport{"json", "jsonl", "sarif",
                                                        "html", "md",    "junit"};
    if (command == "report") return matching(kOfReport, begin);
    return matching(kOfGet, begin);
}

}  // namespace

std::string complete(const std::vector<std::string>& words) {
    if (words.empty()) return std::string(kNoFiles);
    const std::string& last = words.back();
    if (words.size() == 1) return matching(kCommands, last) + std::string(kNoFiles);
    const std::string& before = words[words.size() - 2];
    if (before == "-o" || before == "--output")
        return outputs(words.front(), last) + std::string(kNoFiles);
    if (last.starts_with('-')) return matching(kFlags, last) + std::string(kNoFiles);
    if (before == "--kubeconfig" || before == "-f" || before == "--file") return ":0\n";
    const bool is_value = before.starts_with('-') && before != "-A" && before != "--all-namespaces";
    if (is_value || words.front() == "version") return std::string(kNoFiles);
    return job_names(words) + std::string(kNoFiles);
}

}  // namespace cli::cluster
