#include "operator/api/segment_check.h"

#include "base/digest.h"
#include "base/gzip.h"

#include <fmt/format.h>

#include <utility>

namespace api {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

Result<> check_meta(const results::AttemptKey& attempt, scan::LineParser& parser,
                    std::string_view bytes) {
    const auto line = TRY(parser.parse(bytes.substr(0, bytes.find('\n'))));
    const auto* meta = std::get_if<scan::MetaLine>(&line);
    if (meta == nullptr) return fail(ErrorKind::Invalid, "the first line of a stream must be meta");
    const bool ours = meta->job == attempt.run.job && meta->run_id == attempt.run.run_id &&
                      meta->chunk == attempt.chunk && meta->attempt == attempt.attempt;
    if (ours) return {};
    return fail(ErrorKind::Invalid,
                fmt::format("meta names job {}, run {}, chunk {}, attempt {}: not this attempt",
                            meta->job, meta->run_id, meta->chunk, meta->attempt));
}

Result<scan::EndLine> last_line(scan::LineParser& parser, std::string_view bytes) {
    if (bytes.ends_with('\n')) bytes.remove_suffix(1);
    const auto newline = bytes.rfind('\n');
    const auto line =
        TRY(parser.parse(newline == std::string_view::npos ? bytes : bytes.substr(newline + 1)));
    const auto* end = std::get_if<scan::EndLine>(&line);
    if (end == nullptr) return fail(ErrorKind::Internal, "the end line vanished");
    return *end;
}

}  // namespace

Result<std::string> inflate(std::string_view gzip_body, std::size_t bytes_max,
                            std::string_view sha256) {
    auto bytes = TRY(base::gunzip(gzip_body, {.bytes_max = bytes_max}));
    if (base::sha256_hex(bytes) != sha256) {
        return fail(ErrorKind::Invalid,
                    "the body does not have the digest of its X-Scanfleet-Sha256 header");
    }
    return bytes;
}

Result<CheckedSegment> check_segment(const results::AttemptKey& attempt, std::uint32_t number,
                                     std::string_view sha256, std::string_view gzip_body) {
    CheckedSegment segment;
    segment.bytes = TRY(inflate(gzip_body, scan::kSegmentBytesMax, sha256));
    scan::LineParser parser;
    segment.facts = TRY(scan::inspect_segment(parser, segment.bytes, number));
    if (number == 1) TRY(check_meta(attempt, parser, segment.bytes));
    if (segment.facts.has_end) segment.end = TRY(last_line(parser, segment.bytes));
    return segment;
}

}  // namespace api
