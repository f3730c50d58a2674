#include "base/text.h"
#include "cli/view/view_model.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

namespace cli {
namespace {

constexpr int kWidthMin = 40;
constexpr int kFailuresMax = 5;  // newest; all of them stand in the report
constexpr const char* kSeverityNames[] = {"critical", "high", "medium", "low", "info"};
constexpr const char* kSeverityColors[] = {"1;35", "1;31", "33", "36", "2"};

std::string paint(std::string_view text, std::string_view color, Colors colors) {
    if (colors == Colors::Off) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", color, text);
}

std::string bar(std::uint64_t done, std::uint64_t all, int cells) {
    const auto full =
        all == 0 ? 0 : static_cast<int>(done * static_cast<std::uint64_t>(cells) / all);
    std::string text;
    for (int i = 0; i < cells; ++i) text += i < full ? "█" : "░";
    return text;
}

std::string title(const ViewModel& model) {
    return fmt::format("{} · run {} · {}{} · {}", model.job, model.run_id, model.phase,
                       model.cancelling ? " (cancelling)" : "",
                       base::format_duration(model.elapsed));
}

std::string overall(const ViewModel& model, int width) {
    const std::uint64_t percent = model.units == 0 ? 0 : model.units_done * 100 / model.units;
    std::string facts = fmt::format(" {:>3} %  {}/{} units  {}/{} chunks", percent,
                                    model.units_done, model.units, model.chunks_done, model.chunks);
    if (model.eta) facts += "  about " + base::format_duration(*model.eta) + " left";
    const int cells = std::clamp(width - static_cast<int>(facts.size()), 5, 40);
    return bar(model.units_done, model.units, cells) + facts;
}

std::string findings(const ViewModel& model, Colors colors) {
    std::string text = "findings so far:";
    bool any = false;
    for (std::size_t i = 0; i < model.findings.size(); ++i) {
        if (model.findings[i] == 0) continue;
        text += any ? ", " : " ";
        text += paint(fmt::format("{} {}", model.findings[i], kSeverityNames[i]),
                      kSeverityColors[i], colors);
        any = true;
    }
    return any ? text : text + " none";
}

std::string running(const RunningLine& line) {
    const std::string name =
        line.attempt > 1 ? fmt::format("{}, attempt {}", line.name, line.attempt) : line.name;
    return fmt::format("  {:<22} {} {:>5}/{:<5} {:>6} of {}", base::ellipsize(name, 22),
                       bar(line.done, line.units, 12), line.done, line.units,
                       base::format_duration(line.elapsed), base::format_duration(line.limit));
}

// A byte is at least a column, and colours are none: good enough to keep a line on one row.
std::string fit(std::string line, int width) {
    std::size_t columns = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\x1b') {
            while (i < line.size() && line[i] != 'm') ++i;
            continue;
        }
        const bool is_start = (static_cast<unsigned char>(line[i]) & 0xC0U) != 0x80U;
        if (is_start && ++columns > static_cast<std::size_t>(width)) {
            return line.substr(0, i) + (line.find('\x1b') == std::string::npos ? "" : "\x1b[0m");
        }
    }
    return line;
}

}  // namespace

std::string render(const ViewModel& model, int width, int height, Colors colors) {
    width = std::max(width, kWidthMin);
    std::vector<std::string> lines;
    const auto failures = std::min<std::size_t>(model.failures.size(), kFailuresMax);
    for (std::size_t i = 0; i < failures; ++i)
        lines.push_back(paint("✗ " + model.failures[i], "31", colors));
    lines.push_back(paint(title(model), "1", colors));
    lines.push_back(overall(model, width));
    lines.push_back(findings(model, colors));
    for (const RunningLine& line : model.running) lines.push_back(running(line));
    if (model.chunks_waiting > 0)
        lines.push_back(fmt::format("  {} chunks waiting", model.chunks_waiting));

    const auto rows = static_cast<std::size_t>(std::max(height, 4));
    if (lines.size() > rows) {
        const std::size_t left_out = lines.size() - rows + 1;
        lines.resize(rows - 1);
        lines.push_back(fmt::format("  … {} more lines", left_out));
    }
    std::string text;
    for (std::string& line : lines) text += fit(std::move(line), width) + "\n";
    return text;
}

}  // namespace cli
