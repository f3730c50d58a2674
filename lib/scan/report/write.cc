#include "scan/report/checked.h"
#include "scan/report/exporters.h"
#include "scan/report/report.h"

#include <array>
#include <utility>

namespace scan::report {
namespace {

constexpr std::array<std::pair<std::string_view, Format>, 7> kWords = {
    {{"json", Format::Json},
     {"jsonl", Format::JsonLines},
     {"sarif", Format::Sarif},
     {"html", Format::Html},
     {"md", Format::Markdown},
     {"junit", Format::JUnit},
     {"table", Format::Table}}};

base::Result<> write_format(Format format, const Source& source, Out& out, const Options& options) {
    switch (format) {
    case Format::Json: return write_json(source, out);
    case Format::JsonLines: return write_json_lines(source, out);
    case Format::Sarif: return write_sarif(source, out);
    case Format::Html: return write_html(source, out);
    case Format::Markdown: return write_markdown(source, out);
    case Format::JUnit: return write_junit(source, out);
    case Format::Table: return write_table(source, out, options);
    }
    return base::fail(base::ErrorKind::Internal, "unknown report format");
}

}  // namespace

std::optional<Format> format_from(std::string_view word) {
    for (const auto& [name, format] : kWords) {
        if (name == word) return format;
    }
    return std::nullopt;
}

std::string_view file_extension(Format format) {
    switch (format) {
    case Format::Json: return "json";
    case Format::JsonLines: return "jsonl";
    case Format::Sarif: return "sarif";
    case Format::Html: return "html";
    case Format::Markdown: return "md";
    case Format::JUnit: return "junit.xml";
    case Format::Table: return "txt";
    }
    return "txt";
}

base::Result<> write(Format format, const Source& source, const Sink& sink,
                     const Options& options) {
    const auto safe = TRY(checked(source));
    Out out(sink);
    TRY(write_format(format, safe, out, options));
    return out.finish();
}

}  // namespace scan::report
