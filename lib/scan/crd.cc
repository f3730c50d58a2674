#include "scan/crd.h"

#include "base/yaml_write.h"
#include "scan/crd_rules.h"
#include "scan/job_schema.h"
#include "scan/schema_openapi.h"
#include "scan/status_schema.h"

#include <array>

namespace scan {
namespace {

using schema::Defaults;
using schema::Json;

constexpr std::string_view kHead =
    "# Made from lib/scan/job_schema*.cc and lib/scan/status_schema.cc; do not edit.\n"
    "# To make it again: SF_UPDATE_GOLDEN=1 build/…/tests/scan_crd_test\n";

struct Column {
    std::string_view name;
    std::string_view type;
    std::string_view path;
    std::string_view doc;
    int priority = 0;  // 1: with -o wide only
};

// Age comes last, as everywhere. A date to come is shown as <invalid>, so the deadline is a string.
constexpr std::array kColumns = {
    Column{"Scanner", "string", ".spec.scanner.type", "What scans."},
    Column{"Status", "string", ".status.conditions[?(@.type==\"Ready\")].reason",
           "Why the job is ready, or not yet."},
    Column{"Chunks", "string", ".status.progress", "Chunks that ended / all chunks."},
    Column{"Coverage", "integer", ".status.coveragePercent", "Percent of the units scanned well."},
    Column{"Findings", "integer", ".status.findings.total", "All findings."},
    Column{"Crit", "integer", ".status.findings.critical", "Findings of severity Critical."},
    Column{"High", "integer", ".status.findings.high", "Findings of severity High."},
    Column{"Outcome", "string", ".status.outcome", "How the run ended.", 1},
    Column{"Deadline", "string", ".status.deadlineTime", "When the run ends at the latest.", 1},
    Column{"Seconds", "integer", ".status.timings.wallSeconds", "How long the run took.", 1},
    Column{"Trace", "string", ".status.trace.traceID", "Id of the trace.", 1},
    Column{"Age", "date", ".metadata.creationTimestamp", "Since the job was created."},
};

Json columns() {
    auto list = Json::array();
    for (const auto& column : kColumns) {
        Json entry = {{"name", column.name},
                      {"type", column.type},
                      {"jsonPath", column.path},
                      {"description", column.doc}};
        if (column.priority > 0) entry["priority"] = column.priority;
        list.push_back(std::move(entry));
    }
    return list;
}

Json rules() {
    auto list = Json::array();
    for (const auto& rule : resource_rules()) {
        list.push_back({{"rule", rule.rule},
                        {"message", rule.message},
                        {"fieldPath", rule.field_path},
                        {"reason", rule.reason}});
    }
    return list;
}

Json described(Json schema, std::string_view doc) {
    schema["description"] = doc;
    return schema;
}

Json root_schema() {
    auto spec = described(openapi(spec_schema(), Defaults::Written), spec_schema().doc);
    auto status = described(openapi(status_schema(), Defaults::LeftOut), status_schema().doc);
    // kstatus (Helm, Flux) takes an object without status for finished: until the operator has
    // looked, its generation must differ.
    status["default"] = {{"observedGeneration", -1}};
    return {
        {"type", "object"},
        {"description",
         "ScanJob asks for one scan of one target: it is cut into chunks, each done by a Pod of "
         "its own within a time limit; status says what was found, and how much was scanned."},
        {"required", {"spec"}},
        {"properties",
         {{"apiVersion", {{"type", "string"}, {"description", "Version of this schema."}}},
          {"kind", {{"type", "string"}, {"description", "ScanJob."}}},
          // Declared so that rules can speak of it.
          {"metadata", {{"type", "object"}, {"properties", {{"name", {{"type", "string"}}}}}}},
          {"spec", std::move(spec)},
          {"status", std::move(status)}}},
        {"x-kubernetes-validations", rules()}};
}

Json version() {
    return {{"name", "v1alpha1"},
            {"served", true},
            {"storage", true},
            {"subresources", {{"status", Json::object()}}},
            {"additionalPrinterColumns", columns()},
            {"schema", {{"openAPIV3Schema", root_schema()}}}};
}

}  // namespace

std::string scanjob_crd_yaml() {
    const Json names = {{"kind", "ScanJob"},
                        {"listKind", "ScanJobList"},
                        {"plural", "scanjobs"},
                        {"singular", "scanjob"},
                        {"shortNames", Json::array({"sfj"})},
                        {"categories", Json::array({"scans"})}};
    const Json crd = {{"apiVersion", "apiextensions.k8s.io/v1"},
                      {"kind", "CustomResourceDefinition"},
                      {"metadata", {{"name", "scanjobs.scanfleet.dev"}}},
                      {"spec",
                       {{"group", "scanfleet.dev"},
                        {"scope", "Namespaced"},
                        {"names", names},
                        {"versions", Json::array({version()})}}}};
    return std::string(kHead) + base::dump_yaml(crd);
}

}  // namespace scan
