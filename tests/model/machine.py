"""The state machine: two tenants make valid requests, and some invalid ones, in random order."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.model import bodies
from tests.model.comparing import Clock, Comparing
from tests.model.oracle import Books

WHO = st.sampled_from([0, 1])
ACTIONS = st.lists(st.sampled_from(["pay", "ship", "cancel", "archive", "unarchive"]), min_size=1, max_size=4)
KINDS = st.sampled_from(["customers", "orders", "items"])


class Machine(Comparing):
    def __init__(self) -> None:
        Clock.time = datetime(2026, 3, 27, 10, tzinfo=timezone.utc)
        super().__init__()
        line = {"sku": "TEA", "quantity": 2, "unit_price_cents": 450}
        # Shipped in the last hour of UTC's day, which is the next one for both tenants.
        for name, actions in [("ada", ["pay"]), ("hedy", ["pay", "ship", "cancel"]), ("grace", ["archive"])]:
            for who in (0, 1):
                body = {"email": f"{name}@example.com", "name": name.title()}
                self.change(who, "post", "customers/", body, Books.create_customer)
                for _ in range(2):
                    body = {"customer": max(self.books[who].customers), "items": [line, line]}
                    self.change(who, "post", "orders/", body, Books.create_order)
                for action in actions:
                    self.act(who, f"orders/{max(self.books[who].orders)}/", action)
            self.time_passes(hours=13)

    @rule(hours=st.sampled_from([0.25, 6, 24]))
    def time_passes(self, hours: float) -> None:
        Clock.time += timedelta(hours=hours)

    @rule(who=WHO, body=bodies.NEW_CUSTOMER, key=bodies.KEY)
    def create_customer(self, who: int, body: Any, key: Any) -> None:
        self.change(who, "post", "customers/", body, Books.create_customer, key)

    @rule(who=WHO, body=bodies.NEW_ORDER, key=bodies.KEY)
    def create_order(self, who: int, body: Any, key: Any) -> None:
        self.change(who, "post", "orders/", self.naming(who, body), Books.create_order, key)

    @rule(who=WHO, body=bodies.NEW_ITEM, key=bodies.KEY)
    def create_item(self, who: int, body: Any, key: Any) -> None:
        self.change(who, "post", "items/", self.naming(who, body), Books.create_item, key)

    @rule(who=WHO, pick=bodies.PICK, body=bodies.SOME_CUSTOMER, key=bodies.KEY, tag=bodies.TAG)
    def edit_customer(self, who: int, pick: int, body: Any, key: Any, tag: Any) -> None:
        self.change(who, "patch", self.row(who, "customers", pick), body, Books.edit_customer, key, tag)

    @rule(who=WHO, pick=bodies.PICK, body=bodies.SOME_ORDER, key=bodies.KEY, tag=bodies.TAG)
    def edit_order(self, who: int, pick: int, body: Any, key: Any, tag: Any) -> None:
        row = self.row(who, "orders", pick)
        self.change(who, "patch", row, self.naming(who, body), Books.edit_order, key, tag)

    @rule(who=WHO, pick=bodies.PICK, body=bodies.SOME_ITEM, key=bodies.KEY, tag=bodies.TAG)
    def edit_item(self, who: int, pick: int, body: Any, key: Any, tag: Any) -> None:
        row = self.row(who, "items", pick)
        self.change(who, "patch", row, self.naming(who, body), Books.edit_item, key, tag)

    @rule(who=WHO, kind=KINDS, pick=bodies.PICK, key=bodies.KEY, tag=bodies.TAG)
    def delete(self, who: int, kind: str, pick: int, key: Any, tag: Any) -> None:
        self.change(who, "delete", self.row(who, kind, pick), None, getattr(Books, f"delete_{kind[:-1]}"), key, tag)

    @rule(who=WHO, pick=bodies.PICK, actions=ACTIONS, key=bodies.KEY, tag=bodies.TAG)
    def move_order(self, who: int, pick: int, actions: list[str], key: Any, tag: Any) -> None:
        row = self.row(who, "orders", pick)
        self.act(who, row, actions[0], key, tag)
        for action in actions[1:]:
            self.act(who, row, action)

    def act(self, who: int, row: str, action: str, key: Any = None, tag: Any = None) -> None:
        self.change(who, "post", f"{row}{action}/", None, lambda books, pk: books.act_on_order(pk, action), key, tag)

    @rule(who=WHO, pick=bodies.PICK, more=st.sampled_from([{}, {}, {"colour": "red"}]), tag=bodies.TAG)
    def send_again(self, who: int, pick: int, more: Any, tag: Any) -> None:
        if self.kept[who]:
            key = sorted(self.kept[who])[pick % len(self.kept[who])]
            (method, address, body, wanted), _ = self.kept[who][key]
            body = {**(body or {}), **more} if more else body
            self.change(who, method, address, body, None, key, wanted if tag is None else tag)

    @rule(who=WHO, kind=KINDS, pick=bodies.PICK, tag=bodies.TAG)
    def read_one(self, who: int, kind: str, pick: int, tag: Any) -> None:
        self.read(who, self.row(who, kind, pick), tag)

    @rule(who=WHO, kind=KINDS, data=st.data())
    def read_list(self, who: int, kind: str, data: st.DataObject) -> None:
        self.walk(who, kind, self.naming(who, data.draw(bodies.QUERIES[kind])))

    @rule(who=WHO, pick=bodies.PICK, query=bodies.QUERIES["orders"])
    def read_orders_of_customer(self, who: int, pick: int, query: Any) -> None:
        self.walk(who, "orders", self.naming(who, query), customer=self.id(who, "customers", pick))

    @rule(who=WHO, name=st.sampled_from(sorted(bodies.REPORTS)), data=st.data())
    def read_report(self, who: int, name: str, data: st.DataObject) -> None:
        self.report(who, name, data.draw(bodies.REPORTS[name]))

    def teardown(self) -> None:
        first, second = "2026-03-27", "2026-03-28"
        for who in (0, 1):
            self.walk(who, "customers", {"page_size": 1})
            self.walk(who, "orders", {"archived": "all", "page_size": 2})
            self.walk(who, "orders", {"created_to": first})
            self.walk(who, "orders", {"created_from": second})
            self.walk(who, "items", {})
            self.report(who, "summary", {})
            for name in sorted(bodies.REPORTS):
                self.report(who, name, {"from": first, "to": first})
                self.report(who, name, {"from": second, "to": "2026-06-30"})
