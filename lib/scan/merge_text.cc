// Merged findings as JSON lines.
#include "base/text.h"
#include "scan/finding_text.h"
#include "scan/json_read.h"
#include "scan/merge.h"
#include "scan/stream_finding.h"

#include <fmt/format.h>

#include <array>

namespace scan {
namespace {

// As many as a plan may have chunks, with room to spare.
constexpr std::size_t kChunksMax = 1'000'000;
// A finding at its bounds, and 1 000 locations at theirs.
constexpr std::size_t kMergedBytesMax = 16u << 20;
constexpr std::size_t kIntervalsBytesMax = 1u << 20;

void write_locations(JsonText& json, const MergedFinding& merged) {
    const auto& all = merged.locations;
    if (all.size() == 1 && all.front() == merged.finding.location) return;
    json.key("locations").open('[');
    for (const auto& location : all) write_location(json, location);
    json.close(']');
}

std::optional<FindingState> state_from(std::string_view word) {
    for (const auto state : {FindingState::New, FindingState::Unchanged, FindingState::Fixed}) {
        if (stream_word(state) == word) return state;
    }
    return std::nullopt;
}

void read_locations(json::Reader& reader, MergedFinding& merged) {
    const auto list = reader.array("locations", kLocationsMax, json::Need::Optional);
    if (!list) {
        merged.locations.push_back(merged.finding.location);
        return;
    }
    for (const auto element : *list) {
        json::Object object;
        if (element.get_object().get(object) != simdjson::SUCCESS) {
            reader.refuse("locations", "must hold objects");
            return;
        }
        json::Reader inner(object, "locations", reader);
        read_location(inner, merged.locations.emplace_back());
    }
}

void read_chunks(json::Reader& reader, MergedFinding& merged) {
    const auto text =
        reader.text("seenInChunks", {0, static_cast<std::int64_t>(kIntervalsBytesMax)});
    auto chunks = base::parse_intervals(text, kChunksMax);
    if (!chunks) {
        reader.refuse("seenInChunks", "must be intervals like 0-4,7");
        return;
    }
    merged.chunks = std::move(*chunks);
}

}  // namespace

void write_merged_members(JsonText& json, const MergedFinding& merged) {
    write_finding_members(json, merged.finding);
    json.member("state", stream_word(merged.state));
    json.key("occurrences").number(merged.occurrences);
    write_locations(json, merged);
    json.member("seenInChunks", merged.chunks.size() == 1
                                    ? fmt::format_int(merged.chunks.front()).c_str()
                                    : base::format_intervals(merged.chunks));
}

std::string merged_to_json(const MergedFinding& merged) {
    std::string out;
    out.reserve(1024);
    JsonText json(out);
    json.open('{');
    write_merged_members(json, merged);
    json.close('}');
    return out;
}

base::Result<MergedFinding> parse_merged(std::string_view text) {
    thread_local json::Parser parser;  // keeps its buffers over a million lines
    const auto object = TRY(parser.parse_object(text, kMergedBytesMax));
    json::Reader reader(object, "finding");
    MergedFinding merged;
    read_finding(reader, merged.finding);
    merged.state = reader.word("state", state_from);
    merged.occurrences = static_cast<std::uint64_t>(reader.integer("occurrences", {1}));
    read_locations(reader, merged);
    read_chunks(reader, merged);
    TRY(reader.done());
    return merged;
}

}  // namespace scan
