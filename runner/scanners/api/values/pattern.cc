#include "runner/scanners/api/values/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>

namespace runner::api {
namespace {

constexpr std::size_t kPatternBytesMax = 1'000;
constexpr std::size_t kTextBytesMax = 512;
constexpr int kDepthMax = 16;
constexpr int kTries = 3;

re2::RE2::Options quiet_options() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    return options;
}

// Walks the pattern once and writes one text for it. What it does not know it skips: RE2 has the
// last word.
class Writer {
public:
    Writer(std::string_view pattern, Chance& chance, std::size_t repeat)
        : p_(pattern), chance_(chance), repeat_(repeat) {}

    std::string write() { return alternation(0); }

private:
    bool done() const { return at_ >= p_.size(); }

    // Several branches: all are walked, one is kept.
    std::string alternation(int depth) {
        std::vector<std::string> branches{sequence(depth)};
        while (!done() && p_[at_] == '|') {
            ++at_;
            branches.push_back(sequence(depth));
        }
        return branches[chance_.below(branches.size())];
    }

    std::string sequence(int depth) {
        std::string out;
        while (!done() && p_[at_] != '|' && p_[at_] != ')') {
            const auto start = at_;
            auto piece = atom(depth);
            const auto after = at_;
            const auto times = quantifier();
            for (std::size_t i = 0; i < times && out.size() < kTextBytesMax; ++i) {
                if (i > 0) {
                    const auto resume = at_;
                    at_ = start;
                    piece = atom(depth);
                    at_ = resume;
                }
                out += piece;
            }
            if (at_ == start && after == start) break;
        }
        return out;
    }

    std::string atom(int depth) {
        const char c = p_[at_++];
        if (c == '^' || c == '$') return {};
        if (c == '.') return {static_cast<char>('a' + chance_.below(26))};
        if (c == '[') return char_class();
        if (c == '\\') return escape();
        if (c != '(') return {c};
        if (p_.substr(at_).starts_with("?:")) at_ += 2;
        if (p_.substr(at_).starts_with("?P<")) at_ = std::min(p_.find('>', at_), p_.size() - 1) + 1;
        auto out = depth < kDepthMax ? alternation(depth + 1) : std::string();
        if (!done()) ++at_;  // ')'
        return out;
    }

    static std::string set_for(char escape) {
        switch (escape) {
        case 'd': return "0123456789";
        case 'w': return "abcdefghijklmnopqrstuvwxyz0123456789";
        case 's': return " ";
        case 'D':
        case 'S': return "abcdefghij";
        case 'W': return "-";
        case 'n': return "\n";
        case 't': return "\t";
        case 'b':
        case 'B':
        case 'A':
        case 'z':
        case 'Z': return "";
        default: return {escape};
        }
    }

    std::string pick(const std::string& set) {
        if (set.empty()) return {};
        return {set[chance_.below(set.size())]};
    }

    std::string escape() {
        if (done()) return {};
        return pick(set_for(p_[at_++]));
    }

    std::string char_class() {
        bool negated = false;
        if (!done() && p_[at_] == '^') negated = true, ++at_;
        std::string set;
        for (bool first = true; !done() && (p_[at_] != ']' || first); first = false)
            add_class_item(set);
        if (!done()) ++at_;
        if (!negated) return pick(set);
        std::string others;
        for (const char c :
             std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")) {
            if (set.find(c) == std::string::npos) others += c;
        }
        return pick(others);
    }

    void add_class_item(std::string& set) {
        char low = p_[at_++];
        if (low == '\\' && !done()) {
            const auto escaped = set_for(p_[at_++]);
            if (escaped.size() != 1) {
                set += escaped;
                return;
            }
            low = escaped[0];
        }
        const bool range = at_ + 1 < p_.size() && p_[at_] == '-' && p_[at_ + 1] != ']';
        if (!range) {
            set += low;
            return;
        }
        ++at_;
        char high = p_[at_++];
        if (high == '\\' && !done()) high = p_[at_++];
        for (int c = static_cast<unsigned char>(low);
             c <= static_cast<unsigned char>(high) && c < 127; ++c) {
            set += static_cast<char>(c);
        }
    }

    std::size_t number() {
        std::size_t value = 0;
        const auto* end = p_.data() + p_.size();
        const auto [stop, error] = std::from_chars(p_.data() + at_, end, value);
        at_ = static_cast<std::size_t>(stop - p_.data());
        return error == std::errc() ? value : 0;
    }

    std::size_t quantifier() {
        if (done()) return 1;
        std::size_t times = 1;
        const char c = p_[at_];
        if (c == '?')
            times = 1, ++at_;
        else if (c == '*' || c == '+')
            times = repeat_, ++at_;
        else if (c == '{' && at_ + 1 < p_.size() && p_[at_ + 1] >= '0' && p_[at_ + 1] <= '9')
            times = counted();
        else
            return 1;
        if (!done() && p_[at_] == '?') ++at_;  // lazy: the same to us
        return std::min(times, kTextBytesMax);
    }

    std::size_t counted() {
        ++at_;
        const auto low = number();
        auto high = low;
        if (!done() && p_[at_] == ',') {
            ++at_;
            high = !done() && p_[at_] != '}' ? number() : std::max(low, repeat_);
        }
        if (!done() && p_[at_] == '}') ++at_;
        return std::clamp(repeat_, low, std::max(low, high));
    }

    std::string_view p_;
    Chance& chance_;
    std::size_t repeat_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<std::string> text_for_pattern(std::string_view pattern, LengthBounds bounds,
                                            Chance& chance) {
    if (pattern.size() > kPatternBytesMax) return std::nullopt;
    const re2::RE2 check(re2::StringPiece(pattern.data(), pattern.size()), quiet_options());
    if (!check.ok()) return std::nullopt;
    for (std::size_t attempt = 0; attempt < kTries; ++attempt) {
        // Repetitions grow to the needed length: the first try is short, the second as long as the
        // minimum asks for.
        const std::size_t repeat = attempt == 0 ? 3 : std::max<std::size_t>(bounds.min, attempt);
        const auto text = Writer(pattern, chance, repeat).write();
        const bool fits =
            text.size() >= bounds.min && text.size() <= std::max(bounds.max, bounds.min);
        if (fits && re2::RE2::PartialMatch(text, check)) return text;
    }
    return std::nullopt;
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
    if (pattern.size() > kPatternBytesMax) return true;
    const re2::RE2 check(re2::StringPiece(pattern.data(), pattern.size()), quiet_options());
    if (!check.ok()) return true;
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), check);
}

}  // namespace runner::api
