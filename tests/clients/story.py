"""A client's whole story, with the client that openapi-python-client generates; prints what it received as JSON.

The environment has the service's address (BASE), that of the same service with one request a minute (LIMITED), and the
API key (KEY).
"""

from __future__ import annotations

import json
import os

from orders_client import AuthenticatedClient
from orders_client.api.customers import customers_create
from orders_client.api.orders import (
    orders_archive,
    orders_create,
    orders_events_list,
    orders_list,
    orders_pay,
    orders_retrieve,
)
from orders_client.api.tenant import tenant
from orders_client.models import (
    Customer,
    CustomerRequest,
    IdempotencyKeyReusedProblem,
    InvalidRequestProblem,
    MoveNotAllowedProblem,
    Order,
    OrderItemRequest,
    OrderRequest,
    PaginatedOrderEventList,
    PaginatedOrderList,
    PreconditionFailedProblem,
    TooManyRequestsProblem,
)
from orders_client.types import UNSET, Unset

# What the proxy in front of the service adds.
HEADERS = {"X-Forwarded-Proto": "https"}
client = AuthenticatedClient(os.environ["BASE"], os.environ["KEY"], headers=HEADERS)
received: dict[str, object] = {}

customer = customers_create.sync(client=client, body=CustomerRequest("grace@example.com", "Grace Hopper"))
assert isinstance(customer, Customer)
tea = OrderRequest(customer.id, [OrderItemRequest(quantity=2, sku="TEA-GREEN-100", unit_price_cents=450)])
mug = OrderRequest(customer.id, [OrderItemRequest(quantity=1, sku="MUG-WHITE", unit_price_cents=790)])

created = orders_create.sync_detailed(client=client, body=tea, idempotency_key="tea-for-grace")
order = created.parsed
assert isinstance(order, Order)
location = created.headers["Location"].replace(f"/{order.id}/", "/{id}/")
received["created"] = [created.status_code, location, order.status, order.total_cents]

repeated = orders_create.sync_detailed(client=client, body=tea, idempotency_key="tea-for-grace")
received["repeated"] = [repeated.status_code, repeated.headers["Idempotency-Replayed"], repeated.parsed == order]

reused = orders_create.sync_detailed(client=client, body=mug, idempotency_key="tea-for-grace")
assert isinstance(reused.parsed, IdempotencyKeyReusedProblem)
received["another body"] = [reused.status_code, reused.parsed.type_.value]

paid = orders_pay.sync_detailed(order.id, client=client)
assert isinstance(paid.parsed, Order)
received["paid"] = [paid.status_code, paid.parsed.status]

again = orders_pay.sync_detailed(order.id, client=client)
assert isinstance(again.parsed, MoveNotAllowedProblem)
received["paid again"] = [again.status_code, again.parsed.type_.value, again.parsed.order_status, again.parsed.allowed]

stale = orders_archive.sync_detailed(order.id, client=client, if_match=created.headers["ETag"])
assert isinstance(stale.parsed, PreconditionFailedProblem)
received["an old ETag"] = [stale.status_code, stale.parsed.type_.value]

unchanged = orders_retrieve.sync_detailed(order.id, client=client, if_none_match=paid.headers["ETag"])
received["not changed"] = [unchanged.status_code, unchanged.parsed]

others = [orders_create.sync(client=client, body=body) for body in (mug, mug)]
pages: list[list[int]] = []
cursor: str | Unset | None = UNSET
while cursor is not None:
    page = orders_list.sync(client=client, page_size=2, cursor=cursor)
    assert isinstance(page, PaginatedOrderList)
    pages.append([row.total_cents for row in page.results])
    cursor = page.next_cursor
received["pages"] = pages

events = orders_events_list.sync(order.id, client=client)
assert isinstance(events, PaginatedOrderEventList)
received["events"] = [event.kind for event in events.results]

misspelt = customers_create.sync_detailed(client=client, body=CustomerRequest("grace@example", "Grace"))
assert isinstance(misspelt.parsed, InvalidRequestProblem)
errors = [[error.pointer, error.code] for error in misspelt.parsed.errors]
received["misspelt"] = [misspelt.status_code, misspelt.parsed.type_.value, errors]

limited = AuthenticatedClient(os.environ["LIMITED"], os.environ["KEY"], headers=HEADERS)
first, second = (tenant.sync_detailed(client=limited) for _ in range(2))
assert isinstance(second.parsed, TooManyRequestsProblem)
received["too many"] = [first.status_code, second.status_code, second.parsed.type_.value]

print(json.dumps(received))  # noqa: T201
