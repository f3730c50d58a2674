// Structured logs on stderr: one event, one line, text or JSON. Every value passes scrub() (base/redact.h).
//
// JSON: one object a line, all on its top level: ts, level, component, msg, then the fields; those with an empty value
// are left out. A field must not be called like one of the first four.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace base::log {

enum class Level { Debug, Info, Warn, Error };
enum class Format { Text, Json };

struct Options {
    Level level = Level::Info;
    Format format = Format::Text;
    // Added to every line: "operator", "runner", "scanfleet".
    std::string component{};
};

// Call once at the start of main, before other threads. Without it: Warn, Text.
void init(const Options& options);

struct Field {
    std::string_view key;
    std::string value;
    bool is_number = false;  // in JSON without quotes
    Field(std::string_view k, std::string_view v) : key(k), value(v) {}
    Field(std::string_view k, const char* v) : key(k), value(v) {}
    Field(std::string_view k, const std::string& v) : key(k), value(v) {}
    Field(std::string_view k, std::int64_t v) : key(k), value(std::to_string(v)), is_number(true) {}
    Field(std::string_view k, int v) : key(k), value(std::to_string(v)), is_number(true) {}
    Field(std::string_view k, std::uint64_t v) : key(k), value(std::to_string(v)), is_number(true) {}
    Field(std::string_view k, std::uint32_t v) : key(k), value(std::to_string(v)), is_number(true) {}
};

// Any thread. Never throws, never blocks on anything but stderr.
void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});
inline void debug(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::Debug, m, f); }
inline void info(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::Info, m, f); }
inline void warn(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::Warn, m, f); }
inline void error(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::Error, m, f); }

}  // namespace base::log
