#include "cli/cluster/scan_list.h"

#include "base/json.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace cli::cluster {

using base::Json;

namespace {

constexpr std::string_view kNone = "<none>";
constexpr std::size_t kMessageMax = 500;
using Row = std::vector<std::string>;

const Json* at(const Json& value, std::initializer_list<std::string_view> path) {
    const Json* place = &value;
    for (const auto member : path) {
        place = base::find(*place, member);
        if (place == nullptr) return nullptr;
    }
    return place;
}

// What an object holds could colour the terminal.
std::string cell(const Json* value) {
    if (value == nullptr || value->is_null()) return std::string(kNone);
    if (value->is_string()) {
        auto text = printable(value->get<std::string>());
        return text.empty() ? std::string(kNone) : text;
    }
    return base::dump_json(*value);
}

std::string or_none(std::string text) { return text.empty() ? std::string(kNone) : text; }

std::string age(const Json& job, base::Instant now) {
    const Json* metadata = base::find(job, "metadata");
    if (metadata == nullptr) return std::string(kNone);
    const auto created = base::parse_instant(base::get_string(*metadata, "creationTimestamp"));
    if (!created) return std::string(kNone);
    return base::format_duration(std::max(now - *created, base::Duration{0}));
}

Row head(Output output, bool with_namespace) {
    Row row;
    if (with_namespace) row.emplace_back("NAMESPACE");
    for (const auto* title :
         {"NAME", "SCANNER", "STATUS", "CHUNKS", "COVERAGE", "FINDINGS", "CRIT", "HIGH"})
        row.emplace_back(title);
    if (output == Output::Wide)
        for (const auto* title : {"OUTCOME", "DEADLINE", "SECONDS", "TRACE"})
            row.emplace_back(title);
    row.emplace_back("AGE");
    return row;
}

Row row_of(const Json& job, Output output, bool with_namespace, base::Instant now) {
    Row row;
    if (with_namespace) row.push_back(cell(at(job, {"metadata", "namespace"})));
    row.push_back(cell(at(job, {"metadata", "name"})));
    row.push_back(cell(at(job, {"spec", "scanner", "type"})));
    row.push_back(or_none(condition_text(job, "Ready", "reason")));
    row.push_back(cell(at(job, {"status", "progress"})));
    row.push_back(cell(at(job, {"status", "coveragePercent"})));
    for (const auto* member : {"total", "critical", "high"})
        row.push_back(cell(at(job, {"status", "findings", member})));
    if (output == Output::Wide) {
        row.push_back(cell(at(job, {"status", "outcome"})));
        row.push_back(cell(at(job, {"status", "deadlineTime"})));
        row.push_back(cell(at(job, {"status", "timings", "wallSeconds"})));
        row.push_back(cell(at(job, {"status", "trace", "traceID"})));
    }
    row.push_back(age(job, now));
    return row;
}

std::string aligned(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i + 1 < row.size(); ++i)
            text += fmt::format("{:<{}}   ", row[i], widths[i]);
        text += row.back() + "\n";
    }
    return text;
}

}  // namespace

std::optional<Output> output_from(std::string_view word) {
    using Entry = std::pair<std::string_view, Output>;
    constexpr std::array kWords{Entry{"table", Output::Table}, Entry{"wide", Output::Wide},
                                Entry{"name", Output::Name}, Entry{"json", Output::Json},
                                Entry{"yaml", Output::Yaml}};
    const auto found = std::ranges::find(kWords, word, &Entry::first);
    if (found == kWords.end()) return std::nullopt;
    return found->second;
}

std::string table(const std::vector<Json>& jobs, Output output, bool with_namespace,
                  base::Instant now) {
    std::vector<Row> rows{head(output, with_namespace)};
    for (const auto& job : jobs) rows.push_back(row_of(job, output, with_namespace, now));
    return aligned(rows);
}

std::string detail(const Json& job, Output output, base::Instant now) {
    std::string text = table({job}, output, false, now);
    const auto message = condition_text(job, "Ready", "message");
    if (!message.empty()) text += fmt::format("\n{}\n", base::ellipsize(message, kMessageMax));
    const Json* failed = at(job, {"status", "failedChunks"});
    if (failed == nullptr || !failed->is_array()) return text;
    for (const auto& chunk : *failed) {
        text += fmt::format(
            "chunk {}: {} after {} attempts: {}\n", base::get_int(chunk, "index"),
            printable(base::get_string(chunk, "reason")), base::get_int(chunk, "attempts"),
            printable(base::ellipsize(base::get_string(chunk, "message"), kMessageMax)));
    }
    return text;
}

std::string names(const std::vector<Json>& jobs) {
    std::string text;
    for (const auto& job : jobs) text += fmt::format("scanjob.scanfleet.dev/{}\n", name_of(job));
    return text;
}

std::string printable(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) c = ' ';
    }
    return out;
}

std::string name_of(const Json& job) {
    const Json* metadata = base::find(job, "metadata");
    return metadata == nullptr ? std::string() : base::get_string(*metadata, "name");
}

std::string status_text(const Json& job, std::string_view member) {
    const Json* status = base::find(job, "status");
    return status == nullptr ? std::string() : base::get_string(*status, member);
}

std::string condition_text(const Json& job, std::string_view type, std::string_view member) {
    const Json* conditions = at(job, {"status", "conditions"});
    if (conditions == nullptr || !conditions->is_array()) return {};
    for (const auto& condition : *conditions) {
        if (base::get_string(condition, "type") == type)
            return printable(base::get_string(condition, member));
    }
    return {};
}

bool is_finished(const Json& job) { return condition_text(job, "Finished", "status") == "True"; }

}  // namespace cli::cluster
