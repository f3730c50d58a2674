// Query strings as values: closed lists of parameters, each at most once. Pure.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rest {

class Query {
public:
    // Of what follows '?'. Invalid: a parameter that is not in the list, or there twice.
    static base::Result<Query> parse(std::string_view text,
                                     std::initializer_list<std::string_view> known);

    std::string get(std::string_view name) const;  // decoded; "" where there is none
    // The parts of "a,b"; none where it is missing.
    std::vector<std::string> list(std::string_view name) const;
    // "limit": 1 to `max`. Invalid otherwise.
    base::Result<std::size_t> limit(std::size_t standard, std::size_t max) const;

private:
    std::map<std::string, std::string, std::less<>> values_;
};

// Where a page goes on: a number, and the run it counts in. Opaque to clients; "17-<run id>" here.
struct Cursor {
    std::uint64_t position = 0;
    std::string run_id{};
};
std::string to_text(const Cursor& cursor);
// "" is the beginning of whatever run. Invalid.
base::Result<Cursor> parse_cursor(std::string_view text);

}  // namespace rest
