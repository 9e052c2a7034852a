"""Acme and globex with rows of one shape; what is globex's can be told from everything else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from django.core import signing
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from apps.customers.models import Customer
from apps.idempotency.models import IdempotencyKey
from apps.orders.lifecycle import Status
from apps.orders.models import Item, Order, OrderEvent
from apps.reporting.models import CustomerTotal
from apps.tenancy import keys
from apps.tenancy.isolation import tenant_owned_models
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope
from tests.conftest import JSON, Api

DAY = "2024-01-07"  # of all rows; what a request dates is later
OURS: dict[str, Any] = {"first_id": 6 * 10**9, "word": "own", "at": "12:00:00", "quantity": 1, "price": 101}
THEIRS: dict[str, Any] = {"first_id": 5 * 10**9, "word": "canary", "at": "03:07:13", "quantity": 9001, "price": 7654321}
UNCOMPARED = {"RateLimit", "Server-Timing"}  # headers in which any two answers differ


class Request(NamedTuple):
    method: str
    path: str
    query: dict[str, Any] = {}
    body: Any = None
    headers: dict[str, str] = {}


class Outcome(NamedTuple):
    """What a request answered, headers included, and the rows of both tenants after it."""

    status: int
    text: str
    ours: str
    theirs: str


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class World:
    """Acme has rows, globex has them inside `with_theirs` alone, with ids that are known before.

    `ours` and `theirs` are these ids by kind of row: customer, order, item. `canaries` are globex's ids, texts, times
    and sums, none of which anything else contains.
    """

    def __init__(self, acme: Tenant, globex: Tenant) -> None:
        self.acme, self.globex = acme, globex
        self._clients = {tenant: Api(keys.issue_key(tenant=tenant)) for tenant in (acme, globex)}
        self.ours = _populate(acme, **OURS)
        with undone():
            self.theirs = _populate(globex, **THEIRS)
            self.canaries = _visible(globex) - _visible(acme)

    @contextmanager
    def with_theirs(self) -> Iterator[None]:
        with undone():
            _populate(self.globex, **THEIRS)
            yield

    def outcome(self, request: Request, tenant: Tenant | None = None) -> Outcome:
        """What the request (acme's, or another tenant's) does; it is undone. New ids and times read the same always."""
        with undone():
            response = self.send(request, tenant)
            raw = response.content.decode()
            body = self._stable(raw)
            # A length counts the digits of new ids and times too, a tag is a hash of them.
            left_out = UNCOMPARED if body == raw else UNCOMPARED | {"Content-Length", "ETag"}
            headers = sorted((name, value) for name, value in response.headers.items() if name not in left_out)
            ours, theirs = self._stable(self.rows(self.acme)), self.rows(self.globex)
            return Outcome(response.status_code, f"{headers}\n{body}", ours, theirs)

    def send(self, request: Request, tenant: Tenant | None = None) -> Any:
        """The response to the request (acme's, or another tenant's)."""
        client = self._clients[tenant or self.acme]
        address = f"{request.path}?{urlencode(request.query)}" if request.query else request.path
        data = "" if request.body is None else json.dumps(request.body)
        headers = {"X-Request-ID": "the-same-always", **request.headers}
        return client.generic(request.method, address, data, JSON, headers=headers)

    def rows(self, tenant: Tenant) -> str:
        """Every row that the tenant owns, with every column."""
        with tenant_scope(tenant):
            rows = {
                model.__name__: list(model.objects.filter(tenant=tenant).order_by("pk").values())
                for model in tenant_owned_models()
            }
        return json.dumps(rows, cls=DjangoJSONEncoder)

    def etag(self, path: str) -> str:
        """The entity tag that globex is given of the row that an address of its own leads to."""
        row = re.match(r".*?/\d+/", path)
        return self._clients[self.globex].get(row[0] if row else path)["ETag"]

    def cursors(self, first_page: Request) -> list[str]:
        """The cursors that globex is given to its second page, and from there back."""
        page = self._clients[self.globex].get(first_page.path, first_page.query).json()
        links = [page["next"], self._clients[self.globex].get(page["next"]).json()["previous"]] if page["next"] else []
        return [parse_qs(urlsplit(link).query)["cursor"][0] for link in links]

    def seen(self, text: str, *, sent: Any = None) -> set[str]:
        """The canaries in a text, but for those that acme has `sent` itself."""
        return self.canaries & _words(unquote(text)) - _words(json.dumps(sent))

    def _stable(self, text: str) -> str:
        known = {str(pk) for ids in (self.ours, self.theirs) for pks in ids.values() for pk in pks}
        text = re.sub(r"cursor=([\w%.-]+)", lambda cursor: f"cursor={_opened(cursor[1])}", text)
        text = re.sub(r'(?<=\\")[0-9a-f]{64}(?=\\")', "tag", text)  # in an answer that is kept
        text = re.sub(r"20(?!24)\d\d-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)", "now", text)
        # An answer that is kept with its key has a backslash before each quote.
        new = re.compile(r'("(?:\w+_)?(?:id|customer|order)\\?": ?)(\d+)')
        return new.sub(lambda found: found[0] if found[2] in known else f"{found[1]}new", text)


def _words(text: str) -> set[str]:
    # Shorter ones, such as a count, occur anywhere.
    return {word for word in re.findall(r"[\w@.-]+", text) if len(word) > 3}


def _opened(cursor: str) -> str:
    return signing.b64_decode(unquote(cursor).split(":")[0].encode()).decode()


def _visible(tenant: Tenant) -> set[str]:
    """The words of what a tenant's rows show to the tenant."""
    with tenant_scope(tenant):
        rows = [row for model in (Customer, Order, Item) for row in model.objects.filter(tenant=tenant).values()]
        for row in rows:
            # No answer shows it, and it has as many digits as the tests before gave it.
            del row["tenant_id"]
        sums = CustomerTotal.objects.filter(tenant=tenant).values_list("total_cents", flat=True)
        return _words(json.dumps([rows, list(sums)], cls=DjangoJSONEncoder))


def _populate(tenant: Tenant, *, first_id: int, word: str, at: str, quantity: int, price: int) -> dict[str, list[int]]:
    """Write a customer with an order in each state, one without orders, and an idempotency key."""
    ids, time = count(first_id), datetime.fromisoformat(f"{DAY}T{at}").replace(tzinfo=timezone.utc)
    dates = {"created_at": time, "updated_at": time}
    states = [*((status, None) for status in Status), (Status.PAID, time)]
    with tenant_scope(tenant):
        customers = Customer.objects.bulk_create(
            Customer(pk=next(ids), email=f"{role}@{word}.example.com", name=f"{word}-{role}", **dates)
            for role in ("buyer", "guest")
        )
        orders = Order.objects.bulk_create(
            Order(pk=next(ids), customer=customers[0], status=status, paid_at=time, archived_at=archived, **dates)
            for status, archived in states
        )
        items = Item.objects.bulk_create(
            Item(pk=next(ids), order=order, sku=f"{word}-{n}", quantity=quantity + n, unit_price_cents=price + n)
            for n, order in enumerate([orders[0], *orders])
        )
        OrderEvent.objects.bulk_create(
            OrderEvent(order=order, kind=order.status, created_at=time) for order in orders[1:]
        )
        IdempotencyKey.objects.create(key=f"{word}-key", status=200, body=f'{{"name": "{word}-buyer"}}')
    kinds = {"customer": customers, "order": orders, "item": items}
    return {kind: [row.pk for row in rows] for kind, rows in kinds.items()}
