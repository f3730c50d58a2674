// Sensitive properties and values in an answer. Pure.
#pragma once

#include "base/json.h"
#include "runner/scanners/api/personas/persona.h"

#include <string>
#include <string_view>
#include <vector>

namespace runner::api {

enum class SensitiveKind {
    NamedSecret,
    PasswordHash,
    PrivateKey,
    ProviderToken,
    CardNumber,
    ForeignToken,
    Emails
};
std::string_view describe(SensitiveKind kind);  // "a property that holds a credential"

struct SensitiveHit {
    SensitiveKind kind = SensitiveKind::NamedSecret;
    std::string name;     // of the property; "" for a bare value
    std::string pointer;  // array indices as '*'
    std::string value;    // never shown as it is
};

struct SensitiveContext {
    const Persona* reader = nullptr;  // whose token is not foreign; nullptr = anonymous
    bool may_hold_tokens = false;     // a login or token operation
    std::vector<std::string> sent{};  // values of our own request: an echo is no leak
};

// Distinct by name and kind, in document order, at most 10. Masked and empty values, booleans,
// counts, sentences and documents that describe APIs are passed over.
std::vector<SensitiveHit> find_sensitive(const base::Json& answer, const SensitiveContext& context);

}  // namespace runner::api
