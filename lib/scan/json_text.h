// JSON written by hand, appended to a string: for result lines and reports, where a document tree
// for each of a million findings would cost more than the work itself. Reading is elsewhere
// (stream.h, base/json.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace scan {

// Appends to `out`, which must outlive it. Commas are set by looking at the last byte of `out`, so
// a value may be written in pieces as long as `out` is not emptied in between. Invalid UTF-8
// becomes U+FFFD; nothing fails.
class JsonText {
public:
    // Replace: control characters other than tab and line ends become U+FFFD, and so do marks that
    // turn the direction of text. For reports, which other programs and people read. Keep: every
    // character survives a round trip.
    enum class Controls { Keep, Replace };

    explicit JsonText(std::string& out, Controls controls = Controls::Keep)
        : out_(out), controls_(controls) {}

    JsonText& open(char bracket);   // '{' or '['
    JsonText& close(char bracket);  // '}' or ']'
    JsonText& key(std::string_view name);
    JsonText& text(std::string_view value);
    JsonText& number(std::int64_t value);
    JsonText& number(std::uint64_t value);
    JsonText& boolean(bool value);
    // A whole JSON value as it stands.
    JsonText& raw(std::string_view json);

    JsonText& member(std::string_view name, std::string_view value) {
        return key(name).text(value);
    }
    // Nothing when the value is empty.
    JsonText& optional_member(std::string_view name, std::string_view value);
    JsonText& texts(std::string_view name, std::span<const std::string> values);

    Controls controls() const { return controls_; }

private:
    void separate();
    void escape(std::string_view value);

    std::string& out_;
    Controls controls_;
};

}  // namespace scan
