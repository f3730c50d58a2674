#include "operator/results/line_scan.h"

#include "scan/finding.h"

#include <simdjson.h>

#include <string>
#include <utility>

namespace results {

using base::ErrorKind;
using base::fail;
using base::Result;

struct LineScan::Impl {
    simdjson::dom::parser parser;
    std::string padded;
    scan::Finding finding{};  // only what orders it is filled in
};

LineScan::LineScan() : impl_(std::make_unique<Impl>()) {}
LineScan::~LineScan() = default;

namespace {

std::string_view text_of(const simdjson::dom::object& object, std::string_view key) {
    std::string_view text;
    // Missing and of another type are alike here: the view stays empty.
    if (object[key].get(text) != simdjson::SUCCESS) return {};
    return text;
}

ScannedLine scanned(const simdjson::dom::object& object, std::string_view raw) {
    ScannedLine line{.raw = raw};
    const auto type = text_of(object, "type");
    if (type == "finding") {
        line.kind = LineKind::Finding;
        line.id = text_of(object, "id");
        line.unit = text_of(object, "unit");
    } else if (type == "unit") {
        line.kind = LineKind::Unit;
        line.id = text_of(object, "id");
    } else if (type == "record") {
        line.kind = LineKind::Record;
        line.unit = text_of(object, "unit");
        line.record_kind = text_of(object, "kind");
        line.record_key = text_of(object, "key");
    } else if (type == "log") {
        line.unit = text_of(object, "unit");
    }
    return line;
}

}  // namespace

Result<> LineScan::each(std::string_view bytes,
                        const std::function<Result<>(const ScannedLine&)>& take) {
    // The parser reads beyond the end of a line: into the next one, or into this padding.
    auto& padded = impl_->padded;
    padded.assign(bytes);
    padded.append(simdjson::SIMDJSON_PADDING, '\0');
    std::size_t begin = 0;
    while (begin < bytes.size()) {
        const auto newline = bytes.find('\n', begin);
        const auto end = newline == std::string_view::npos ? bytes.size() : newline;
        simdjson::dom::object object;
        if (impl_->parser.parse(padded.data() + begin, end - begin, false).get(object) !=
            simdjson::SUCCESS) {
            return fail(ErrorKind::Invalid, "a stored line is not a JSON object");
        }
        TRY(take(scanned(object, bytes.substr(begin, end - begin))));
        begin = end + 1;
    }
    return {};
}

namespace {

// The members that scan::canonical_location reads; the rest of a location does not order findings.
Result<scan::Location> location_of(const simdjson::dom::object& finding) {
    simdjson::dom::object place;
    if (finding["location"].get(place) != simdjson::SUCCESS) {
        return fail(ErrorKind::Invalid, "a stored finding has no location");
    }
    const auto text = [&place](std::string_view key) { return std::string(text_of(place, key)); };
    const auto kind = text_of(place, "kind");
    if (kind == "file") return scan::FileLocation{.path = text("path")};
    if (kind == "generic") return scan::GenericLocation{.uri = text("uri"), .name = text("name")};
    if (kind != "operation")
        return fail(ErrorKind::Invalid, "a stored finding has an unknown kind of location");
    scan::OperationLocation operation{
        .server = text("server"), .method = text("method"), .path_template = text("pathTemplate")};
    simdjson::dom::object parameter;
    if (place["parameter"].get(parameter) == simdjson::SUCCESS) {
        operation.parameter_in = text_of(parameter, "in");
        operation.parameter_name = text_of(parameter, "name");
    }
    return operation;
}

bool is_suppressed(const simdjson::dom::object& finding) {
    simdjson::dom::object suppressed;
    return finding["suppressed"].get(suppressed) == simdjson::SUCCESS;
}

}  // namespace

Result<FindingKeys> LineScan::finding_keys(std::string_view line) {
    auto& padded = impl_->padded;
    padded.assign(line);
    padded.append(simdjson::SIMDJSON_PADDING, '\0');
    simdjson::dom::object object;
    if (impl_->parser.parse(padded.data(), line.size(), false).get(object) != simdjson::SUCCESS) {
        return fail(ErrorKind::Invalid, "a stored line is not a JSON object");
    }
    const auto severity = scan::severity_from(text_of(object, "severity"));
    const auto category = scan::category_from(text_of(object, "category"));
    if (!severity || !category)
        return fail(ErrorKind::Invalid, "a stored finding has no severity or category");
    auto& finding = impl_->finding;
    finding.id = text_of(object, "id");
    finding.rule_id = text_of(object, "ruleID");
    finding.severity = *severity;
    finding.location = TRY(location_of(object));
    return FindingKeys{.order = scan::report_order_key(finding),
                       .severity = *severity,
                       .category = *category,
                       .suppressed = is_suppressed(object)};
}

Result<> LineScan::each_unit_id(std::string_view chunk_line,
                                const std::function<Result<>(std::string_view)>& take) {
    simdjson::dom::array units;
    if (impl_->parser.parse(chunk_line.data(), chunk_line.size())["units"].get(units) !=
        simdjson::SUCCESS) {
        return fail(ErrorKind::Invalid, "a stored chunk document is damaged");
    }
    for (const auto unit : units) {
        std::string_view id;
        if (unit["id"].get(id) != simdjson::SUCCESS) {
            return fail(ErrorKind::Invalid, "a stored chunk document has a unit without id");
        }
        TRY(take(id));
    }
    return {};
}

}  // namespace results
