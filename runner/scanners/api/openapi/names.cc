#include "runner/scanners/api/openapi/names.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <span>

namespace runner::api {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_one_of(std::string_view word, std::span<const std::string_view> list) {
    return std::ranges::find(list, word) != list.end();
}

}  // namespace

std::vector<std::string> words_of(std::string_view name) {
    std::vector<std::string> words;
    std::string word;
    const auto flush = [&] {
        if (!word.empty()) words.push_back(base::to_lower(word));
        word.clear();
    };
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (!is_upper(c) && !is_lower(c) && !is_digit(c)) {
            flush();
            continue;
        }
        // A capital begins a word after a small letter, and before one ("HTTPServer").
        const bool after_small = i > 0 && (is_lower(name[i - 1]) || is_digit(name[i - 1]));
        const bool before_small = i + 1 < name.size() && is_lower(name[i + 1]);
        if (is_upper(c) && (after_small || (before_small && !word.empty()))) flush();
        word += c;
    }
    flush();
    return words;
}

std::string plain_name(std::string_view name) {
    std::string out;
    for (const auto& word : words_of(name)) out += word;
    return out;
}

std::string singular(std::string_view plain) {
    std::string out(plain);
    if (out.size() > 4 && out.ends_with("ies")) return out.substr(0, out.size() - 3) + "y";
    const bool es = out.ends_with("sses") || out.ends_with("xes") || out.ends_with("ches") ||
                    out.ends_with("shes");
    if (out.size() > 4 && es) return out.substr(0, out.size() - 2);
    if (out.size() > 2 && out.ends_with('s') && !out.ends_with("ss")) out.pop_back();
    return out;
}

bool is_auth_carrier(std::string_view name) {
    static constexpr std::array<std::string_view, 13> kCarriers = {
        "authorization", "xauthorization", "apikey",      "xapikey", "accesstoken",
        "xaccesstoken",  "authtoken",      "xauthtoken",  "xauth",   "xtoken",
        "bearer",        "xsessiontoken",  "sessiontoken"};
    return is_one_of(plain_name(name), kCarriers);
}

bool is_login_like(const Operation& operation) {
    static constexpr std::array<std::string_view, 15> kWords = {
        "login",          "signin", "logon",    "auth",         "authenticate",
        "authentication", "token",  "tokens",   "oauth",        "session",
        "sessions",       "signup", "register", "registration", "refresh"};
    const auto last_words = [&](std::string_view text) {
        const auto words = words_of(text);
        return std::ranges::any_of(words,
                                   [&](const std::string& w) { return is_one_of(w, kWords); });
    };
    const auto path = std::string_view(operation.path_template);
    const auto last =
        path.substr(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/') + 1);
    if (operation.method == "POST" && last_words(path)) return true;
    return last_words(last);
}

bool is_owner_name(std::string_view name) {
    static constexpr std::array<std::string_view, 18> kOwners = {
        "owner",     "ownerid",   "ownername", "user",       "userid",    "username",
        "useremail", "createdby", "creator",   "creatorid",  "author",    "authorid",
        "account",   "accountid", "customer",  "customerid", "belongsto", "login"};
    return is_one_of(plain_name(name), kOwners);
}

bool is_user_name(std::string_view name) {
    static constexpr std::array<std::string_view, 8> kNames = {
        "username", "user", "login", "loginname", "userid", "userlogin", "account", "handle"};
    return is_one_of(plain_name(name), kNames);
}

}  // namespace runner::api
