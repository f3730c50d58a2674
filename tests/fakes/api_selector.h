// Label and field selectors as lists and watches carry them: what tests/fakes/fake_api_server.h
// filters by.
//
// Gaps: of fields it knows metadata.name, metadata.namespace, status.phase and spec.nodeName only;
// labels know no comparison of numbers (`gt`, `lt`), as on a real server.
#pragma once

#include "base/json_fwd.h"
#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace fakes {

class Selector {
public:
    // "a=b,c!=d,e,!f,g in (x,y),h notin (z)"; empty: everything. Invalid: none of these.
    static base::Result<Selector> of_labels(std::string_view text);
    // "metadata.name=x,status.phase!=Failed". Invalid: a field that cannot be selected by.
    static base::Result<Selector> of_fields(std::string_view text);

    bool matches(const base::Json& object) const;

private:
    struct Requirement {
        enum class Kind { Exists, Absent, In, NotIn } kind = Kind::Exists;
        std::string name{};
        std::vector<std::string> values{};
        bool holds(const std::string* value) const;
    };
    static base::Result<Requirement> parse(std::string_view text);
    const std::string* value_in(const base::Json& object, const std::string& name) const;

    bool by_field_ = false;
    std::vector<Requirement> all_{};
};

}  // namespace fakes
