// Result lines from a runner that may lie: reading never crashes, both ways of reading agree, and
// what is accepted can be written and read again.
#include "scan/stream.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

namespace {

void require(bool fact) {
    if (!fact) std::abort();
}

// Numbers in a record's data may be spelled anew; everything else stays equal.
void check(scan::LineParser& parser, const scan::Line& line) {
    auto text = scan::to_line(line);
    require(text.size() <= scan::kLineBytesMax && text.find('\n') == text.size() - 1);
    text.pop_back();
    const auto again = parser.parse(text);
    require(again.has_value());
    require(std::holds_alternative<scan::Record>(line) || *again == line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static scan::LineParser parser;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto line = parser.parse(text);
    require(line.has_value() == parser.brief(text).has_value());
    if (line) check(parser, *line);
    if (const auto facts = scan::inspect_segment(parser, text, 1)) {
        require(facts->units.total() == facts->unit_ends.size());
    }
    if (const auto commit = scan::parse_commit(text)) {
        const auto again = scan::parse_commit(scan::commit_to_json(*commit));
        require(again.has_value() && again->sha256 == commit->sha256);
    }
    return 0;
}
