#include "fakes/api_selector.h"

#include "base/json.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace fakes {

using base::ErrorKind;
using base::fail;
using base::Json;
using base::Result;
using std::string_view;

namespace {

constexpr std::array<string_view, 4> kFields = {"metadata.name", "metadata.namespace",
                                                "status.phase", "spec.nodeName"};

// At commas that are not inside parentheses.
std::vector<string_view> parts_of(string_view text) {
    std::vector<string_view> parts;
    std::size_t start = 0;
    int depth = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && text[i] == '(') ++depth;
        if (i < text.size() && text[i] == ')') --depth;
        if (i < text.size() && (text[i] != ',' || depth > 0)) continue;
        if (i > start) parts.push_back(base::trim(text.substr(start, i - start)));
        start = i + 1;
    }
    return parts;
}

const Json* member(const Json& object, string_view first, string_view second) {
    const Json* inner = base::find(object, first);
    return inner == nullptr ? nullptr : base::find(*inner, second);
}

}  // namespace

bool Selector::Requirement::holds(const std::string* value) const {
    const bool listed = value != nullptr && std::ranges::find(values, *value) != values.end();
    switch (kind) {
    case Kind::Exists: return value != nullptr;
    case Kind::Absent: return value == nullptr;
    case Kind::In: return listed;
    case Kind::NotIn: return !listed;
    }
    return false;
}

Result<Selector::Requirement> Selector::parse(string_view text) {
    using Kind = Requirement::Kind;
    Requirement out;
    if (const auto open = text.find('('); open != string_view::npos && text.ends_with(')')) {
        const auto head = base::split(base::trim(text.substr(0, open)), ' ');
        if (head.size() != 2 || (head[1] != "in" && head[1] != "notin"))
            return fail(ErrorKind::Invalid, fmt::format("unable to parse requirement: {}", text));
        out.kind = head[1] == "in" ? Kind::In : Kind::NotIn;
        out.name = head[0];
        for (const auto value : base::split(text.substr(open + 1, text.size() - open - 2), ','))
            out.values.emplace_back(base::trim(value));
        return out;
    }
    const auto equals = text.find('=');
    if (equals == string_view::npos) {
        out.kind = text.starts_with('!') ? Kind::Absent : Kind::Exists;
        out.name = base::trim(text.substr(text.starts_with('!') ? 1 : 0));
        return out;
    }
    const bool negated = equals > 0 && text[equals - 1] == '!';
    auto value = text.substr(equals + 1);
    if (value.starts_with('=')) value.remove_prefix(1);
    out.kind = negated ? Kind::NotIn : Kind::In;
    out.name = base::trim(text.substr(0, negated ? equals - 1 : equals));
    out.values.emplace_back(base::trim(value));
    return out;
}

Result<Selector> Selector::of_labels(string_view text) {
    Selector out;
    for (const auto part : parts_of(text)) {
        auto one = TRY(parse(part));
        out.all_.push_back(std::move(one));
    }
    return out;
}

Result<Selector> Selector::of_fields(string_view text) {
    auto out = TRY(of_labels(text));
    out.by_field_ = true;
    for (const auto& one : out.all_) {
        if (std::ranges::find(kFields, one.name) == kFields.end())
            return fail(ErrorKind::Invalid, fmt::format("field label not supported: {}", one.name));
    }
    return out;
}

const std::string* Selector::value_in(const Json& object, const std::string& name) const {
    const Json* found = nullptr;
    if (by_field_) {
        const auto dot = name.find('.');
        found = member(object, name.substr(0, dot), name.substr(dot + 1));
    } else if (const Json* labels = member(object, "metadata", "labels")) {
        found = base::find(*labels, name);
    }
    if (found == nullptr || !found->is_string()) return nullptr;
    return found->get_ptr<const std::string*>();
}

bool Selector::matches(const Json& object) const {
    return std::ranges::all_of(all_, [&](const Requirement& one) {
        const std::string* value = value_in(object, one.name);
        // A field that is not set is empty; a label that is not set is absent.
        static const std::string empty;
        return one.holds(value == nullptr && by_field_ ? &empty : value);
    });
}

}  // namespace fakes
