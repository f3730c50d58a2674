"""The shop's data: an SQLite database in memory, filled anew at each start so that every scan meets the same shop."""

import hashlib
import sqlite3
import threading

SCHEMA = """
create table users (username text primary key, password text, password_hash text, role text, email text,
                    address text, balance integer);
create table products (id integer primary key, name text, price integer, description text);
create table orders (id integer primary key, owner text, product integer, quantity integer, note text, status text);
create table invoices (id integer primary key, owner text, amount integer, iban text);
create table payments (id integer primary key, owner text, card text, amount integer);
create table carts (id integer primary key, owner text, items text);
create table tickets (id integer primary key, owner text, subject text, body text);
create table wishlists (id integer primary key, name text, items text);
create table wishlist_members (wishlist integer, username text);
create table reviews (id integer primary key, product integer, author text, stars integer, text text);
create table coupons (code text primary key, percent integer);
"""

# (name, password, role). Made up, and valid on this machine's loopback only.
PEOPLE = [("alice", "demo-alice", "user"), ("bob", "demo-bob", "user"), ("carol", "demo-carol", "admin")]


def fake_hash(password):
    """Has the form of a bcrypt hash without being one: enough for a scanner to recognise the leak."""
    digest = hashlib.sha256(password.encode()).hexdigest()
    return "$2b$12$" + (digest + digest)[:53]


class Shop:
    """Thread-safe rows. Ids are far apart, so that nobody meets a neighbour's object by counting up by one."""

    def __init__(self):
        self.lock = threading.RLock()
        self.db = sqlite3.connect(":memory:", check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.fill()

    def fill(self):
        add = self.db.executemany
        self.db.executescript(SCHEMA)
        add("insert into users values (?,?,?,?,?,?,?)",
            [(n, p, fake_hash(p), r, f"{n}@shop.example", f"{len(n)} {n.title()} Street", 100) for n, p, r in PEOPLE])
        add("insert into products values (?,?,?,?)",
            [(i, f"Product {i}", i * 7 + 3, f"A fine product, number {i} of our catalogue.") for i in range(1, 13)])
        owners = ["alice", "bob"]
        add("insert into orders values (?,?,?,?,?,?)",
            [(1010 + 7 * i, owners[i % 2], i + 1, i + 1, f"order note {i} of {owners[i % 2]}", "paid")
             for i in range(6)])
        add("insert into invoices values (?,?,?,?)",
            [(2010 + 7 * i, owners[i % 2], 10 * i + 5, f"XX00DEMO{i:012d}") for i in range(6)])
        add("insert into payments values (?,?,?,?)",
            [(3010 + 7 * i, owners[i % 2], "4111111111111111", 10 * i + 5) for i in range(4)])
        add("insert into carts values (?,?,?)", [(4010 + 7 * i, owners[i % 2], f"{i + 1},{i + 2}") for i in range(4)])
        add("insert into tickets values (?,?,?,?)",
            [(5010 + 7 * i, owners[i % 2], f"Subject {i}", f"Ticket text {i} by {owners[i % 2]}") for i in range(4)])
        add("insert into wishlists values (?,?,?)", [(6010, "Wedding", "1,2,3"), (6017, "Office", "4,5")])
        add("insert into wishlist_members values (?,?)",
            [(6010, "alice"), (6010, "bob"), (6017, "alice"), (6017, "bob")])
        add("insert into reviews values (?,?,?,?,?)",
            [(7010 + 7 * i, i + 1, owners[i % 2], 5 - i % 3, f"Review text number {i}") for i in range(5)])
        add("insert into coupons values (?,?)", [("SAVE10", 10), ("SAVE25", 25)])
        self.db.commit()

    def rows(self, sql, *values):
        with self.lock:
            return [dict(row) for row in self.db.execute(sql, values).fetchall()]

    def row(self, sql, *values):
        # An integer that SQLite cannot hold names nothing; what sqlite3 raises for it differs from time to time.
        if any(isinstance(value, int) and abs(value) >= 1 << 63 for value in values):
            return None
        found = self.rows(sql, *values)
        return found[0] if found else None

    def write(self, sql, *values):
        with self.lock:
            cursor = self.db.execute(sql, values)
            self.db.commit()
            return cursor.lastrowid
