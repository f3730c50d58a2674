#include "runner/scanners/api/checks/leaks.h"

#include "base/text.h"

#include <re2/re2.h>

#include <array>
#include <memory>

namespace runner::api {
namespace {

constexpr std::size_t kBodyMax = 256u << 10;
constexpr std::size_t kTextMax = 200;

struct Rule {
    std::string_view what;
    const char* regex;
};
constexpr std::array kRules = {
    Rule{"a Python stack trace", R"(Traceback \(most recent call last\))"},
    Rule{"a Python stack trace", R"(File "[^"\n]{1,200}\.py", line \d+)"},
    Rule{"the Werkzeug debugger", R"(Werkzeug Debugger|werkzeug\.exceptions|__debugger__)"},
    Rule{"Django's debug page", R"(You're seeing this error because you have <code>DEBUG = True)"},
    Rule{"a Java stack trace", R"(\bat [\w.$]+\([\w$]+\.(?:java|kt|scala):\d+\))"},
    Rule{"a Java exception", R"(\b(?:java|javax|org|com)\.[\w.]{3,100}(?:Exception|Error)\b)"},
    Rule{"Spring's error page", R"(Whitelabel Error Page)"},
    Rule{"a PHP error",
         R"((?:Fatal error|Parse error|Warning|Uncaught \w+):.{1,200} on line (?:<b>)?\d+)"},
    Rule{"a .NET exception", R"(\bSystem\.(?:\w+\.)*\w+Exception\b)"},
    Rule{"a .NET stack trace", R"(\bat [\w.<>`]+\([^)\n]{0,200}\) in [^\n]{1,200}\.cs:line \d+)"},
    Rule{"a Go stack trace", R"(goroutine \d+ \[)"},
    Rule{
        "a Node.js stack trace",
        R"(\bat (?:[\w.<>\[\] ]+ )?\(?(?:node:|file:///|/)[^\s:()]{1,200}\.[cm]?[jt]s:\d+:\d+\)?)"},
    Rule{"a Ruby stack trace", R"([\w/.-]{1,200}\.rb:\d+:in [`'])"},
    Rule{"a Rust panic", R"(thread '[^'\n]{1,80}' panicked at)"},
    Rule{"SQL text of MySQL", R"(You have an error in your SQL syntax)"},
    Rule{
        "SQL text of PostgreSQL",
        R"((?:PG::\w+|psycopg2\.|ERROR:\s+)\s*syntax error at or near|psycopg2\.errors\.\w+|pq: syntax error)"},
    Rule{
        "SQL text of SQLite",
        R"(SQLite3?::\w+|sqlite3\.\w+Error|near "[^"\n]{0,80}": syntax error|unrecognized token: ")"},
    Rule{"SQL text of SQL Server", R"(Unclosed quotation mark after the character string)"},
    Rule{"SQL text of Oracle", R"(\bORA-\d{5}\b)"},
    Rule{"SQL text", R"(\bSQLSTATE\[\w+\])"},
    Rule{"SQL text of SQLAlchemy", R"(\[SQL: (?:SELECT|INSERT|UPDATE|DELETE)\b)"},
    Rule{
        "the path of a source file",
        R"((?:^|[\s"'(=])((?:/(?:home|usr|var|app|srv|opt|root|code|src|www|Users)/|[A-Z]:\\)[\w./\\ -]{1,200}\.(?:py|java|rb|php|go|cs|js|ts|rs|pl))\b)"},
};

const std::vector<std::unique_ptr<re2::RE2>>& compiled() {
    static const std::vector<std::unique_ptr<re2::RE2>> list = [] {
        std::vector<std::unique_ptr<re2::RE2>> out;
        for (const auto& rule : kRules)
            out.push_back(std::make_unique<re2::RE2>("(" + std::string(rule.regex) + ")"));
        return out;
    }();
    return list;
}

}  // namespace

std::vector<Leak> find_leaks(std::string_view whole, std::string_view sent) {
    const auto body = whole.substr(0, kBodyMax);
    std::vector<Leak> out;
    for (std::size_t i = 0; i < kRules.size(); ++i) {
        re2::StringPiece match;
        if (!re2::RE2::PartialMatch(re2::StringPiece(body.data(), body.size()), *compiled()[i],
                                    &match))
            continue;
        const std::string_view text(match.data(), match.size());
        if (sent.find(base::trim(text)) != std::string_view::npos) continue;
        const bool known = !out.empty() && out.back().what == kRules[i].what;
        if (!known) out.push_back({kRules[i].what, std::string(text.substr(0, kTextMax))});
    }
    return out;
}

}  // namespace runner::api
