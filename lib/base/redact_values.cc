// Values of secret-like names. Written by hand, not as a pattern: a name decides what its value is
// and how far it reaches, and one look to both sides of each ':' and '=' keeps the time linear.
#include "base/redact.h"
#include "base/redact_rules.h"

#include <algorithm>
#include <array>

namespace base {
namespace redact {
namespace {

// Longer names are text that happens to stand before a colon.
constexpr std::size_t kNameMax = 64;
constexpr std::size_t kNpos = std::string_view::npos;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_line_end(char c) { return c == '\r' || c == '\n'; }
bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
           c == '-' || c == '.' || c == '[' || c == ']' || c == '$';
}

// A quote as it stands in the text: `"`, `'`, or `\"` in JSON inside of a JSON string.
struct Quote {
    char mark = '\0';
    std::size_t backslashes = 0;
    bool exists() const { return mark != '\0'; }
};

struct Name {
    std::string_view text;
    std::size_t begin = 0;
    Quote quote{};
};

class Finder {
public:
    explicit Finder(std::string_view text) : text_(text) {}

    std::vector<Span> run() {
        std::size_t at = text_.find_first_of(":=");
        while (at != kNpos) {
            const std::size_t done = look_at(at);
            at = text_.find_first_of(":=", std::max(done, at + 1));
        }
        return std::move(spans_);
    }

private:
    // Where to look on: behind the value if there was one.
    std::size_t look_at(std::size_t separator) {
        const Name name = name_before(separator);
        if (name.text.empty() || !is_secret_name(name.text)) return separator + 1;
        if (is_cookie_name(name.text)) return take_cookies(name, separator + 1);
        if (name.quote.exists()) return take_quoted_member(separator + 1);
        if (text_[separator] == '=') return take_setting(separator + 1);
        if (is_credentials_header(name.text)) return take_rest_of_line(separator + 1);
        return take_yaml_value(name, separator + 1);
    }

    char at(std::size_t index) const { return index < text_.size() ? text_[index] : '\0'; }

    Name name_before(std::size_t end) const {
        while (end > 0 && is_blank(text_[end - 1])) --end;
        Name name;
        if (end > 0 && is_quote(text_[end - 1])) {
            name.quote.mark = text_[--end];
            while (end > 0 && text_[end - 1] == '\\') {
                --end;
                ++name.quote.backslashes;
            }
        }
        std::size_t begin = end;
        while (begin > 0 && end - begin <= kNameMax && is_name(text_[begin - 1])) --begin;
        if (end - begin > kNameMax) return {};
        name.begin = begin;
        name.text = text_.substr(begin, end - begin);
        return name;
    }

    std::size_t skip_blanks(std::size_t from) const {
        while (is_blank(at(from))) ++from;
        return from;
    }
    std::size_t skip_space(std::size_t from) const {
        while (is_blank(at(from)) || is_line_end(at(from))) ++from;
        return from;
    }

    Quote quote_at(std::size_t from) const {
        Quote quote;
        while (at(from + quote.backslashes) == '\\') ++quote.backslashes;
        const char mark = at(from + quote.backslashes);
        if (!is_quote(mark)) return {};
        quote.mark = mark;
        return quote;
    }

    // The closing quote (its backslashes come first): the next one with no more backslashes than
    // the opening.
    std::size_t closing(const Quote& quote, std::size_t from) const {
        for (std::size_t end = text_.find(quote.mark, from); end != kNpos;
             end = text_.find(quote.mark, end + 1)) {
            std::size_t backslashes = 0;
            while (end - backslashes > from && text_[end - backslashes - 1] == '\\') ++backslashes;
            // An even surplus is escaped backslashes that belong to the value.
            if (backslashes >= quote.backslashes && (backslashes - quote.backslashes) % 2 == 0) {
                return end - quote.backslashes;
            }
        }
        return text_.size();
    }

    // A quoted value at `from`; returns where it ended.
    std::size_t take_quoted(const Quote& quote, std::size_t from) {
        const std::size_t begin = from + quote.backslashes + 1;
        const std::size_t end = closing(quote, begin);
        add(begin, end);
        return std::min(end + quote.backslashes + 1, text_.size());
    }

    // "password": … — only strings and numbers go.
    std::size_t take_quoted_member(std::size_t from) {
        from = skip_space(from);
        if (is_digit(at(from))) return take_number(from);
        if (at(from) == '[') return take_list(from + 1);
        const Quote quote = quote_at(from);
        return quote.exists() ? take_quoted(quote, from) : from;
    }

    std::size_t take_list(std::size_t from) {
        for (;;) {
            from = skip_space(from);
            if (at(from) == ',') from = skip_space(from + 1);
            const Quote quote = quote_at(from);
            if (!quote.exists()) return from;
            from = take_quoted(quote, from);
        }
    }

    // PINs and one-time codes have at least four digits; smaller numbers count or switch something.
    std::size_t take_number(std::size_t from) {
        constexpr std::size_t kDigitsMin = 4;
        std::size_t end = from;
        while (is_digit(at(end))) ++end;
        const bool is_whole = at(end) != '.' && at(end) != 'e' && at(end) != 'E';
        if (is_whole && end - from >= kDigitsMin) add(from, end);
        return end;
    }

    // password=… in a query, a form, a settings file or a connection string.
    std::size_t take_setting(std::size_t from) {
        const std::size_t begin = skip_blanks(from);
        if (at(begin) == '=' || at(begin) == '>') return begin + 1;  // == and => are code
        const Quote quote = quote_at(begin);
        if (!quote.exists()) return take_word(begin);
        // "…password=" and then a comma: the quote ends a string that holds the name, and opens
        // none.
        const char next = at(begin + quote.backslashes + 1);
        const bool ends_a_string = next == '\0' || is_blank(next) || is_line_end(next) ||
                                   next == ',' || next == '}' || next == ']' || next == ':';
        return ends_a_string ? begin : take_quoted(quote, begin);
    }

    std::size_t take_word(std::size_t begin) {
        static constexpr std::array<std::string_view, 7> kLiterals{
            "null", "nil", "none", "None", "true", "false", "undefined"};
        const std::size_t end =
            std::min(text_.find_first_of(" \t\r\n&;,\"'`<>\\(){}|", begin), text_.size());
        const std::string_view word = text_.substr(begin, end - begin);
        if (std::ranges::find(kLiterals, word) == kLiterals.end()) add(begin, end);
        return end;
    }

    // password: … — a setting or a header when it begins its line and one word is all there is
    // behind it; prose
    // ("invalid token: expected a comma") otherwise.
    std::size_t take_yaml_value(const Name& name, std::size_t from) {
        const std::size_t begin = skip_blanks(from);
        if (begin == from || !begins_line(name.begin)) return from;
        const Quote quote = quote_at(begin);
        if (quote.exists()) return take_quoted(quote, begin);
        const std::size_t end = line_end(begin);
        const std::string_view value = text_.substr(begin, end - begin);
        if (value.find_first_of(" \t") != kNpos) return from;
        return take_word(begin);
    }

    bool begins_line(std::size_t begin) const {
        while (begin > 0 && is_blank(text_[begin - 1])) --begin;
        if (begin > 0 && text_[begin - 1] == '-') {  // an item of a YAML list
            begin -= 1;
            while (begin > 0 && is_blank(text_[begin - 1])) --begin;
        }
        if (begin == 0) return true;
        const char before = text_[begin - 1];
        return is_line_end(before) || is_quote(before) || before == '\\' || before == '{';
    }

    // To the end of the line, of the string that holds it, or of the escaped line (\r\n in JSON).
    std::size_t line_end(std::size_t from) const {
        return std::min(text_.find_first_of("\r\n\"'`\\", from), text_.size());
    }

    // Authorization: … — the scheme goes too; of Digest the parameters are quoted.
    std::size_t take_rest_of_line(std::size_t from) {
        const std::size_t begin = skip_blanks(from);
        std::size_t end = line_end(begin);
        const bool holds_quotes = end > begin && end < text_.size() && text_[end - 1] == '=';
        if (holds_quotes) end = std::min(text_.find_first_of("\r\n", begin), text_.size());
        while (end > begin && is_blank(text_[end - 1])) --end;
        add(begin, end);
        return end;
    }

    static bool is_credentials_header(std::string_view name) {
        constexpr std::string_view kTail = "uthorization";
        return name.size() > kTail.size() && name.ends_with(kTail);
    }

    // Cookie: a=1; b=2 and Set-Cookie: a=1; Path=/ — names and attributes stay: they are what
    // findings are about.
    std::size_t take_cookies(const Name& name, std::size_t from) {
        const bool is_setting = text_[from - 1] == '=' && !name.quote.exists();
        if (is_setting) return take_setting(from);
        std::size_t begin = skip_space_if(name.quote.exists(), from);
        std::size_t end = 0;
        const Quote quote = quote_at(begin);
        if (quote.exists()) {
            begin += quote.backslashes + 1;
            end = closing(quote, begin);
        } else {
            if (name.quote.exists()) return take_quoted_member(from);
            end = line_end(begin);
        }
        for (const Span& span :
             find_cookie_values(text_.substr(begin, end - begin), name.text, begin)) {
            add(span.begin, span.end);
        }
        return end;
    }

    std::size_t skip_space_if(bool also_lines, std::size_t from) const {
        return also_lines ? skip_space(from) : skip_blanks(from);
    }

    void add(std::size_t begin, std::size_t end) {
        if (begin < end) spans_.push_back({begin, end});
    }

    std::string_view text_;
    std::vector<Span> spans_;
};

// Words that end a secret's name, once case, '-', '_', '.' are gone and digits at the end are cut.
constexpr std::array<std::string_view, 34> kSecretEndings{
    "password",     "passwd",      "passphrase",   "passcode",       "passwort",   "pwd",
    "passwordhash", "secret",      "secrets",      "token",          "apikey",     "accesskey",
    "privatekey",   "secretkey",   "signingkey",   "encryptionkey",  "masterkey",  "sharedkey",
    "accountkey",   "authkey",     "sessionkey",   "authorization",  "credential", "credentials",
    "cookie",       "cookies",     "session",      "sessionid",      "sessid",     "jwt",
    "apisecret",    "accesskeyid", "amzsignature", "subscriptionkey"};
// Too short to be looked for at the end of a longer word.
constexpr std::array<std::string_view, 10> kSecretWords{"pass", "pw",  "pin", "otp",  "cvv",
                                                        "sid",  "sig", "psk", "auth", "bearer"};
// Cursors of paged lists are no secrets, and reports are unreadable without them.
constexpr std::array<std::string_view, 5> kHarmless{"nextpagetoken", "pagetoken", "nexttoken",
                                                    "continuationtoken", "synctoken"};

}  // namespace

bool is_cookie_name(std::string_view name) {
    constexpr std::string_view kCookie = "cookie";
    if (name.size() < kCookie.size()) return false;
    const std::string_view tail = name.substr(name.size() - kCookie.size());
    return std::ranges::equal(tail, kCookie, [](char a, char b) { return (a | 0x20) == b; });
}

std::vector<Span> find_cookie_values(std::string_view line, std::string_view header_name,
                                     std::size_t begin) {
    // RFC 6265 §4.1 and §4.2: of Set-Cookie only the first pair is a cookie, the others are
    // attributes.
    const bool sets = header_name.size() >= std::string_view("set-cookie").size();
    std::vector<Span> spans;
    for (std::size_t at = 0; at < line.size();) {
        const std::size_t end = std::min(line.find(';', at), line.size());
        std::size_t value = at;
        while (value < end && is_blank(line[value])) ++value;
        const std::size_t equals = line.substr(0, end).find('=', at);
        if (equals != kNpos) value = equals + 1;
        if (value < end) spans.push_back({begin + value, begin + end});
        if (sets) break;
        at = end + 1;
    }
    return spans;
}

std::vector<Span> find_named_values(std::string_view working) { return Finder(working).run(); }

}  // namespace redact

bool is_secret_name(std::string_view name) {
    std::string plain;
    plain.reserve(name.size());
    for (const char c : name) {
        const bool upper = c >= 'A' && c <= 'Z';
        const bool keep = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (keep) plain += upper ? static_cast<char>(c - 'A' + 'a') : c;
    }
    while (!plain.empty() && plain.back() >= '0' && plain.back() <= '9') plain.pop_back();
    const auto ends_with = [&plain](std::string_view word) { return plain.ends_with(word); };
    if (std::ranges::any_of(redact::kHarmless, ends_with)) return false;
    return std::ranges::any_of(redact::kSecretEndings, ends_with) ||
           std::ranges::find(redact::kSecretWords, plain) != redact::kSecretWords.end();
}

}  // namespace base
