#include "runner/scanners/api/openapi/read.h"

#include "base/document.h"
#include "base/json.h"
#include "base/text.h"
#include "runner/scanners/api/openapi/read_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace runner::api {
namespace {

using base::ErrorKind;
using base::fail;
using base::Json;

constexpr std::array<std::string_view, 8> kMethods = {"get",  "put",     "post",  "delete",
                                                      "head", "options", "patch", "trace"};

// The version, as a string even where YAML made a number of it ("swagger: 2.0").
std::string version_of(const Json& root, std::string_view key) {
    const auto* value = base::find(root, key);
    if (value == nullptr) return {};
    if (value->is_string()) return value->get<std::string>();
    if (value->is_number_float()) return fmt::format("{:.1f}", value->get<double>());
    if (value->is_number_integer()) return fmt::format("{}.0", value->get<std::int64_t>());
    return {};
}

base::Result<bool> read_version(const Json& root, Specification& out) {
    if (!root.is_object())
        return fail(ErrorKind::Invalid,
                    "this is not an OpenAPI document: its root is not an object");
    if (const auto v2 = version_of(root, "swagger"); !v2.empty()) {
        if (v2 != "2.0") {
            return fail(ErrorKind::Invalid,
                        fmt::format("Swagger version '{}' is not supported; convert to 2.0 or 3.x",
                                    base::ellipsize(v2, 32)));
        }
        out.version = v2;
        return true;
    }
    out.version = version_of(root, "openapi");
    if (out.version.empty()) {
        return fail(ErrorKind::Invalid,
                    "this is not an OpenAPI document: it has neither 'openapi' nor 'swagger'");
    }
    if (!out.version.starts_with("3.")) {
        return fail(ErrorKind::Invalid,
                    fmt::format("OpenAPI version '{}' is not supported; 2.0, 3.0 and 3.1 are",
                                base::ellipsize(out.version, 32)));
    }
    if (!out.version.starts_with("3.0") && !out.version.starts_with("3.1")) {
        out.notices.push_back(
            fmt::format("OpenAPI {} is read as 3.1; parts that are new in it are passed over",
                        base::ellipsize(out.version, 32)));
    }
    return false;
}

// Each {name} of the template needs a path parameter; braces must close.
void check_template(Operation& operation) {
    if (!operation.defect.empty()) return;
    std::string_view rest = operation.path_template;
    while (true) {
        const auto open = rest.find('{');
        if (open == std::string_view::npos) break;
        const auto close = rest.find('}', open);
        if (close == std::string_view::npos) {
            operation.defect = "the path template has a '{' without '}'";
            return;
        }
        const auto name = rest.substr(open + 1, close - open - 1);
        const bool known = std::ranges::any_of(operation.parameters, [&](const Parameter& p) {
            return p.place == Place::Path && p.name == name;
        });
        if (!known) {
            // Undeclared path parameters are common; a string is what they mean.
            Parameter added{.name = std::string(name), .place = Place::Path, .required = true};
            added.pointer = operation.pointer;
            operation.parameters.push_back(std::move(added));
        }
        rest.remove_prefix(close + 1);
    }
    // Declared and unused: nowhere to put it.
    std::erase_if(operation.parameters, [&](const Parameter& p) {
        return p.place == Place::Path &&
               operation.path_template.find("{" + p.name + "}") == std::string::npos;
    });
}

Operation read_operation(const Reading& reading, const ParameterLists& lists, Operation operation) {
    const auto& source = lists.operation;
    operation.operation_id = base::ellipsize(base::get_string(source, "operationId"), 256);
    operation.deprecated = base::get_bool(source, "deprecated");
    if (const auto* tags = base::find(source, "tags"); tags != nullptr && tags->is_array()) {
        for (const auto& tag : *tags) {
            if (tag.is_string())
                operation.tags.push_back(base::ellipsize(tag.get_ref<const std::string&>(), 128));
        }
    }
    read_parameters(reading, lists, operation);
    if (!reading.is_v2) read_request_body(reading, source, operation);
    read_responses(reading, source, operation);
    operation.auth = read_auth(reading, source, operation);
    check_template(operation);
    return operation;
}

void read_path(const Reading& reading, const std::string& path, const Json& raw_item) {
    auto& out = reading.out;
    const auto* item = reading.resolver().follow(&raw_item);
    if (item == nullptr || !item->is_object()) {
        out.notices.push_back(fmt::format("{}: the path item cannot be read; passed over",
                                          base::ellipsize(path, 200)));
        return;
    }
    const auto path_pointer = "/paths/" + base::escape_pointer(path);
    for (const auto method : kMethods) {
        const auto* source = base::find(*item, method);
        if (source == nullptr) continue;
        Operation operation;
        operation.method = method;
        std::ranges::transform(operation.method, operation.method.begin(),
                               [](char c) { return static_cast<char>(c - 'a' + 'A'); });
        operation.path_template = path;
        operation.pointer = path_pointer + "/" + std::string(method);
        if (!source->is_object()) {
            operation.defect = "the operation is not an object";
            out.operations.push_back(std::move(operation));
            continue;
        }
        out.operations.push_back(read_operation(
            reading, {.path_item = *item, .path_pointer = path_pointer, .operation = *source},
            std::move(operation)));
    }
}

void count_ignored(const Reading& reading) {
    const auto* webhooks = base::find(reading.root, "webhooks");
    if (webhooks != nullptr && webhooks->is_object() && !webhooks->empty()) {
        reading.out.notices.push_back(
            fmt::format("{} webhooks are described; the target calls them, so they are not scanned",
                        webhooks->size()));
    }
}

void note_duplicate_ids(Specification& out) {
    std::set<std::string> seen;
    std::size_t twice = 0;
    for (const auto& operation : out.operations) {
        if (operation.operation_id.empty()) continue;
        if (!seen.insert(operation.operation_id).second) ++twice;
    }
    if (twice > 0)
        out.notices.push_back(
            fmt::format("{} operationIds stand more than once in the document", twice));
}

}  // namespace

base::Result<Specification> read_specification(std::shared_ptr<const Json> document) {
    Specification out;
    out.made = std::make_shared<std::deque<Json>>();
    out.resolver = Resolver(document);
    const bool is_v2 = TRY(read_version(*document, out));
    const Reading reading{*document, out, is_v2};
    out.servers = read_servers(reading);
    out.schemes = read_schemes(reading);
    count_ignored(reading);
    const auto* paths = base::find(*document, "paths");
    if (paths == nullptr || paths->is_null()) return out;
    if (!paths->is_object())
        return fail(ErrorKind::Invalid, "'paths' of the OpenAPI document is not an object");
    for (const auto& [path, item] : paths->items()) {
        if (path.starts_with("x-")) continue;
        if (!path.starts_with('/')) {
            out.notices.push_back(fmt::format("'{}': a path must begin with '/'; passed over",
                                              base::ellipsize(path, 200)));
            continue;
        }
        ++out.path_count;
        read_path(reading, path, item);
    }
    note_duplicate_ids(out);
    return out;
}

}  // namespace runner::api
