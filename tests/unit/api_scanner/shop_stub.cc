#include "unit/api_scanner/shop_stub.h"

#include "unit/api_scanner/scan_fixture.h"

#include <fmt/format.h>

namespace runner::api {
namespace {

using fakes::ApiAnswer;
using fakes::ApiRequest;

struct Call {
    const ApiRequest& request;
    const Flaws& flaws;
    std::string user;  // "" = anonymous

    bool flaw(const std::string& name) const { return flaws.contains(name); }
    // The last segment, where the path begins so.
    std::string below(std::string_view prefix) const {
        return request.path.starts_with(prefix) ? request.path.substr(prefix.size()) : "";
    }
};

ApiAnswer json(std::string body, int status = 200) {
    return {.status = status, .body = std::move(body)};
}
ApiAnswer error(int status, const std::string& text) {
    return json(R"({"error": ")" + text + "\"}", status);
}

std::string order(int id, const std::string& owner) {
    return fmt::format(R"({{"orderId": {}, "owner": "{}", "item": "item {}", "note": "for {}"}})",
                       id, owner, id, owner);
}

ApiAnswer orders(const Call& call) {
    if (call.user.empty()) return error(401, "sign in");
    const int first = call.user == "alice" ? 100 : 200;
    return json(R"({"orders": [)" + order(first + 1, call.user) + "," +
                order(first + 2, call.user) + "]}");
}

ApiAnswer one_order(const Call& call, const std::string& id) {
    if (call.user.empty()) return error(401, "sign in");
    const std::string owner = id == "101" || id == "102" ? "alice" : "bob";
    const bool known = id == "101" || id == "102" || id == "201" || id == "202";
    if (!known || (owner != call.user && !call.flaw("bola"))) return error(404, "no such order");
    return json(order(std::stoi(id), owner));
}

// Profiles under the user's name, without any list.
ApiAnswer profile(const Call& call, const std::string& name) {
    if (call.user.empty()) return error(401, "sign in");
    const bool known = name == "alice" || name == "bob";
    if (!known || (name != call.user && !call.flaw("bola-names")))
        return error(404, "no such user");
    return json(fmt::format(R"({{"username": "{}", "phone": "555-{}", "street": "1 {} Street"}})",
                            name, name, name));
}

// The list is public and says whose each book is; the page of one is for signed-in users.
ApiAnswer books() {
    return json(R"({"data": [{"title": "ab", "user": "alice"}, {"title": "cd", "user": "bob"}]})");
}
ApiAnswer one_book(const Call& call, const std::string& title) {
    if (call.user.empty()) return error(401, "sign in");
    if (title != "ab" && title != "cd") return error(404, "no such book");
    const std::string owner = title == "ab" ? "alice" : "bob";
    if (!call.flaw("secret-books") && owner != call.user) return error(404, "no such book");
    return json(fmt::format(R"({{"title": "{}", "user": "{}", "secret": "zz-{}-hidden"}})", title,
                            owner, title));
}

ApiAnswer invoices(const Call& call) {
    if (call.user.empty() && !call.flaw("auth")) return error(401, "sign in");
    return json(
        R"([{"id": 7, "amount": 12, "iban": "XX00"}, {"id": 8, "amount": 14, "iban": "XX01"}])");
}

ApiAnswer payments(const Call& call) {
    if (call.user.empty()) return error(401, "sign in");
    const std::string card = call.flaw("exposure") ? "4111111111111111" : "************1111";
    return json(R"([{"id": 1, "card": ")" + card +
                R"(", "hasPassword": true, "password": "********"}])");
}

ApiAnswer debug(const Call& call) {
    const std::string secret = call.flaw("exposure") ? R"(, "password": "pass1-of-admin")" : "";
    return json(R"({"users": [{"name": "admin")" + secret + "}]}");
}

ApiAnswer settings(const Call& call) {
    if (call.user.empty()) return error(401, "sign in");
    auto answer = json(R"({"language": "en"})");
    const auto origin = call.request.header("origin");
    if (!origin.empty() && (call.flaw("cors") || origin == "https://shop.example")) {
        answer.headers["Access-Control-Allow-Origin"] = origin;
        answer.headers["Access-Control-Allow-Credentials"] = "true";
    }
    return answer;
}

ApiAnswer coupon(const Call& call, const std::string& code) {
    if (code == "SAVE10") return json(R"({"code": "SAVE10", "percent": 10})");
    if (call.flaw("leak")) {
        return {.status = 500,
                .body = "<pre>Traceback (most recent call last):\n  File \"/srv/shop/app.py\", "
                        "line 7, in coupon\n</pre>",
                .headers = {{"Content-Type", "text/html"}}};
    }
    return error(call.flaw("5xx") ? 500 : 404, "no such coupon");
}

// Decoys.
ApiAnswer wishlists(const Call& call) {
    if (call.user.empty()) return error(401, "sign in");
    return json(R"([{"id": 6010, "owner": "alice", "name": "Wedding"}])");
}
ApiAnswer wishlist(const Call& call, const std::string& id) {
    if (call.user.empty()) return error(401, "sign in");
    return id == "6010"
               ? json(R"({"id": 6010, "owner": "alice", "name": "Wedding", "items": "1,2"})")
               : error(404, "none");
}
ApiAnswer products() {
    auto answer = json(R"([{"id": 1, "name": "Product 1"}, {"id": 2, "name": "Product 2"}])");
    answer.headers["Access-Control-Allow-Origin"] = "*";
    return answer;
}
ApiAnswer product(const std::string& id) {
    return id == "1" || id == "2" ? json(R"({"id": )" + id + R"(, "name": "Product"})")
                                  : error(404, "none");
}

ApiAnswer route(const Call& call) {
    const auto& path = call.request.path;
    if (path == "/orders") return orders(call);
    if (path == "/invoices") return invoices(call);
    if (path == "/payments") return payments(call);
    if (path == "/debug") return debug(call);
    if (path == "/settings") return settings(call);
    if (path == "/books") return books();
    if (path == "/wishlists") return wishlists(call);
    if (path == "/products") return products();
    if (path == "/help")
        return json(
            R"({"topics": ["reset your password"], "password": "Choose at least eight characters."})");
    if (path == "/quotes") return json(R"([{"carrier": "slow", "price": 3}])");
    if (path == "/search") {
        const auto q = call.request.query.find("q");
        return json(R"({"query": ")" +
                    (q == call.request.query.end() || q->second != "shoes" ? "?" : q->second) +
                    R"(", "hits": 1})");
    }
    if (const auto id = call.below("/orders/"); !id.empty()) return one_order(call, id);
    if (const auto id = call.below("/users/"); !id.empty()) return profile(call, id);
    if (const auto id = call.below("/books/"); !id.empty()) return one_book(call, id);
    if (const auto id = call.below("/coupons/"); !id.empty()) return coupon(call, id);
    if (const auto id = call.below("/wishlists/"); !id.empty()) return wishlist(call, id);
    if (const auto id = call.below("/products/"); !id.empty()) return product(id);
    return error(404, "not found");
}

std::string get(std::string_view path, std::string_view rest, bool secured) {
    return fmt::format(
        R"("{}": {{"get": {{"security": {}, {} "responses": {{"200": {{"description": "ok"}}}}}}}})",
        path, secured ? R"([{"bearer": []}])" : "[]", rest);
}

std::string path_parameter(std::string_view name, std::string_view type) {
    return fmt::format(
        R"("parameters": [{{"name": "{}", "in": "path", "required": true, "schema": {{"type": "{}"}}}}],)",
        name, type);
}

}  // namespace

fakes::StubApi::Handler shop(Flaws flaws) {
    return [flaws = std::move(flaws)](const ApiRequest& request) {
        const auto token = request.header("authorization");
        const std::string user = token == "Bearer token-alice" ? "alice"
                                 : token == "Bearer token-bob" ? "bob"
                                                               : "";
        return route({request, flaws, user});
    };
}

std::string shop_specification(Books books) {
    std::string paths;
    for (const auto* path : {"/orders", "/invoices", "/payments", "/settings", "/wishlists"})
        paths += get(path, "", true) + ",";
    for (const auto* path : {"/debug", "/products", "/help"}) paths += get(path, "", false) + ",";
    paths += get("/orders/{orderId}", path_parameter("orderId", "integer"), true) + ",";
    paths += get("/users/{username}", path_parameter("username", "string"), true) + ",";
    if (books == Books::Described) {
        paths += get("/books", "", false) + ",";
        paths += get("/books/{title}", path_parameter("title", "string"), true) + ",";
    }
    paths += get("/wishlists/{wishlistId}", path_parameter("wishlistId", "integer"), true) + ",";
    paths += get("/products/{id}", path_parameter("id", "integer"), false) + ",";
    paths +=
        get("/coupons/{code}",
            R"("parameters": [{"name": "code", "in": "path", "required": true, "example": "SAVE10", "schema": {"type": "string"}}],)",
            false) +
        ",";
    paths +=
        get("/search",
            R"("parameters": [{"name": "q", "in": "query", "example": "shoes", "schema": {"type": "string"}}],)",
            false) +
        ",";
    paths +=
        R"("/quotes": {"get": {"security": [{}, {"bearer": []}], "responses": {"200": {"description": "ok"}}}})";
    return specification_of(paths);
}

}  // namespace runner::api
