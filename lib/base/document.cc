#include "base/document.h"

#include "base/json.h"
#include "base/read_tree.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

namespace base {
namespace {

constexpr std::string_view kBom8 = "\xEF\xBB\xBF";
constexpr std::string_view kBom16Little = "\xFF\xFE";
constexpr std::string_view kBom16Big = "\xFE\xFF";

void append_utf8(std::string& out, std::uint32_t c) {
    const auto byte = [&out](std::uint32_t bits) { out += static_cast<char>(bits); };
    if (c < 0x80) return byte(c);
    if (c < 0x800) {
        byte(0xC0 | c >> 6);
    } else if (c < 0x10000) {
        byte(0xE0 | c >> 12);
        byte(0x80 | (c >> 6 & 63));
    } else {
        byte(0xF0 | c >> 18);
        byte(0x80 | (c >> 12 & 63));
        byte(0x80 | (c >> 6 & 63));
    }
    byte(0x80 | (c & 63));
}

enum class ByteOrder { Little, Big };

// UTF-16 without its BOM → UTF-8; nothing if it is cut or has half a surrogate pair.
std::optional<std::string> from_utf16(std::string_view bytes, ByteOrder order) {
    if (bytes.size() % 2 != 0) return std::nullopt;
    const auto unit = [&](std::size_t at) -> std::uint32_t {
        const std::uint32_t first = static_cast<unsigned char>(bytes[at]);
        const std::uint32_t second = static_cast<unsigned char>(bytes[at + 1]);
        return order == ByteOrder::Little ? first | second << 8u : first << 8u | second;
    };
    std::string out;
    out.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
        std::uint32_t c = unit(at);
        if (c >= 0xDC00 && c <= 0xDFFF) return std::nullopt;
        if (c >= 0xD800 && c <= 0xDBFF) {
            at += 2;
            const std::uint32_t low = at < bytes.size() ? unit(at) : 0;
            if (low < 0xDC00 || low > 0xDFFF) return std::nullopt;
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        }
        append_utf8(out, c);
    }
    return out;
}

// `text` as UTF-8 without BOM; `converted` holds the bytes if they had to be converted.
Result<std::string_view> as_utf8(std::string_view text, std::string& converted) {
    const bool little = text.starts_with(kBom16Little);
    if (little || text.starts_with(kBom16Big)) {
        auto utf8 = from_utf16(text.substr(2), little ? ByteOrder::Little : ByteOrder::Big);
        if (!utf8) return fail(ErrorKind::Invalid, "the text is broken UTF-16; save it as UTF-8");
        converted = *std::move(utf8);
        return converted;
    }
    if (text.starts_with(kBom8)) text.remove_prefix(kBom8.size());
    if (is_utf8(text)) return text;
    const ReadFailure failure{.message = "not UTF-8; save the file as UTF-8",
                              .offset = first_invalid_utf8(text)};
    return std::unexpected(to_error(failure, text));
}

bool looks_like_json(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

// A duplicate key or a passed limit would be met again as YAML; only syntax is worth a second try.
bool is_worth_reading_as_yaml(const ReadFailure& failure) {
    return failure.message.starts_with("not JSON");
}

// "/a/b" → "a" and "/b"; unescapes the token (RFC 6901 §4).
std::string take_token(std::string_view& pointer) {
    pointer.remove_prefix(1);
    const auto end = std::min(pointer.find('/'), pointer.size());
    std::string token;
    for (std::size_t at = 0; at < end; ++at) {
        const bool escaped = pointer[at] == '~' && at + 1 < end;
        if (escaped && pointer[at + 1] == '0') {
            token += '~';
            ++at;
        } else if (escaped && pointer[at + 1] == '1') {
            token += '/';
            ++at;
        } else {
            token += pointer[at];
        }
    }
    pointer.remove_prefix(end);
    return token;
}

}  // namespace

struct Document::Impl {
    Json root;
    std::vector<PathMark> marks;  // sorted by path

    Mark find(std::uint64_t path) const {
        const auto found = std::ranges::lower_bound(marks, path, {}, &PathMark::path);
        return found != marks.end() && found->path == path ? found->mark : Mark{};
    }
};

Document::Document() : impl_(std::make_unique<Impl>()) {}
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

const Json& Document::root() const { return impl_->root; }

Mark Document::mark(std::string_view pointer) const {
    std::uint64_t path = kRootPath;
    while (pointer.starts_with('/')) path = path_below(path, take_token(pointer));
    return pointer.empty() ? impl_->find(path) : Mark{};
}

Mark Document::mark_near(std::string_view pointer) const {
    std::uint64_t path = kRootPath;
    Mark nearest = impl_->find(path);
    while (pointer.starts_with('/')) {
        path = path_below(path, take_token(pointer));
        const Mark mark = impl_->find(path);
        if (mark.line == 0) break;
        nearest = mark;
    }
    return nearest;
}

Result<Document> Document::parse(std::string_view text, const DocumentLimits& limits) {
    if (text.size() > limits.bytes_max) {
        return fail(ErrorKind::TooLarge,
                    fmt::format("the document has {}; at most {} are read",
                                format_bytes(text.size()), format_bytes(limits.bytes_max)));
    }
    std::string converted;
    text = TRY(as_utf8(text, converted));
    const TreeLimits tree_limits{.nodes_max = limits.nodes_max,
                                 .depth_max = limits.depth_max,
                                 .bytes_max = limits.bytes_max,
                                 .marks_depth = limits.marks_depth};
    const auto finish = [](TreeBuilder& builder) {
        Document document;
        document.impl_->root = builder.take_root();
        document.impl_->marks = builder.take_marks();
        std::ranges::sort(document.impl_->marks, {}, &PathMark::path);
        return document;
    };
    std::optional<ReadFailure> json_failure;
    if (looks_like_json(text)) {
        TreeBuilder builder(text, tree_limits);
        if (read_json(text, builder)) return finish(builder);
        json_failure = builder.failure();
        if (!is_worth_reading_as_yaml(*json_failure)) {
            return std::unexpected(to_error(*json_failure, text));
        }
    }
    TreeBuilder builder(text, tree_limits);
    if (read_yaml(text, builder)) return finish(builder);
    // Of two complaints the one further down is nearer to what the author meant.
    const bool json_got_further = json_failure && json_failure->offset >= builder.failure()->offset;
    return std::unexpected(to_error(json_got_further ? *json_failure : *builder.failure(), text));
}

std::string escape_pointer(std::string_view token) {
    std::string out;
    for (const char c : token) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace base
