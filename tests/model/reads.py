"""The oracle's lists and reports of one tenant's books."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.model.fields import in_ascii
from tests.model.oracle import Books, Refused


def customers(books: Books, query: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [books.show_customer(pk) for pk in books.customers]
    if "email" in query:
        rows = [row for row in rows if in_ascii(query["email"].lower()) in row["email"]]
    if "is_active" in query:
        rows = [row for row in rows if row["is_active"] == (query["is_active"] == "true")]
    return in_order(rows, query.get("ordering", "-id"))


def orders(books: Books, query: dict[str, Any]) -> list[dict[str, Any]]:
    tests = {
        "status": lambda row, words: row["status"] in words.split(","),
        "email": lambda row, part: in_ascii(part.lower()) in row["customer_email"],
        "customer": lambda row, pk: row["customer"] == pk,
        "created_from": lambda row, bound: _compared(books, row, bound) >= bound,
        "created_to": lambda row, bound: _compared(books, row, bound) <= bound,
        "min_total_cents": lambda row, cents: row["total_cents"] >= cents,
        "max_total_cents": lambda row, cents: row["total_cents"] <= cents,
        "archived": lambda row, word: word == "all" or (row["archived_at"] is not None) == (word == "true"),
    }
    query = {"archived": "false", **query}
    rows = [books.show_order(pk) for pk in books.orders]
    for name in query.keys() & tests:
        rows = [row for row in rows if tests[name](row, query[name])]
    return in_order(rows, query.get("ordering", "-created_at"))


def items(books: Books, query: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [books.show_item(pk) for pk in books.items]
    if "order" in query:
        rows = [row for row in rows if row["order"] == query["order"]]
    return in_order(rows, query.get("ordering", "-id"))


def in_order(rows: list[dict[str, Any]], ordering: str) -> list[dict[str, Any]]:
    """Sorted by a column, ties by id in the same direction."""
    column = ordering.lstrip("-")
    return sorted(rows, key=lambda row: (row[column], row["id"]), reverse=ordering.startswith("-"))


def summary(books: Books, query: dict[str, Any]) -> dict[str, Any]:
    rows, revenue = [], _revenue(books, query)
    for pk, customer in books.customers.items():
        counted = [books.total(order) for order in revenue if order["customer"] == pk]
        if counted or customer["is_active"]:
            sums = {"order_count": len(counted), "total_cents": sum(counted)}
            rows.append({"customer_id": pk, "email": customer["email"], **sums})
    rows.sort(key=lambda row: (-row["total_cents"], row["customer_id"]))
    return {"limit": query.get("limit", 50), "rows": rows[: query.get("limit", 50)]}


def products(books: Books, query: dict[str, Any]) -> dict[str, Any]:
    rows_by_sku: dict[str, dict[str, Any]] = {}
    for order in _revenue(books, query):
        for item in order["items"].values():
            row = rows_by_sku.setdefault(
                item["sku"], {"sku": item["sku"], "orders": set(), "pieces": 0, "total_cents": 0}
            )
            row["orders"].add(order["id"])
            row["pieces"] += item["quantity"]
            row["total_cents"] += item["quantity"] * item["unit_price_cents"]
    rows = sorted(rows_by_sku.values(), key=lambda row: (-row["total_cents"], row["sku"]))
    shown = [{"order_count": len(row.pop("orders")), **row} for row in rows[: query.get("limit", 50)]]
    return {"limit": query.get("limit", 50), "rows": shown}


def sales(books: Books, query: dict[str, Any]) -> dict[str, Any]:
    _revenue(books, query)  # refuses a range that ends before it begins
    first, last = date.fromisoformat(query["from"]), date.fromisoformat(query["to"])
    by = query.get("by", "day")
    rows: dict[str, dict[str, Any]] = {}
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        start = {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}[by]
        period = start.isoformat()
        row = rows.setdefault(period, {"period": period, "order_count": 0, "total_cents": 0})
        for order in _revenue(books, {"from": day.isoformat(), "to": day.isoformat()}):
            row["order_count"] += 1
            row["total_cents"] += books.total(order)
    return {"by": by, "from": query["from"], "to": query["to"], "rows": list(rows.values())}


def _revenue(books: Books, query: dict[str, Any]) -> list[dict[str, Any]]:
    """Orders that were paid on the query's days, and are neither cancelled nor archived."""
    if query.get("from", "") > query.get("to", "9"):
        raise Refused(400, "invalid-request", errors=[{"parameter": "to", "code": "range"}])
    paid = [
        order
        for order in books.orders.values()
        if order["status"] in ("paid", "shipped") and order["archived_at"] is None
    ]
    days = {order["id"]: order["paid_at"].astimezone(books.zone).date().isoformat() for order in paid}
    return [order for order in paid if query.get("from", "") <= days[order["id"]] <= query.get("to", "9")]


def _compared(books: Books, row: dict[str, Any], bound: str) -> str:
    """Return the order's creation time in the form of `bound`: a day in the tenant's zone, or an instant in UTC."""
    created = datetime.fromisoformat(row["created_at"].replace("Z", "+00:00"))
    return row["created_at"] if "T" in bound else created.astimezone(books.zone).date().isoformat()
