// YAML 1.2 (https://yaml.org/spec/1.2.2) by yaml-cpp's events; scalars resolve by the core schema
// (§10.3).
#include "base/read_tree.h"
#include "base/text.h"

#include <fmt/core.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <istream>
#include <streambuf>
#include <unordered_map>

namespace base {
namespace {

// Lets yaml-cpp read from the text without a copy.
class ViewBuffer : public std::streambuf {
public:
    explicit ViewBuffer(std::string_view text) {
        // The get area is only read, but its type has no const.
        char* const start =
            const_cast<char*>(text.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
        setg(start, start, start + text.size());
    }
};

// Ends yaml-cpp's parse from inside one of its callbacks; caught in read_yaml.
struct Stopped {};

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view without_sign(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    return text;
}

std::optional<Json> parse_radix(std::string_view digits, int radix) {
    std::uint64_t value = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, value, radix);
    if (digits.empty() || error != std::errc() || stopped != end) return std::nullopt;
    return value;
}

std::optional<Json> parse_float(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    // Too large for a double: stays the text it is, as JSON has no infinity.
    if (error != std::errc() || stopped != end || !std::isfinite(value)) return std::nullopt;
    return value;
}

std::optional<Json> parse_decimal(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto* const end = text.data() + text.size();
    std::int64_t value = 0;
    if (std::from_chars(text.data(), end, value).ec == std::errc()) return value;
    std::uint64_t large = 0;
    if (!text.starts_with('-') && std::from_chars(text.data(), end, large).ec == std::errc()) {
        return large;
    }
    return parse_float(text);
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool looks_like_float(std::string_view text) {
    text = without_sign(text);
    const auto exponent = text.find_first_of("eE");
    if (exponent != std::string_view::npos && !is_digits(without_sign(text.substr(exponent + 1)))) {
        return false;
    }
    const std::string_view mantissa = text.substr(0, exponent);
    const auto dot = mantissa.find('.');
    if (dot == std::string_view::npos) return is_digits(mantissa);
    const std::string_view whole = mantissa.substr(0, dot);
    const std::string_view fraction = mantissa.substr(dot + 1);
    if (whole.empty()) return is_digits(fraction);
    return is_digits(whole) && (fraction.empty() || is_digits(fraction));
}

// The core schema's meaning of a plain scalar. .inf and .nan stay strings: JSON has no such
// numbers.
Json resolve(const std::string& text) {
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
        return nullptr;
    }
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    std::optional<Json> number;
    if (text.starts_with("0x")) number = parse_radix(std::string_view(text).substr(2), 16);
    if (text.starts_with("0o")) number = parse_radix(std::string_view(text).substr(2), 8);
    if (!number && is_digits(without_sign(text))) number = parse_decimal(text);
    if (!number && looks_like_float(text)) number = parse_float(text);
    return number ? *number : Json(text);
}

bool is_resolved(std::string_view tag) {
    static constexpr std::string_view kPrefix = "tag:yaml.org,2002:";
    if (tag == "?") return true;
    if (!tag.starts_with(kPrefix)) return false;
    tag.remove_prefix(kPrefix.size());
    return tag == "null" || tag == "bool" || tag == "int" || tag == "float";
}

class YamlEvents : public YAML::EventHandler {
public:
    explicit YamlEvents(TreeBuilder& builder) : builder_(builder) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (builder_.is_done()) stop(mark, "a second document begins; one per file is read");
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        if (builder_.wants_key()) return add_key(mark, anchor, "null");
        add_scalar(mark, anchor, nullptr);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        if (builder_.wants_key()) return add_key(mark, anchor, value);
        add_scalar(mark, anchor, is_resolved(tag) ? resolve(value) : Json(value));
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) stop(mark, "an alias stands inside the value it names");
        const auto& [value, cost] = found->second;
        if (!builder_.wants_key()) return check(builder_.paste(value, cost, offset(mark)));
        if (!value.is_string()) stop(mark, "a key must be a scalar");
        check(builder_.key(value.get<std::string>(), offset(mark)));
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        if (builder_.wants_key()) stop(mark, "a key must be a scalar, not a list");
        check(builder_.open_array(offset(mark)));
        open_.push_back({anchor, offset(mark)});
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        if (builder_.wants_key()) stop(mark, "a key must be a scalar, not a map");
        check(builder_.open_object(offset(mark)));
        open_.push_back({anchor, offset(mark)});
    }
    void OnMapEnd() override { close(); }

private:
    struct Kept {
        Json value;
        TreeBuilder::Cost cost;
    };
    struct Open {
        YAML::anchor_t anchor = YAML::NullAnchor;
        std::size_t offset = 0;
    };

    static std::size_t offset(const YAML::Mark& mark) {
        return static_cast<std::size_t>(std::max(mark.pos, 0));
    }

    static void check(bool going_on) {
        if (!going_on) throw Stopped{};
    }

    [[noreturn]] void stop(const YAML::Mark& mark, std::string message) {
        builder_.stop(ErrorKind::Invalid, std::move(message), offset(mark));
        throw Stopped{};
    }

    void add_key(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& name) {
        check(builder_.key(name, offset(mark)));
        if (anchor == YAML::NullAnchor) return;
        anchors_.insert_or_assign(anchor, Kept{name, {.nodes = 1, .bytes = name.size()}});
    }

    void add_scalar(const YAML::Mark& mark, YAML::anchor_t anchor, Json value) {
        check(builder_.scalar(std::move(value), offset(mark)));
        keep(anchor, offset(mark));
    }

    void close() {
        builder_.close();
        const Open open = open_.back();
        open_.pop_back();
        keep(open.anchor, open.offset);
    }

    // The copy that aliases are pasted from counts as well: anchors on every level of a deep tree
    // would otherwise multiply memory by the depth.
    void keep(YAML::anchor_t anchor, std::size_t at) {
        if (anchor == YAML::NullAnchor) return;
        const TreeBuilder::Cost cost = builder_.last_cost();
        check(builder_.charge(cost, at));
        anchors_.insert_or_assign(anchor, Kept{builder_.last(), cost});
    }

    TreeBuilder& builder_;
    std::vector<Open> open_;
    std::unordered_map<YAML::anchor_t, Kept> anchors_;
};

// yaml-cpp ends its input silently at byte 4, and YAML allows no control characters (§5.1) at all.
std::size_t find_control_character(std::string_view text) {
    const auto found = std::ranges::find_if(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F;
    });
    return static_cast<std::size_t>(found - text.begin());
}

// Whether the line around `offset` is indented by a tab, where yaml-cpp's own words would not help
// anybody.
bool is_tab_indented(std::string_view text, std::size_t offset) {
    offset = std::min(offset, text.size());
    const auto newline = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
    const auto content = text.find_first_not_of(" \t", start);
    return text.substr(start, content - start).find('\t') != std::string_view::npos;
}

bool read_documents(std::string_view text, TreeBuilder& builder) {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    YamlEvents events(builder);
    while (parser.HandleNextDocument(events)) {
    }
    if (builder.is_done()) return true;
    return builder.stop(ErrorKind::Invalid, "the document is empty", 0);
}

}  // namespace

bool read_yaml(std::string_view text, TreeBuilder& builder) {
    const std::size_t control = find_control_character(text);
    if (control != text.size()) {
        const auto byte = static_cast<unsigned char>(text[control]);
        return builder.stop(ErrorKind::Invalid,
                            fmt::format("the control character 0x{:02X} is not allowed", byte),
                            control);
    }
    try {
        return read_documents(text, builder);
    } catch (const Stopped&) {
        return false;
    } catch (const YAML::DeepRecursion&) {
        return builder.stop(ErrorKind::TooLarge, "nested too deeply", text.size());
    } catch (const YAML::Exception& error) {
        const auto at = static_cast<std::size_t>(std::max(error.mark.pos, 0));
        const bool tab = is_tab_indented(text, at);
        return builder.stop(
            ErrorKind::Invalid,
            tab ? "a tab in the indentation; YAML wants spaces" : "not YAML: " + error.msg, at);
    }
}

}  // namespace base
