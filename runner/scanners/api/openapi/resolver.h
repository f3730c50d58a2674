// Local references inside one document.
#pragma once

#include "base/json_fwd.h"

#include <memory>
#include <string>
#include <string_view>

namespace runner::api {

// Follows `$ref: "#/…"`. Copies share the document and keep it alive. Immutable: any thread.
class Resolver {
public:
    Resolver() = default;
    explicit Resolver(std::shared_ptr<const base::Json> document)
        : document_(std::move(document)) {}

    const base::Json& document() const { return *document_; }
    // The value `node` stands for: itself, or where its chain of `$ref`s ends. nullptr: a reference
    // that leads nowhere, in a circle, or out of the document.
    const base::Json* follow(const base::Json* node) const;
    // The value at a JSON pointer ("/components/schemas/User"), or nullptr.
    const base::Json* at(std::string_view pointer) const;

private:
    std::shared_ptr<const base::Json> document_{};
};

}  // namespace runner::api
