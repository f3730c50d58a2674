#include "operator/app/options.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace app {

base::Result<Address> parse_address(std::string_view text) {
    const auto colon = text.rfind(':');
    Address out;
    if (colon != std::string_view::npos) {
        const auto port = text.substr(colon + 1);
        const auto [stopped, error] =
            std::from_chars(port.data(), port.data() + port.size(), out.port);
        auto host = text.substr(0, colon);
        if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
        if (!host.empty()) out.host = host;
        const bool whole = error == std::errc() && stopped == port.data() + port.size();
        if (whole && out.port >= 0 && out.port <= 65'535) return out;
    }
    return base::fail(base::ErrorKind::Invalid,
                      "'" + std::string(text) +
                          "' is no address: write HOST:PORT, as 0.0.0.0:8443");
}

namespace {

void add_cluster(CLI::App& app, OperatorFlags& flags) {
    app.add_option("--namespace", flags.namespace_, "watch this namespace only (default: all)");
    app.add_option("--kubeconfig", flags.kubeconfig, "run outside the cluster, as this file says");
    app.add_option("--context", flags.context, "context of the kubeconfig");
    app.add_flag("--leader-elect", flags.leader_elect,
                 "lead only while holding the Lease (more than one replica needs it)");
    app.add_option("--leader-election-namespace", flags.lease_namespace,
                   "namespace of the Lease (default: our own)");
}

void add_addresses(CLI::App& app, OperatorFlags& flags) {
    app.add_option("--ingest-address", flags.ingest_address, "where runners reach ingest")
        ->capture_default_str();
    app.add_option("--ingest-url", flags.ingest_url, "the same, as runners are told")
        ->capture_default_str();
    app.add_option("--ingest-name", flags.ingest_names,
                   "one more DNS name or address for the certificate that we make");
    app.add_option("--tls-folder", flags.tls_folder,
                   "folder with tls.crt, tls.key and ca.crt (default: a certificate of our own)");
    app.add_option("--rest-address", flags.rest_address,
                   "scans, findings and reports for people and programs; empty = off")
        ->capture_default_str();
    app.add_option("--metrics-address", flags.metrics_address, "metrics; empty = off")
        ->capture_default_str();
    app.add_option("--metrics-secure", flags.metrics_secure,
                   "metrics over HTTPS, for those whose token may get /metrics; false: over HTTP, "
                   "for whoever gets there")
        ->capture_default_str();
    app.add_option("--health-address", flags.health_address, "/healthz and /readyz; empty = off")
        ->capture_default_str();
}

void add_rest(CLI::App& app, OperatorFlags& flags) {
    app.add_option("--store", flags.store, "SQLite file; merged results lie beside it")
        ->capture_default_str();
    app.add_option("--runner-image", flags.runner_image, "image of runner Pods")
        ->capture_default_str();
    app.add_option("--allow-image", flags.allowed_images,
                   "one more image that jobs may name; one * at the end stands for the rest");
    app.add_option("--allow-service-account", flags.allowed_accounts,
                   "NAMESPACE/NAME: a ServiceAccount that jobs may name");
    app.add_option("--image-pull-policy", flags.image_pull_policy, "of runner Pods")
        ->check(CLI::IsMember({"Always", "IfNotPresent", "Never"}))
        ->capture_default_str();
    app.add_option("--retry-seconds", flags.retry_seconds, "before the first retry of a chunk")
        ->check(CLI::Range(1, 60))
        ->capture_default_str();
    app.add_option("--log-format", flags.log_format, "json or text")
        ->check(CLI::IsMember({"json", "text"}))
        ->capture_default_str();
    app.add_option("--log-level", flags.log_level, "debug, info, warn or error")
        ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
        ->capture_default_str();
}

// "--flag=" gives an empty value, which the parser takes for a missing one. Last first, as it wants
// them.
std::vector<std::string> words_of(int argc, char** argv) {
    std::vector<std::string> words;
    for (int i = 1; i < argc; ++i) {
        std::string word = argv[i];
        const bool empty = word.starts_with("--") && word.ends_with('=');
        if (empty) word.pop_back();
        words.push_back(std::move(word));
        if (empty) words.emplace_back();
    }
    std::ranges::reverse(words);
    return words;
}

}  // namespace

Parsed parse_flags(int argc, char** argv) {
    Parsed out;
    CLI::App app("Runs ScanJobs: fans each out into Pods, takes in what they find, writes status.",
                 "scanfleet-operator");
    app.set_version_flag("--version", "scanfleet-operator " SF_VERSION);
    add_cluster(app, out.flags);
    add_addresses(app, out.flags);
    add_rest(app, out.flags);
    // Who adds a flag to those of a manifest means his own. Lists gather.
    for (auto* option : app.get_options())
        if (option->get_expected_max() == 1) option->take_last();
    try {
        app.parse(words_of(argc, argv));
    } catch (const CLI::ParseError& error) {
        out.exit_code = app.exit(error) == 0 ? 0 : 1;
    }
    return out;
}

}  // namespace app
