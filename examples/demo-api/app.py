#!/usr/bin/env python3
"""A small shop API to scan: flawed on purpose, and sound with --secure.

Every flaw is a branch on `flaw("name")`; truth.json lists them with the rule that should find each, and the decoys that
no rule should report. It listens on loopback only. Do not put it anywhere else.
"""

import argparse
import os
import re
import time
import traceback

import jwt
from flask import Flask, Response, g, jsonify, request
from werkzeug.serving import WSGIRequestHandler, make_server

from shop import Shop

HERE = os.path.dirname(os.path.abspath(__file__))
WEAK_KEY = "secret"
LOGIN_TRIES_MAX = 10

app = Flask(__name__)
shop = Shop()
options = argparse.Namespace(secure=False, latency_ms=0)
strong_key = os.urandom(32)
failed_logins = {}


def flaw(name):
    """True while the flaw is switched on: all of them, unless --secure."""
    return not options.secure


def signing_key():
    return WEAK_KEY if flaw("weak-jwt-secret") else strong_key


def error(status, message):
    return jsonify({"error": message}), status


def caller():
    """The user a valid bearer token names, or None."""
    header = request.headers.get("Authorization", "")
    if not header.startswith("Bearer "):
        return None
    token = header[len("Bearer "):]
    try:
        if flaw("unsigned-tokens") and jwt.get_unverified_header(token).get("alg") == "none":
            claims = jwt.decode(token, options={"verify_signature": False})
        else:
            claims = jwt.decode(token, signing_key(), algorithms=["HS256"])
    except jwt.PyJWTError:
        return None
    return shop.row("select * from users where username = ?", claims.get("sub"))


def signed_in(handler):
    """Refuses callers without a valid token."""
    def wrapped(*args, **kwargs):
        g.user = caller()
        if g.user is None:
            return error(401, "sign in first")
        return handler(*args, **kwargs)
    wrapped.__name__ = handler.__name__
    return wrapped


def admin_only(handler):
    def wrapped(*args, **kwargs):
        if g.user["role"] != "admin" and not flaw("bfla"):
            return error(403, "admins only")
        return handler(*args, **kwargs)
    wrapped.__name__ = handler.__name__
    return signed_in(wrapped)


def own(table, key, allow_others):
    """The caller's object of this id; anybody's where the flaw is on."""
    found = shop.row(f"select * from {table} where id = ?", key)
    if found is None or (found["owner"] != g.user["username"] and not allow_others):
        return None
    return found


def body():
    return request.get_json(silent=True) or {}


@app.before_request
def be_slow():
    if options.latency_ms:
        time.sleep(options.latency_ms / 1000)


@app.after_request
def common_headers(response):
    if flaw("headers"):
        response.headers["X-Powered-By"] = "ShopFramework/1.4.2"
    else:
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
    return response


@app.errorhandler(404)
def not_found(_):
    return error(404, "no such thing")


@app.errorhandler(405)
def not_allowed(_):
    return error(405, "method not allowed")


@app.errorhandler(OverflowError)
def beyond_any_id(_):
    # An integer that SQLite cannot hold names nothing.
    return error(404, "no such thing")


@app.errorhandler(Exception)
def unexpected(problem):
    if flaw("error-leak"):
        return Response(traceback.format_exc(), status=500, mimetype="text/plain")
    app.logger.error("request failed: %s", problem)
    return error(500, "internal error")


# ---- documents and health ----

@app.get("/openapi.yaml")
def openapi():
    with open(os.path.join(HERE, "openapi.yaml"), encoding="utf-8") as file:
        return Response(file.read(), mimetype="application/yaml")


@app.get("/health")
def health():
    return jsonify({"status": "ok"})


@app.get("/help")
def help_page():
    # Decoy: speaks of passwords and shows none.
    return jsonify({"topics": ["reset your password", "change your password", "API token lifetime"],
                    "password": None})


# ---- sign-in ----

@app.post("/auth/login")
def login():
    name, password = body().get("username", ""), body().get("password", "")
    if not flaw("login-rate") and failed_logins.get(name, 0) >= LOGIN_TRIES_MAX:
        return error(429, "too many attempts")
    user = shop.row("select * from users where username = ?", str(name))
    if user is None or user["password"] != password:
        failed_logins[name] = failed_logins.get(name, 0) + 1
        if flaw("user-enumeration"):
            return error(401, "no such user" if user is None else "wrong password")
        return error(401, "wrong user name or password")
    claims = {"sub": user["username"], "exp": int(time.time()) + 3600}
    return jsonify({"token": jwt.encode(claims, signing_key(), algorithm="HS256")})


@app.post("/auth/register")
def register():
    new = body()
    name = str(new.get("username", ""))
    if not name or shop.row("select 1 from users where username = ?", name):
        return error(409, "user name is taken or empty")
    role = str(new.get("role", "user")) if flaw("mass-assignment") else "user"
    shop.write("insert into users values (?,?,?,?,?,?,?)", name, str(new.get("password", "")), "", role,
               str(new.get("email", "")), "", 0)
    return jsonify({"username": name, "role": role}), 201


# ---- users ----

def user_view(user):
    return {"username": user["username"], "email": user["email"], "address": user["address"], "role": user["role"]}


@app.get("/users/me")
@signed_in
def me():
    # Decoy: a boolean and a masked value are no leak.
    return jsonify({**user_view(g.user), "hasPassword": True, "password": "********"})


@app.get("/users/<username>")
@signed_in
def user(username):
    if username != g.user["username"] and not flaw("bola"):
        return error(404, "no such user")
    found = shop.row("select * from users where username = ?", username)
    return jsonify(user_view(found)) if found else error(404, "no such user")


@app.put("/users/<username>/email")
@signed_in
def change_email(username):
    if username != g.user["username"] and not flaw("bola-write"):
        return error(404, "no such user")
    email = str(body().get("email", ""))
    if not valid_email(email):
        return error(400, "email is not valid")
    shop.write("update users set email = ? where username = ?", email, username)
    return jsonify({"username": username, "email": email})


def valid_email(email):
    if flaw("slow-regex"):
        return re.match(r"^([a-zA-Z0-9]+)*@[a-z]+\.[a-z]+$", email[:28]) is not None
    return re.match(r"^[a-zA-Z0-9]{1,64}@[a-z]{1,64}\.[a-z]{1,16}$", email) is not None


# ---- products: public ----

@app.get("/products")
def products():
    # Decoy: a public list, open to every origin, without credentials.
    answer = jsonify(shop.rows("select * from products"))
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@app.get("/products/search")
def search():
    # Decoy: echoes its input, as text in JSON.
    query = request.args.get("q", "")
    found = shop.rows("select id, name, price from products where name like ?", f"%{query}%")
    return jsonify({"query": query, "results": found})


@app.get("/products/<product_id>")
def product(product_id):
    if flaw("sqli"):
        found = shop.rows(f"select * from products where id = {product_id}")
        return jsonify(found[0]) if found else error(404, "no such product")
    found = shop.row("select * from products where id = ?", product_id)
    return jsonify(found) if found else error(404, "no such product")


# ---- orders: object-level flaw ----

@app.get("/orders")
@signed_in
def orders():
    return jsonify({"orders": shop.rows("select * from orders where owner = ?", g.user["username"])})


@app.post("/orders")
@signed_in
def new_order():
    new = body()
    key = shop.write("insert into orders (owner, product, quantity, note, status) values (?,?,?,?,?)",
                     g.user["username"], int(new.get("product", 1)), int(new.get("quantity", 1)),
                     str(new.get("note", "")), str(new.get("status", "new")) if flaw("mass-assignment") else "new")
    return jsonify(shop.row("select * from orders where id = ?", key)), 201


@app.get("/orders/<int:order_id>")
@signed_in
def order(order_id):
    found = own("orders", order_id, flaw("bola"))
    return jsonify(found) if found else error(404, "no such order")


@app.put("/orders/<int:order_id>")
@signed_in
def change_order(order_id):
    if own("orders", order_id, flaw("bola-write")) is None:
        return error(404, "no such order")
    shop.write("update orders set note = ? where id = ?", str(body().get("note", "")), order_id)
    return jsonify(shop.row("select * from orders where id = ?", order_id))


@app.delete("/orders/<int:order_id>")
@signed_in
def delete_order(order_id):
    if own("orders", order_id, False) is None:
        return error(404, "no such order")
    shop.write("delete from orders where id = ?", order_id)
    return "", 204


# ---- invoices: authentication forgotten ----

@app.get("/invoices")
def invoices():
    user = caller()
    if user is None and not flaw("auth-missing"):
        return error(401, "sign in first")
    if user is None:
        return jsonify(shop.rows("select * from invoices where owner = 'alice'"))
    return jsonify(shop.rows("select * from invoices where owner = ?", user["username"]))


@app.get("/invoices/<int:invoice_id>")
def invoice(invoice_id):
    user = caller()
    if user is None and not flaw("auth-missing"):
        return error(401, "sign in first")
    found = shop.row("select * from invoices where id = ?", invoice_id)
    if found is None or (user is not None and found["owner"] != user["username"]):
        return error(404, "no such invoice")
    return jsonify(found)


# ---- payments: too much in the answer ----

@app.get("/payments")
@signed_in
def payments():
    found = shop.rows("select * from payments where owner = ?", g.user["username"])
    for row in found:
        row["card"] = row["card"] if flaw("exposure") else "************" + row["card"][-4:]
    return jsonify({"payments": found})


@app.get("/payments/<int:payment_id>")
@signed_in
def payment(payment_id):
    found = own("payments", payment_id, False)
    if found is None:
        return error(404, "no such payment")
    return jsonify({"id": found["id"], "amount": found["amount"], "card": "************" + found["card"][-4:]})


# ---- carts and tickets: sound ----

@app.get("/carts")
@signed_in
def carts():
    return jsonify(shop.rows("select * from carts where owner = ?", g.user["username"]))


@app.get("/carts/<int:cart_id>")
@signed_in
def cart(cart_id):
    found = own("carts", cart_id, False)
    return jsonify(found) if found else error(404, "no such cart")


@app.get("/tickets")
@signed_in
def tickets():
    return jsonify(shop.rows("select * from tickets where owner = ?", g.user["username"]))


@app.get("/tickets/<int:ticket_id>")
@signed_in
def ticket(ticket_id):
    found = own("tickets", ticket_id, flaw("bola"))
    return jsonify(found) if found else error(404, "no such ticket")


# ---- wish lists: shared on purpose ----

MY_WISHLISTS = ("select w.* from wishlists w join wishlist_members m on m.wishlist = w.id where m.username = ?")


@app.get("/wishlists")
@signed_in
def wishlists():
    return jsonify(shop.rows(MY_WISHLISTS, g.user["username"]))


@app.get("/wishlists/<int:wishlist_id>")
@signed_in
def wishlist(wishlist_id):
    # Decoy: both users are members, and both see it in their lists.
    found = shop.row(MY_WISHLISTS + " and w.id = ?", g.user["username"], wishlist_id)
    return jsonify(found) if found else error(404, "no such wish list")


# ---- reviews: public objects ----

@app.get("/reviews")
def reviews():
    return jsonify(shop.rows("select * from reviews"))


@app.get("/reviews/<int:review_id>")
def review(review_id):
    found = shop.row("select * from reviews where id = ?", review_id)
    return jsonify(found) if found else error(404, "no such review")


# ---- coupons: malformed input ----

@app.get("/coupons")
def coupons():
    return jsonify(shop.rows("select * from coupons"))


@app.get("/coupons/<code>")
def coupon(code):
    if not re.fullmatch(r"[A-Z]{4}[0-9]{2}", code):
        if flaw("error-leak"):
            raise ValueError(f"coupon code {code!r} cannot be parsed")
        return error(400, "a coupon code is four letters and two digits")
    found = shop.row("select * from coupons where code = ?", code)
    return jsonify(found) if found else error(404, "no such coupon")


# ---- account settings: cross-origin ----

@app.get("/account/settings")
@signed_in
def settings():
    answer = jsonify({"newsletter": True, "language": "en", "owner": g.user["username"]})
    origin = request.headers.get("Origin")
    if origin and (flaw("cors") or origin == "https://shop.example"):
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Allow-Credentials"] = "true"
    return answer


# ---- shipping: optional sign-in ----

@app.get("/shipping/quotes")
def quotes():
    # Decoy: works for everybody; signed-in callers get the same price list.
    return jsonify([{"carrier": "slow", "price": 3}, {"carrier": "fast", "price": 9}])


# ---- admin ----

@app.get("/admin/users")
@admin_only
def admin_users():
    hidden = () if flaw("exposure") else ("password", "password_hash")
    return jsonify([{k: v for k, v in user.items() if k not in hidden and k != "password"}
                    for user in shop.rows("select * from users")])


@app.get("/admin/stats")
@signed_in
def admin_stats():
    # Sound in both forms: the control that proves who is an admin and who is not.
    if g.user["role"] != "admin":
        return error(403, "admins only")
    return jsonify({"orders": len(shop.rows("select 1 from orders")), "users": len(shop.rows("select 1 from users"))})


class Handler(WSGIRequestHandler):
    """Keeps connections open, and says what it runs on only where that is the flaw."""
    protocol_version = "HTTP/1.1"

    def version_string(self):
        return super().version_string() if flaw("headers") else "shop"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8099, help="0 takes any free port (default 8099)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default 127.0.0.1)")
    parser.add_argument("--port-file", help="writes the port there once it listens")
    parser.add_argument("--secure", action="store_true", help="without the flaws")
    parser.add_argument("--latency-ms", type=int, default=0, help="waits so long before each answer")
    parser.parse_args(namespace=options)
    server = make_server(options.host, options.port, app, threaded=True, request_handler=Handler)
    if options.port_file:
        with open(options.port_file + ".part", "w", encoding="utf-8") as file:
            file.write(str(server.port))
        os.rename(options.port_file + ".part", options.port_file)
    print(f"demo API on http://{options.host}:{server.port}/openapi.yaml "
          f"({'secure' if options.secure else 'flawed on purpose'})", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    import logging
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    main()
