"""The oracle: the documented rules of the API in plain Python, without any code of the product."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tests.model.fields import CUSTOMER, LINE, MAX_ITEMS, Invalid, Rule, fields, lines, one_of

MOVES = {
    "pay": (("draft",), "paid", "paid_at"),
    "ship": (("paid",), "shipped", "shipped_at"),
    "cancel": (("draft", "paid"), "cancelled", "cancelled_at"),
}
STAMPS = ("created_at", "updated_at", "paid_at", "shipped_at", "cancelled_at", "archived_at")


class Answer(NamedTuple):
    status: int
    body: Any = None  # a problem is without its `detail` texts, which are not promised


class Refused(Exception):
    """The request is refused; `answer` is the problem document (RFC 9457)."""

    def __init__(self, status: int, kind: str, **members: Any) -> None:
        title = kind.replace("-", " ").capitalize()
        self.answer = Answer(status, {"type": f"/docs/problems/{kind}", "title": title, "status": status, **members})


def shown_at(time: datetime | None) -> str | None:
    return time and time.isoformat().replace("+00:00", "Z")


class Books:
    """One tenant's rows. Each method is an operation: it returns the body of the response, or raises Refused.

    The test sets `ids`, the ids of new rows, from the response, and `now`, the time of the request.
    """

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self.customers: dict[int, dict[str, Any]] = {}
        self.orders: dict[int, dict[str, Any]] = {}
        self.ids: Iterator[int] = iter(())
        self.now: datetime

    def show(self, row: str) -> dict[str, Any]:
        """Return a row by its path, such as `orders/7/`."""
        kind, pk = row.strip("/").split("/")
        shows = {"customers": self.show_customer, "orders": self.show_order, "items": self.show_item}
        return shows[kind](int(pk))

    # Customers ------------------------------------------------------------------------------------------------------

    def show_customer(self, pk: int) -> dict[str, Any]:
        customer = self._row(self.customers, pk)
        return customer | {name: shown_at(customer[name]) for name in ("created_at", "updated_at")}

    def create_customer(self, body: Any) -> dict[str, Any]:
        values = self._read(body, CUSTOMER, shown=["id", *STAMPS[:2]], needed=["email", "name"])
        self._refuse_duplicate(values["email"])
        pk = next(self.ids, 0)
        self.customers[pk] = {"id": pk, "is_active": True, **values, "created_at": self.now, "updated_at": self.now}
        return self.show_customer(pk)

    def edit_customer(self, pk: int, body: Any) -> dict[str, Any]:
        values = self._read(body, CUSTOMER, shown=["id", *STAMPS[:2]], needed=[])
        customer = self._row(self.customers, pk)
        self._refuse_duplicate(values.get("email"), but=pk)
        if values:
            customer.update(values, updated_at=self.now)
        return self.show_customer(pk)

    def delete_customer(self, pk: int) -> None:
        self._row(self.customers, pk)
        if any(order["customer"] == pk for order in self.orders.values()):
            raise Refused(409, "customer-has-orders")
        del self.customers[pk]

    # Orders ---------------------------------------------------------------------------------------------------------

    def show_order(self, pk: int) -> dict[str, Any]:
        order = self._row(self.orders, pk)
        return {
            **order,
            "customer_email": self.customers[order["customer"]]["email"],
            "total_cents": self.total(order),
            "items": [dict(item) for item in order["items"].values()],
            **{name: shown_at(order[name]) for name in STAMPS},
        }

    def create_order(self, body: Any) -> dict[str, Any]:
        values = self._read_order(body, needed=["customer", "items"])
        pk = next(self.ids, 0)
        times = dict.fromkeys(STAMPS) | {"created_at": self.now, "updated_at": self.now}
        self.orders[pk] = {"id": pk, "customer": values["customer"], "status": "draft", "items": {}, **times}
        self._add_items(pk, values["items"])
        return self.show_order(pk)

    def edit_order(self, pk: int, body: Any) -> dict[str, Any]:
        values = self._read_order(body, needed=[])
        order = self._draft(pk)
        if "items" in values:
            order["items"] = {}
            self._add_items(pk, values["items"])
        if values:
            order.update(customer=values.get("customer", order["customer"]), updated_at=self.now)
        return self.show_order(pk)

    def delete_order(self, pk: int) -> None:
        self._draft(pk)
        del self.orders[pk]

    def act_on_order(self, pk: int, action: str) -> dict[str, Any]:
        order = self._row(self.orders, pk)
        if action in ("archive", "unarchive"):
            if (order["archived_at"] is None) == (action == "archive"):
                order.update(archived_at=self.now if action == "archive" else None, updated_at=self.now)
            return self.show_order(pk)
        sources, target, stamp = MOVES[action]
        if order["status"] not in sources:
            allowed = [name for name, move in MOVES.items() if order["status"] in move[0]]
            raise Refused(409, "move-not-allowed", order_status=order["status"], allowed=allowed)
        order.update({"status": target, stamp: self.now, "updated_at": self.now})
        return self.show_order(pk)

    # Items ----------------------------------------------------------------------------------------------------------

    def show_item(self, pk: int) -> dict[str, Any]:
        return {**self._row(self.items, pk), "order": self.order_of(pk)["id"]}

    def create_item(self, body: Any) -> dict[str, Any]:
        values = self._read(body, {"order": one_of(self.orders), **LINE}, shown=["id"])
        order = self._draft(values.pop("order"))
        if len(order["items"]) == MAX_ITEMS:
            raise Refused(409, "order-full")
        pk = self._add_items(order["id"], [values])[0]
        order["updated_at"] = self.now
        return self.show_item(pk)

    def edit_item(self, pk: int, body: Any) -> dict[str, Any]:
        values = self._read(body, {"order": one_of(self.orders), **LINE}, shown=["id"], needed=[])
        self._row(self.items, pk)
        order = self.order_of(pk)
        if values.get("order", order["id"]) != order["id"]:
            raise Refused(400, "invalid-request", errors=[{"pointer": "#/order", "code": "immutable"}])
        self._draft(order["id"])
        order["items"][pk].update({name: value for name, value in values.items() if name != "order"})
        order["updated_at"] = self.now
        return self.show_item(pk)

    def delete_item(self, pk: int) -> None:
        self._row(self.items, pk)
        order = self._draft(self.order_of(pk)["id"])
        if len(order["items"]) == 1:
            raise Refused(409, "order-needs-item")
        del order["items"][pk]
        order["updated_at"] = self.now

    # Shared ---------------------------------------------------------------------------------------------------------

    @property
    def items(self) -> dict[int, dict[str, Any]]:
        return {pk: item for order in self.orders.values() for pk, item in order["items"].items()}

    def order_of(self, item: int) -> dict[str, Any]:
        return next(order for order in self.orders.values() if item in order["items"])

    def total(self, order: dict[str, Any]) -> int:
        return sum(item["quantity"] * item["unit_price_cents"] for item in order["items"].values())

    def _add_items(self, order: int, items: list[dict[str, Any]]) -> list[int]:
        new = {pk: {"id": pk, **line} for line, pk in zip(items, self.ids, strict=False)}
        self.orders[order]["items"].update(new)
        return list(new)

    def _read_order(self, body: Any, *, needed: list[str]) -> dict[str, Any]:
        shown = ["id", "customer_email", "status", "total_cents", *STAMPS]
        return self._read(body, {"customer": one_of(self.customers), "items": lines}, shown=shown, needed=needed)

    def _read(self, body: Any, rules: dict[str, Rule], **options: Any) -> dict[str, Any]:
        try:
            return fields(body, rules, **options)
        except Invalid as error:
            errors = [{"pointer": f"#{place}", "code": code} for place, code in error.errors]
            raise Refused(400, "invalid-request", errors=errors) from None

    def _row(self, rows: dict[int, Any], pk: int) -> Any:
        if pk not in rows:
            raise Refused(404, "not-found")
        return rows[pk]

    def _draft(self, pk: int) -> dict[str, Any]:
        order = self._row(self.orders, pk)
        if order["status"] != "draft":
            raise Refused(409, "order-not-draft", order_status=order["status"])
        return order

    def _refuse_duplicate(self, address: str | None, but: int = 0) -> None:
        if any(customer["email"] == address and pk != but for pk, customer in self.customers.items()):
            raise Refused(409, "customer-email-taken")
