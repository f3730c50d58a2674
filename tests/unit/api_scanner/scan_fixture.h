// Runs the Api scanner, discovery and one chunk, in this process against a stub API.
#pragma once

#include "base/document.h"
#include "base/json.h"
#include "base/os/clock.h"
#include "base/redact.h"
#include "fakes/stub_api.h"
#include "runner/scanner.h"
#include "runner/scanners/api/scanner.h"
#include "scan/finding.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace runner::api {

struct ScanSetup {
    std::string specification{};
    scan::Authorization level = scan::Authorization::Active;
    std::vector<scan::Persona> personas{};
    Credentials credentials{};
    scan::ApiOptions options{};
    std::set<std::string> finished{};  // ids of units that an earlier attempt ended
    bool local_mode = true;
    bool with_server_url = true;
    // Which groups go into the chunk; empty = all.
    std::set<std::string> affinities{};
    int stop_after_lines = -1;  // the attempt is told to stop once it has emitted so many
};

struct ScanOutcome {
    std::optional<Stop> stop{};
    Discovery discovery{};
    std::vector<scan::Finding> findings{};
    std::map<std::string, scan::UnitLine> units{};
    std::vector<scan::Record> records{};
    std::vector<std::string> logs{};

    // "api.bola GET /orders/{id}", sorted; those at or above `least`.
    std::set<std::string> found(scan::Severity least = scan::Severity::Low) const;
    const scan::Finding* finding(std::string_view rule, std::string_view operation) const;
    std::int64_t truth(const std::string& unit, std::string_view name) const;
};

ScanOutcome discover_only(const ScanSetup& setup, const std::string& server_url);
ScanOutcome scan_with(const ScanSetup& setup, const fakes::StubApi& api);

// Personas "alice" and "bob" (role User) by bearer token "token-<name>", and their credentials.
void add_users(ScanSetup& setup);
scan::Persona bearer(const std::string& name, scan::PersonaRole role = scan::PersonaRole::User);

// A specification of JSON paths, with a bearer scheme; `paths` is the inside of "paths".
std::string specification_of(std::string_view paths, std::string_view rest = "");

}  // namespace runner::api
