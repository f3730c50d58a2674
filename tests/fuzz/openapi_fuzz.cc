// OpenAPI documents: whatever comes in, operations come out or a sentence, and every operation
// gives a request.
#include "base/document.h"
#include "base/json.h"
#include "runner/scanners/api/discovery/affinity.h"
#include "runner/scanners/api/openapi/bundle.h"
#include "runner/scanners/api/openapi/read.h"
#include "runner/scanners/api/request/draft.h"

#include <cstdint>
#include <cstdlib>

using namespace runner::api;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto document = base::Document::parse(text, {.bytes_max = 1 << 18, .nodes_max = 10'000});
    if (!document) return 0;
    auto json = std::make_shared<base::Json>(document->root());
    std::vector<std::string> notices;
    bundle(*json, {}, notices);
    const auto specification = read_specification(json);
    if (!specification) {
        if (specification.error().message().empty()) std::abort();
        return 0;
    }
    std::vector<const Operation*> operations;
    for (const auto& operation : specification->operations) {
        operations.push_back(&operation);
        Chance chance("run", operation.id(), "fuzz");
        const auto draft =
            make_draft(*specification, operation,
                       {.parameters = Optional::Sent, .properties = Optional::Sent}, chance);
        if (!render("http://h", draft).url.starts_with("http://h/")) std::abort();
    }
    if (affinities_of(operations).size() != operations.size()) std::abort();
    return 0;
}
