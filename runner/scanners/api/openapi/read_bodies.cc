#include "runner/scanners/api/openapi/read_parts.h"

#include "base/document.h"
#include "base/text.h"

#include <algorithm>

namespace runner::api {

using base::Json;

void read_request_body(const Reading& reading, const Json& source, Operation& operation) {
    const auto* raw = base::find(source, "requestBody");
    if (raw == nullptr) return;
    const auto* body = reading.resolver().follow(raw);
    if (body == nullptr || !body->is_object()) {
        operation.defect = "the requestBody cannot be resolved";
        return;
    }
    const auto* content = base::find(*body, "content");
    if (content == nullptr || !content->is_object()) return;
    for (const auto& [type, media] : content->items()) {
        const auto* schema = base::find(media, "schema");
        operation.bodies.push_back(
            {.media_type = type == "*/*" ? "application/json" : type,
             .required = base::get_bool(*body, "required"),
             .schema = reading.resolver().follow(schema),
             .object = &media,
             .pointer = operation.pointer + "/requestBody/content/" + base::escape_pointer(type)});
    }
    std::ranges::stable_sort(operation.bodies, {},
                             [](const Body& b) { return media_rank(b.media_type); });
}

void read_responses(const Reading& reading, const Json& source, Operation& operation) {
    const auto* responses = base::find(source, "responses");
    if (responses == nullptr || !responses->is_object()) return;
    for (const auto& [status, raw] : responses->items()) {
        const auto* response = reading.resolver().follow(&raw);
        if (status.starts_with("x-") || response == nullptr || !response->is_object()) continue;
        ResponseSpec out{.status = status};
        if (reading.is_v2) {
            out.schema = reading.resolver().follow(base::find(*response, "schema"));
        } else if (const auto* content = base::find(*response, "content");
                   content != nullptr && content->is_object() && !content->empty()) {
            auto best = content->begin();
            for (auto it = content->begin(); it != content->end(); ++it) {
                if (media_rank(it.key()) < media_rank(best.key())) best = it;
            }
            out.media_type = best.key();
            out.schema = reading.resolver().follow(base::find(best.value(), "schema"));
        }
        operation.responses.push_back(std::move(out));
    }
}

const Json* Operation::response_schema(int status) const {
    const auto exact = std::to_string(status);
    const auto range = exact.substr(0, 1) + "xx";
    const ResponseSpec* best = nullptr;
    int best_rank = 3;
    for (const auto& response : responses) {
        int rank = 3;
        if (response.status == exact) rank = 0;
        if (rank == 3 && base::to_lower(response.status) == range) rank = 1;
        if (rank == 3 && response.status == "default") rank = 2;
        if (rank < best_rank) best = &response, best_rank = rank;
    }
    return best == nullptr ? nullptr : best->schema;
}

std::string_view to_string(Place place) {
    switch (place) {
    case Place::Path: return "path";
    case Place::Query: return "query";
    case Place::Header: return "header";
    case Place::Cookie: return "cookie";
    }
    return "";
}

}  // namespace runner::api
