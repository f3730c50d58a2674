#include "scan/job.h"

#include "base/document.h"
#include "base/text.h"
#include "scan/job_schema.h"

#include <fmt/format.h>

#include <algorithm>

namespace scan {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

// Beyond what the API server takes for one object (1.5 MiB) nobody writes a job by hand.
constexpr std::size_t kJobBytesMax = 2u << 20;
constexpr std::size_t kProblemsShown = 20;
// The deepest field: spec.scanner.api.personas[0].login.refreshStatus[0].
constexpr int kMarksDepth = 9;
constexpr std::chrono::milliseconds kFlushReserve{20'000};

struct Located {
    int line;
    std::size_t place;
    const schema::Problem* problem;
    bool operator<(const Located& other) const {
        return line != other.line ? line < other.line : place < other.place;
    }
};

// All problems in the order of the file, one a line.
std::string told(const std::vector<schema::Problem>& problems, const base::Document& document,
                 std::string_view source_name) {
    std::vector<Located> located;
    for (const auto& problem : problems) {
        located.push_back(
            {document.mark_near(problem.place.pointer).line, located.size(), &problem});
    }
    std::sort(located.begin(), located.end());
    std::string text;
    for (std::size_t i = 0; i < std::min(located.size(), kProblemsShown); ++i) {
        const auto& [line, place, problem] = located[i];
        const auto& path = problem->place.path;
        if (i > 0) text += '\n';
        text += source_name;
        text += line > 0 ? fmt::format(":{}: ", line) : ": ";
        text += path.empty() ? problem->sentence : fmt::format("{}: {}", path, problem->sentence);
    }
    if (located.size() > kProblemsShown) {
        text += fmt::format("\n{}: and {} more", source_name, located.size() - kProblemsShown);
    }
    return text;
}

// "line 7, column 3: …" becomes "job.yaml:7: column 3: …", as for all other problems.
std::string broken_text(std::string_view message, std::string_view source_name) {
    constexpr std::string_view kPrefix = "line ";
    const auto digits = message.starts_with(kPrefix) ? message.substr(kPrefix.size()) : "";
    const auto count = std::min(digits.find_first_not_of("0123456789"), digits.size());
    if (count == 0) return fmt::format("{}: {}", source_name, message);
    auto rest = digits.substr(count);
    rest.remove_prefix(std::min(rest.find_first_not_of(", "), rest.size()));
    return fmt::format("{}:{}: {}", source_name, digits.substr(0, count), rest);
}

}  // namespace

ScannerType JobSpec::scanner_type() const {
    return std::holds_alternative<ApiOptions>(scanner) ? ScannerType::Api : ScannerType::Synthetic;
}

Result<Job> parse_job(std::string_view text, std::string_view source_name) {
    const base::DocumentLimits limits{.bytes_max = kJobBytesMax, .marks_depth = kMarksDepth};
    const auto document = base::Document::parse(text, limits);
    if (!document) {
        const auto& error = document.error();
        return fail(error.kind(), broken_text(error.message(), source_name));
    }
    const auto problems = schema::check(job_schema(), document->root());
    if (!problems.empty()) {
        return fail(ErrorKind::Invalid, told(problems, *document, source_name));
    }
    Job job;
    schema::assign(job_schema(), &job, document->root());
    return job;
}

std::string job_to_json(const Job& job) {
    return base::dump_json(schema::write(job_schema(), &job));
}

std::string job_reference_markdown() { return schema::reference_markdown(job_schema()); }

std::chrono::milliseconds flush_reserve(std::chrono::milliseconds chunk_limit) {
    return std::min(kFlushReserve, chunk_limit / 5);
}

}  // namespace scan
