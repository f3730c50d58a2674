#include "operator/results/line_scan.h"

#include <simdjson.h>

#include <string>

namespace results {

using base::ErrorKind;
using base::fail;
using base::Result;

struct LineScan::Impl {
    simdjson::dom::parser parser;
    std::string padded;
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
