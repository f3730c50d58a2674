#include "base/text.h"

#include <algorithm>

namespace base {
namespace {

enum class TokenKind { Literal, AnyOne, AnyInSegment, Any };

struct Token {
    TokenKind kind = TokenKind::Literal;
    char literal = '\0';
};

std::vector<Token> tokenize(std::string_view pattern) {
    std::vector<Token> tokens;
    for (const char c : pattern) {
        const bool after_star = !tokens.empty() && tokens.back().kind == TokenKind::AnyInSegment;
        const bool after_stars = !tokens.empty() && tokens.back().kind == TokenKind::Any;
        if (c == '*' && after_star) {
            tokens.back().kind = TokenKind::Any;
        } else if (c == '*' && after_stars) {
            continue;
        } else if (c == '*') {
            tokens.push_back({TokenKind::AnyInSegment});
        } else if (c == '?') {
            tokens.push_back({TokenKind::AnyOne});
        } else {
            tokens.push_back({TokenKind::Literal, c});
        }
    }
    return tokens;
}

bool is_run(TokenKind kind) { return kind == TokenKind::AnyInSegment || kind == TokenKind::Any; }

// The set of pattern positions that the text read so far can have reached. Walking all of them at
// once costs pattern × text at most, where backtracking would be exponential in the stars.
class Positions {
public:
    explicit Positions(std::vector<Token> tokens) : tokens_(std::move(tokens)) {
        reached_.resize(tokens_.size() + 1);
        next_.resize(tokens_.size() + 1);
        reach(reached_, 0);
    }

    void step(char c, bool continues_character) {
        next_.assign(next_.size(), false);
        for (std::size_t at = 0; at < tokens_.size(); ++at) {
            if (reached_[at]) advance(at, c, continues_character);
        }
        // '?' takes a character, not a byte: it stays open for the bytes that continue one.
        for (std::size_t at = 0; continues_character && at < tokens_.size(); ++at) {
            if (reached_[at + 1] && tokens_[at].kind == TokenKind::AnyOne) reach(next_, at + 1);
        }
        std::swap(reached_, next_);
    }

    bool at_end() const { return reached_.back(); }

private:
    void advance(std::size_t at, char c, bool continues_character) {
        switch (tokens_[at].kind) {
        case TokenKind::Literal:
            if (tokens_[at].literal == c) reach(next_, at + 1);
            break;
        case TokenKind::AnyOne:
            if (!continues_character) reach(next_, at + 1);
            break;
        case TokenKind::AnyInSegment:
            if (c != '/') reach(next_, at);
            break;
        case TokenKind::Any: reach(next_, at); break;
        }
    }

    // A run may be empty, so reaching it reaches what follows it.
    void reach(std::vector<bool>& set, std::size_t at) const {
        set[at] = true;
        for (; at < tokens_.size() && is_run(tokens_[at].kind); ++at) set[at + 1] = true;
    }

    std::vector<Token> tokens_;
    std::vector<bool> reached_;
    std::vector<bool> next_;
};

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text) {
    Positions positions(tokenize(pattern));
    for (const char c : text) {
        const bool continues_character = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
        positions.step(c, continues_character);
    }
    return positions.at_end();
}

}  // namespace base
