// A request before it is text: an operation with a value for each parameter it sends. Checks change
// one value and render again.
#pragma once

#include "base/json.h"
#include "net/http.h"
#include "runner/scanners/api/openapi/model.h"
#include "runner/scanners/api/values/chance.h"
#include "runner/scanners/api/values/schema_values.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner::api {

struct Argument {
    const Parameter* parameter = nullptr;
    base::Json value{};
};

struct Draft {
    const Operation* operation = nullptr;
    std::vector<Argument> arguments{};
    const Body* body_spec = nullptr;  // nullptr = no body
    base::Json body{};
    // Sent in place of the rendered body, for malformed ones.
    std::optional<std::string> raw_body{};

    const Argument* find(Place place, std::string_view name) const;
    Argument* find(Place place, std::string_view name);
};

enum class Optional { Left, Sent };
struct DraftChoice {
    Optional parameters = Optional::Left;
    Optional properties = Optional::Left;
    std::size_t example_index = 0;
    // Values that go before the document's: the job's own, harvested ids. Asked for parameters and
    // properties.
    std::function<std::optional<base::Json>(std::string_view name, const base::Json* schema)>
        known{};
};

// Parameters that carry credentials are never filled: personas do that.
Draft make_draft(const Specification& specification, const Operation& operation,
                 const DraftChoice& choice, Chance& chance);

// The request for `server_url` (absolute, with or without a final '/'). No credentials in it.
net::Request render(const std::string& server_url, const Draft& draft);

}  // namespace runner::api
