"""The base of the state machine: sends requests of two tenants and compares each response with the oracle's answer."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from hypothesis.stateful import RuleBasedStateMachine

from apps.tenancy import keys
from apps.tenancy.models import Tenant
from tests.conftest import JSON, Api
from tests.model import reads
from tests.model.oracle import Answer, Books, Refused

ZONES = ["Europe/Berlin", "Asia/Kolkata"]
NO_TAG = '"0123456789abcdef"'


class Clock(datetime):
    """A fake clock; its time changes only when a test sets it."""

    time: datetime

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return cls.time


class Comparing(RuleBasedStateMachine):
    """Two new tenants, their books, and what responses have shown them.

    `who` is the index of the tenant, 0 or 1. A row is named by its path, such as `orders/7/`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.books = [Books(zone) for zone in ZONES]
        self.apis = [new_client(zone) for zone in ZONES]
        self.known: dict[str, set[int]] = defaultdict(set)  # every id that a row of a kind has or had
        self.kept: list[dict[str, tuple[Any, Answer]]] = [{}, {}]  # request and answer by idempotency key
        self.tags: list[dict[str, list[tuple[str, Any]]]] = [defaultdict(list), defaultdict(list)]  # (ETag, body)

    def change(
        self, who: int, method: str, address: str, body: Any, act: Any, key: str | None = None, tag: Any = None
    ) -> None:
        """Send a write request, and apply it to the books with `act(books, id, body)`; compare the two results."""
        kind, *rest = address.strip("/").split("/")
        row = f"{kind}/{rest[0]}/" if rest else ""
        wanted, known = self.tag(who, row, tag)
        headers = {"Idempotency-Key": key, "If-Match": wanted}
        sent = (method, address, body, wanted)
        response = self.apis[who].generic(
            method.upper(), f"/api/v1/{address}", "" if body is None else json.dumps(body), JSON,
            headers={name: value for name, value in headers.items() if value},
        )  # fmt: skip
        earlier = self.kept[who].get(key or "")

        def answer() -> Answer:
            books = self.books[who]
            if earlier:
                if earlier[0] != sent:
                    raise Refused(422, "idempotency-key-reused")
                return earlier[1]
            if wanted not in (None, "*") and books.show(row) != known:
                raise Refused(412, "precondition-failed")
            books.now, books.ids = Clock.time, self.new_ids(kind, response)
            shown = act(books, *map(int, rest[:1]), *([] if body is None else [body]))
            return Answer({"post": 200 if rest else 201, "patch": 200, "delete": 204}[method], shown)

        expected = self.expected(answer)
        self.compare(who, response, expected, row or f"{kind}/{(expected.body or {}).get('id')}/")
        assert response.get("Idempotency-Replayed") == ("true" if earlier and expected == earlier[1] else None)
        if key and expected.status < 400:
            self.kept[who][key] = (sent, expected)

    def read(self, who: int, row: str, tag: Any) -> None:
        """GET a row, with If-None-Match if there is a tag, and compare."""
        wanted, known = self.tag(who, row, tag)
        response = self.apis[who].get(f"/api/v1/{row}", headers={"If-None-Match": wanted} if wanted else {})
        expected = self.expected(lambda: Answer(200, self.books[who].show(row)))
        if expected.status == 200 and (wanted == "*" or expected.body == known):
            expected = Answer(304)
        self.compare(who, response, expected, row)

    def walk(self, who: int, kind: str, query: dict[str, Any], customer: int | None = None) -> None:
        """GET a list (with `customer`, that customer's orders) page by page to its end and back, and compare."""
        address = f"{kind}/" if customer is None else f"customers/{customer}/orders/"
        response = self.apis[who].get(f"/api/v1/{address}?{urlencode(query)}")

        def answer() -> Answer:
            if customer is not None:
                self.books[who].show(f"customers/{customer}/")
            refuse_unknown(query)
            rows = getattr(reads, kind)(self.books[who], query)
            return Answer(200, [row for row in rows if customer in (None, row.get("customer"))])

        expected = self.expected(answer)
        if expected.status != 200:
            self.compare(who, response, expected)
            return
        rows, size = expected.body, query.get("page_size", 20)
        pages = [rows[start : start + size] for start in range(0, len(rows), size)] or [[]]
        last, page = len(pages) - 1, {}
        forward = [(number, "next") for number in range(1, last + 1)]
        back = [(number, "previous") for number in range(last - 1, -1, -1)]
        for number, link in [(0, ""), *forward, *back]:
            response = self.apis[who].get(page[link]) if link else response
            page = response.json()
            body = {name: page[name] if number < last else None for name in ("next", "next_cursor")}
            body |= {name: page[name] if number else None for name in ("previous", "previous_cursor")}
            body |= {"count": len(rows)} if query.get("count") == "true" else {}
            self.compare(who, response, Answer(200, {**body, "results": pages[number]}))

    def report(self, who: int, name: str, query: dict[str, Any]) -> None:
        """GET a report, and compare."""
        response = self.apis[who].get(f"/api/v1/reporting/{name}/?{urlencode(query)}")
        self.compare(who, response, self.expected(lambda: Answer(200, getattr(reads, name)(self.books[who], query))))

    def expected(self, answer: Callable[[], Answer]) -> Answer:
        try:
            return answer()
        except Refused as refusal:
            return refusal.answer

    def compare(self, who: int, response: Any, expected: Answer, row: str = "") -> None:
        """Assert status, content type and body, and that ETags of a row are equal exactly if the bodies are."""
        body = json.loads(response.content) if response.content else None
        problem = response.status_code >= 400
        assert response.get("Content-Type") == (body and f"application/{'problem+' if problem else ''}json")
        if problem:
            body = without_words(body, response["X-Request-ID"])
        assert Answer(response.status_code, body) == expected
        if row and expected.status in (200, 201):
            for tag, earlier in self.tags[who][row]:
                assert (tag == response["ETag"]) == (earlier == body)
            self.tags[who][row].append((response["ETag"], body))

    def new_ids(self, kind: str, response: Any) -> Iterator[int]:
        """Yield the ids that a response has assigned; each has to be new."""
        body = json.loads(response.content) if response.content else {}
        created = [(kind, body["id"])] if response.status_code == 201 else []
        for kind_of, pk in [*created, *(("items", item["id"]) for item in body.get("items", []))]:
            assert pk not in self.known[kind_of]
            self.known[kind_of].add(pk)
            yield pk

    def id(self, who: int, kind: str, pick: int) -> int:
        """Pick an id: mostly of an own row, sometimes of a deleted, another tenant's or unknown row."""
        ids = sorted(getattr(self.books[who], kind)) * 4 + sorted(self.known[kind]) + [0]
        return ids[pick % len(ids)]

    def row(self, who: int, kind: str, pick: int) -> str:
        return f"{kind}/{self.id(who, kind, pick)}/"

    def naming(self, who: int, body: dict[str, Any]) -> dict[str, Any]:
        """Return the body or query with each picked number replaced by the id of a row."""
        return {
            name: self.id(who, f"{name}s", value) if name in ("customer", "order") else value
            for name, value in body.items()
        }

    def tag(self, who: int, row: str, tag: Any) -> tuple[str | None, Any]:
        """Return the ETag to send and the body that it belongs to, if any."""
        if not isinstance(tag, int) or not row:
            return (tag if row else None), None
        seen = self.tags[who][row] or [(NO_TAG, None)]
        return seen[-1 - tag % len(seen)]


def new_client(zone: str) -> Api:
    tenant = Tenant.objects.create(slug=f"tenant-{Tenant.objects.count()}", name=zone, timezone=zone)
    return Api(keys.issue_key(tenant=tenant))


def refuse_unknown(query: dict[str, Any]) -> None:
    if "colour" in query:
        raise Refused(400, "invalid-request", errors=[{"parameter": "colour", "code": "unknown"}])


def without_words(body: dict[str, Any], request_id: str) -> dict[str, Any]:
    """Return a problem without its `detail` texts, which have to exist but are not promised."""
    assert body.pop("request_id") == request_id
    for document in [body, *body.get("errors", [])]:
        assert document.pop("detail")
    return body
