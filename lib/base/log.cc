#include "base/log.h"

#include "base/json.h"
#include "base/redact.h"
#include "base/text.h"

#include <fmt/core.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <memory>
#include <utility>

namespace base::log {
namespace {

// A message longer than this is somebody's document, not an event.
constexpr std::size_t kValueBytesMax = 8 << 10;

struct LevelNames {
    spdlog::level::level_enum spdlog;
    std::string_view word;    // in JSON
    std::string_view column;  // in text, all of one width
};

LevelNames names_of(Level level) {
    switch (level) {
    case Level::Debug: return {spdlog::level::debug, "debug", "DEBUG"};
    case Level::Info: return {spdlog::level::info, "info", "INFO "};
    case Level::Warn: return {spdlog::level::warn, "warn", "WARN "};
    case Level::Error: return {spdlog::level::err, "error", "ERROR"};
    }
    std::unreachable();
}

struct Logger {
    Format format = Format::Text;
    std::string component;
    std::unique_ptr<spdlog::logger> sink;
};

std::unique_ptr<Logger> new_logger(const Options& options) {
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    // The events are whole by then; only the time comes from here.
    const std::string pattern = options.format == Format::Json
                                    ? R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ",%v})"
                                    : "%Y-%m-%dT%H:%M:%S.%eZ %v";
    sink->set_formatter(
        std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc, "\n"));
    auto logger = std::make_unique<Logger>();
    logger->format = options.format;
    logger->component = options.component;
    logger->sink = std::make_unique<spdlog::logger>("scanfleet", std::move(sink));
    logger->sink->set_level(names_of(options.level).spdlog);
    logger->sink->set_error_handler([](const std::string&) {});  // no stderr, nobody to tell
    return logger;
}

std::unique_ptr<Logger>& current() {
    static std::unique_ptr<Logger> logger = new_logger({.level = Level::Warn});
    return logger;
}

std::string shown(std::string_view text) { return to_utf8(scrub(ellipsize(text, kValueBytesMax))); }

std::string shown(const Field& field) {
    return is_secret_name(field.key) ? "[redacted]" : shown(field.value);
}

std::string json_string(std::string_view text) { return dump_json(std::string(text)); }

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

// Line breaks and escape sequences from a target must not forge lines or colour the terminal.
std::string one_line(std::string text) {
    if (std::ranges::none_of(text, is_control)) return text;
    std::string out;
    for (const char c : text) {
        if (is_control(c)) {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    return out;
}

std::string value_for_text(const std::string& value) {
    const bool plain = !value.empty() && std::ranges::none_of(value, [](char c) {
        return is_control(c) || c == ' ' || c == '"' || c == '=' || c == '\\';
    });
    return plain ? value : json_string(value);
}

std::string text_event(const Logger& logger, Level level, std::string_view message,
                       std::initializer_list<Field> fields) {
    std::string out(names_of(level).column);
    out += ' ';
    if (!logger.component.empty()) out += logger.component + ": ";
    out += one_line(shown(message));
    for (const auto& field : fields) {
        out += fmt::format(" {}={}", field.key, value_for_text(shown(field)));
    }
    return out;
}

std::string json_event(const Logger& logger, Level level, std::string_view message,
                       std::initializer_list<Field> fields) {
    std::string out = fmt::format(R"("level":"{}","component":{},"msg":{})", names_of(level).word,
                                  json_string(logger.component), json_string(shown(message)));
    for (const auto& field : fields) {
        if (field.value.empty()) continue;
        const std::string value = shown(field);
        const bool bare = field.is_number && value == field.value;
        out += fmt::format(",{}:{}", json_string(field.key), bare ? value : json_string(value));
    }
    return out;
}

}  // namespace

void init(const Options& options) { current() = new_logger(options); }

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
    try {
        const Logger& logger = *current();
        const auto spdlog_level = names_of(level).spdlog;
        if (!logger.sink->should_log(spdlog_level)) return;
        const std::string event = logger.format == Format::Json
                                      ? json_event(logger, level, message, fields)
                                      : text_event(logger, level, message, fields);
        logger.sink->log(spdlog_level, spdlog::string_view_t(event));
    } catch (const std::exception&) {
        std::fputs("a log line was lost: no memory\n", stderr);
    }
}

}  // namespace base::log
