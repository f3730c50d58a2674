#include "base/redact.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/redact_rules.h"
#include "base/text.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

namespace base {
namespace {

// Shorter ones would match everywhere.
constexpr std::size_t kKnownMin = 6;
// Of a shorter secret even six shown characters would give away too much.
constexpr std::size_t kShownMin = 12;
constexpr std::size_t kHmacDigits = 16;

// Base64 of `secret` as it may stand inside the base64 of a longer text ("user:" + secret, say):
// for each of the three alignments the characters that depend on nothing but the secret.
void add_base64_forms(const std::string& secret, std::set<std::string>& forms) {
    for (std::size_t shift = 0; shift < 3; ++shift) {
        const std::string encoded = base64_encode(std::string(shift, '\0') + secret);
        const std::size_t first = (shift * 8 + 5) / 6;
        const std::size_t last = (shift + secret.size()) * 8 / 6;
        if (last - first < kKnownMin) continue;
        std::string inner = encoded.substr(first, last - first);
        forms.insert(inner);
        std::ranges::replace(inner, '+', '-');
        std::ranges::replace(inner, '/', '_');
        forms.insert(inner);
    }
}

// "%2F" → "%2f"; both spellings are in use.
std::string to_lower_escapes(std::string text) {
    for (std::size_t at = text.find('%'); at != std::string::npos; at = text.find('%', at + 3)) {
        const std::string digits = to_lower(text.substr(at + 1, 2));
        text.replace(at + 1, 2, digits);
    }
    return text;
}

void add_percent_forms(const std::string& secret, std::set<std::string>& forms) {
    const std::string encoded = percent_encode(secret);
    forms.insert(encoded);
    forms.insert(to_lower_escapes(encoded));
}

std::set<std::string> forms_of(const std::vector<std::string>& known) {
    std::set<std::string> forms;
    for (const auto& secret : known) {
        if (secret.size() < kKnownMin) continue;
        forms.insert(secret);
        const std::string quoted = dump_json(secret);
        forms.insert(quoted.substr(1, quoted.size() - 2));
        add_percent_forms(secret, forms);
        add_base64_forms(secret, forms);
    }
    return forms;
}

RE2::Options options() {
    RE2::Options options;
    options.set_encoding(RE2::Options::EncodingLatin1);
    options.set_longest_match(true);  // one secret may begin another
    options.set_log_errors(false);
    options.set_max_mem(32 << 20);
    return options;
}

// Each pattern holds many literals and takes one linear pass; one for all might outgrow RE2's
// memory.
constexpr std::size_t kLiteralBytesMax = 64 << 10;

std::vector<std::unique_ptr<RE2>> compile(const std::set<std::string>& forms) {
    std::vector<std::unique_ptr<RE2>> compiled;
    std::string pattern;
    const auto finish = [&] {
        if (pattern.empty()) return;
        compiled.push_back(std::make_unique<RE2>("(" + pattern + ")", options()));
        if (!compiled.back()->ok()) std::abort();  // quoted literals within RE2's memory
        pattern.clear();
    };
    for (const auto& form : forms) {
        if (pattern.size() + form.size() > kLiteralBytesMax) finish();
        if (!pattern.empty()) pattern += '|';
        pattern += RE2::QuoteMeta(form);
    }
    finish();
    return compiled;
}

std::string character_prefix(std::string_view text, std::size_t count) {
    std::size_t end = 0;
    for (; count > 0 && end < text.size(); --count) {
        ++end;
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    }
    return std::string(text.substr(0, end));
}

std::size_t character_count(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

struct Redactor::Impl {
    std::string key;
    std::vector<std::unique_ptr<RE2>> known;

    std::string without_known(std::string working) const {
        static const std::string kReplacement(1, redact::kMarker);
        for (const auto& pattern : known) RE2::GlobalReplace(&working, *pattern, kReplacement);
        return working;
    }
};

Redactor::Redactor(std::string key, std::vector<std::string> known)
    : impl_(std::make_unique<Impl>()) {
    impl_->key = std::move(key);
    impl_->known = compile(forms_of(known));
}
Redactor::~Redactor() = default;
Redactor::Redactor(Redactor&&) noexcept = default;

std::string Redactor::scrub(std::string_view text) const {
    // Known secrets first: a pattern might take only a part of one.
    return redact::from_working(
        redact::scrub_working(impl_->without_known(redact::to_working(text))));
}

std::string Redactor::describe(std::string_view secret) const {
    const std::string text = to_utf8(secret);
    const std::size_t count = character_count(text);
    const std::string hmac = hmac_hex(secret).substr(0, kHmacDigits);
    const std::string about = fmt::format("({} chars, hmac {})", count, hmac);
    if (count < kShownMin) return about;
    const std::string first = character_prefix(text, 4);
    const std::string all_but_last = character_prefix(text, count - 2);
    return fmt::format("{}…{} {}", first, text.substr(all_but_last.size()), about);
}

std::string Redactor::hmac_hex(std::string_view data) const {
    return hex_encode(hmac_sha256(impl_->key, data));
}

}  // namespace base
