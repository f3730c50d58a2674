#include "runner/scanners/api/checks/sensitive.h"

#include "base/document.h"
#include "base/text.h"
#include "runner/scanners/api/openapi/names.h"
#include "runner/scanners/api/request/styles.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <set>

namespace runner::api {
namespace {

using base::Json;

constexpr std::size_t kHitsMax = 10;
constexpr std::size_t kNodesMax = 20'000;
// Longer values are documents, not credentials (PEM keys are looked for before).
constexpr std::size_t kValueMax = 4'096;
// Two or more addresses of others make a list of users.
constexpr std::size_t kEmailsMin = 2;

bool ends_in(const std::vector<std::string>& words, std::initializer_list<std::string_view> tail) {
    if (words.size() < tail.size()) return false;
    return std::equal(tail.begin(), tail.end(),
                      words.end() - static_cast<std::ptrdiff_t>(tail.size()));
}

bool is_paging_or_csrf_token(const std::vector<std::string>& words) {
    static constexpr std::array<std::string_view, 13> kHarmless = {
        "page", "next", "previous", "prev",       "continuation", "continue", "cursor",
        "csrf", "xsrf", "sync",     "pagination", "start",        "public"};
    return std::ranges::any_of(words, [&](const std::string& word) {
        return std::ranges::find(kHarmless, word) != kHarmless.end();
    });
}

bool is_sensitive_name(std::string_view name) {
    const auto words = words_of(name);
    if (words.empty()) return false;
    for (const auto* last : {"password", "passwd", "pwd", "passphrase", "secret", "ssn", "cvv",
                             "cvc", "apikey", "privatekey"}) {
        if (ends_in(words, {last})) return !is_paging_or_csrf_token(words);
    }
    const bool key = ends_in(words, {"api", "key"}) || ends_in(words, {"private", "key"}) ||
                     ends_in(words, {"secret", "key"}) || ends_in(words, {"password", "hash"}) ||
                     ends_in(words, {"hashed", "password"}) ||
                     ends_in(words, {"social", "security", "number"});
    if (key) return true;
    if (words.back() == "token") return !is_paging_or_csrf_token(words);
    return words.back() == "pin" && (words.size() == 1 || words[words.size() - 2] == "card");
}

bool is_masked(std::string_view value) {
    static constexpr std::array<std::string_view, 9> kMasks = {
        "redacted", "hidden", "masked",    "[filtered]", "none",
        "null",     "n/a",    "protected", "undefined"};
    const auto lower = base::to_lower(value);
    if (std::ranges::any_of(kMasks, [&](std::string_view mask) {
            return lower.find(mask) != std::string::npos && lower.size() <= mask.size() + 4;
        })) {
        return true;
    }
    // "********", "****1234", "xxxx", "••••": mostly one mask character.
    std::size_t masks = 0;
    std::size_t bullets = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '*' || value[i] == 'x' || value[i] == 'X' || value[i] == '#') ++masks;
        if (value.substr(i).starts_with("•") || value.substr(i).starts_with("●")) bullets += 3;
    }
    return masks + bullets >= 3 && (masks + bullets) * 2 >= value.size();
}

bool is_sentence(std::string_view value) { return std::ranges::count(value, ' ') >= 3; }

bool luhn(std::string_view digits) {
    int sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        int digit = digits[digits.size() - 1 - i] - '0';
        if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

// The first `count` digits as a number; 0 where there are fewer.
int leading(std::string_view digits, std::size_t count) {
    int value = 0;
    if (digits.size() >= count) std::from_chars(digits.data(), digits.data() + count, value);
    return value;
}

// Card networks by their first digits and length (ISO/IEC 7812 ranges).
bool is_card_number(std::string_view value, std::string_view name) {
    std::string digits;
    for (const char c : value) {
        if (c == ' ' || c == '-') continue;
        if (c < '0' || c > '9') return false;
        digits += c;
    }
    const auto words = words_of(name);
    if (!words.empty() && words.back() == "id") return false;
    const auto two = leading(digits, 2);
    const auto four = leading(digits, 4);
    const bool amex = digits.size() == 15 && (two == 34 || two == 37);
    const bool sixteen =
        digits.size() == 16 && (digits[0] == '4' || (two >= 51 && two <= 55) || four == 6011 ||
                                two == 65 || two == 35 || (four >= 2221 && four <= 2720));
    return (amex || sixteen) && luhn(digits);
}

struct Pattern {
    SensitiveKind kind;
    const char* regex;
};
constexpr std::array kPatterns = {
    Pattern{SensitiveKind::PasswordHash, R"(^\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}$)"},
    Pattern{SensitiveKind::PasswordHash, R"(^\$argon2(?:id|i|d)\$)"},
    Pattern{SensitiveKind::PasswordHash, R"(^\$[56]\$[^$]*\$[./A-Za-z0-9]{40,})"},
    Pattern{SensitiveKind::PasswordHash, R"(^(?:pbkdf2|scrypt)[:_][A-Za-z0-9:._-]+\$)"},
    Pattern{SensitiveKind::PrivateKey, R"(-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----)"},
    Pattern{SensitiveKind::ProviderToken, R"(\b(?:AKIA|ASIA)[0-9A-Z]{16}\b)"},
    Pattern{SensitiveKind::ProviderToken, R"(\bgh[pousr]_[A-Za-z0-9]{36,}\b)"},
    Pattern{SensitiveKind::ProviderToken, R"(\bglpat-[A-Za-z0-9_-]{20,})"},
    Pattern{SensitiveKind::ProviderToken, R"(\bxox[abposr]-[A-Za-z0-9-]{10,})"},
    Pattern{SensitiveKind::ProviderToken, R"(\b[sr]k_live_[A-Za-z0-9]{16,})"},
    Pattern{SensitiveKind::ProviderToken, R"(\bAIza[0-9A-Za-z_-]{35}\b)"},
};

struct Compiled {
    SensitiveKind kind;
    std::unique_ptr<re2::RE2> regex;
};

const std::vector<Compiled>& compiled() {
    static const std::vector<Compiled> list = [] {
        std::vector<Compiled> out;
        for (const auto& pattern : kPatterns)
            out.push_back({pattern.kind, std::make_unique<re2::RE2>(pattern.regex)});
        return out;
    }();
    return list;
}

class Finder {
public:
    explicit Finder(const SensitiveContext& context) : context_(context) {}

    void visit(const Json& node, const std::string& pointer, std::string_view name) {
        if (++nodes_ > kNodesMax || hits_.size() >= kHitsMax) return;
        if (node.is_array()) {
            look_for_emails(node, pointer);
            for (const auto& item : node) visit(item, pointer + "/*", name);
            return;
        }
        if (node.is_object()) {
            for (const auto& [key, value] : node.items())
                visit(value, pointer + "/" + base::escape_pointer(key), key);
            return;
        }
        if (const auto kind = kind_of(node, name)) add(*kind, name, pointer, scalar_text(node));
    }

    std::vector<SensitiveHit> take() { return std::move(hits_); }

private:
    std::optional<SensitiveKind> kind_of(const Json& node, std::string_view name) const {
        if (node.is_null() || node.is_boolean()) return std::nullopt;
        const auto value = scalar_text(node);
        if (value.empty() || value.size() > kValueMax || is_masked(value) || is_echo(value))
            return std::nullopt;
        for (const auto& pattern : compiled()) {
            if (re2::RE2::PartialMatch(value, *pattern.regex)) return pattern.kind;
        }
        if (is_card_number(value, name)) return SensitiveKind::CardNumber;
        if (is_foreign_token(value)) return SensitiveKind::ForeignToken;
        return is_named_secret(node, name, value) ? std::optional(SensitiveKind::NamedSecret)
                                                  : std::nullopt;
    }

    bool is_named_secret(const Json& node, std::string_view name, const std::string& value) const {
        if (!is_sensitive_name(name) || is_sentence(value)) return false;
        const auto words = words_of(name);
        const bool is_token = words.back() == "token";
        if (is_token && context_.may_hold_tokens) return false;
        // Counts and flags: "token": 3. A PIN is a number all the same.
        const bool small_number = node.is_number() && value.size() < 4;
        return !small_number && !value.starts_with("http://") && !value.starts_with("https://");
    }

    bool is_foreign_token(const std::string& value) const {
        if (context_.may_hold_tokens || !value.starts_with("eyJ")) return false;
        const auto subjects = subjects_of_token(value);
        if (subjects.empty()) return false;
        return std::ranges::none_of(subjects, [&](const std::string& subject) {
            return context_.reader != nullptr && context_.reader->is(subject);
        });
    }

    bool is_echo(const std::string& value) const {
        return std::ranges::find(context_.sent, value) != context_.sent.end();
    }

    void look_for_emails(const Json& list, const std::string& pointer) {
        if (context_.reader != nullptr && context_.reader->role == scan::PersonaRole::Admin) return;
        static const re2::RE2 kEmail(R"([^@\s]+@[^@\s]+\.[A-Za-z]{2,})");
        std::set<std::string> others;
        std::string name;
        for (const auto& item : list) {
            if (!item.is_object()) continue;
            for (const auto& [key, value] : item.items()) {
                if (!plain_name(key).ends_with("email") || !value.is_string()) continue;
                const auto& text = value.get_ref<const std::string&>();
                const bool own = context_.reader != nullptr && context_.reader->is(text);
                if (!own && re2::RE2::FullMatch(text, kEmail)) others.insert(text), name = key;
            }
        }
        if (others.size() >= kEmailsMin)
            add(SensitiveKind::Emails, name, pointer + "/*/" + name, *others.begin());
    }

    void add(SensitiveKind kind, std::string_view name, const std::string& pointer,
             std::string value) {
        const bool known =
            std::ranges::any_of(hits_, [&](const SensitiveHit& hit) { return hit.name == name; });
        if (!known && hits_.size() < kHitsMax)
            hits_.push_back({kind, std::string(name), pointer, std::move(value)});
    }

    const SensitiveContext& context_;
    std::size_t nodes_ = 0;
    std::vector<SensitiveHit> hits_{};
};

// OpenAPI documents and JSON schemas name passwords without holding any.
bool is_api_document(const Json& answer) {
    return answer.is_object() &&
           (answer.contains("openapi") || answer.contains("swagger") || answer.contains("$schema"));
}

}  // namespace

std::string_view describe(SensitiveKind kind) {
    switch (kind) {
    case SensitiveKind::NamedSecret: return "a property that holds a credential";
    case SensitiveKind::PasswordHash: return "a password hash";
    case SensitiveKind::PrivateKey: return "a private key";
    case SensitiveKind::ProviderToken: return "a provider's access key";
    case SensitiveKind::CardNumber: return "a card number";
    case SensitiveKind::ForeignToken: return "a token of somebody else";
    case SensitiveKind::Emails: return "e-mail addresses of other users";
    }
    return "";
}

std::vector<SensitiveHit> find_sensitive(const Json& answer, const SensitiveContext& context) {
    if (is_api_document(answer)) return {};
    Finder finder(context);
    finder.visit(answer, "", "");
    return finder.take();
}

}  // namespace runner::api
