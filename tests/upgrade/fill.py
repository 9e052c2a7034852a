"""Fill an empty, migrated database of commit e2520b9 with that commit's code: `make.py` runs this in a checkout of it.

Rows are written through the API of that commit, except an e-mail address that its API refuses and its service accepts.
The API keys are test data: their secrets are counted, not random.
"""

from __future__ import annotations

import itertools
import logging
from datetime import datetime, timezone
from typing import Any
from unittest import mock

import django
from django.core.management import call_command
from django.test import Client

TENANTS = [
    ("acme", "Acme\u200b", "Europe/Berlin", 8),
    ("globex", "Globe\u0301x", "Asia/Kolkata", 5),
    ("Acme", "Acme\nagain", "UTC", 0),  # later versions compare slugs case-insensitively
]
# Addresses and names; later versions store most of them in another form.
CUSTOMERS = [
    ("Ada@Example.com", "Ada Lovelace"),
    ("ada@b\u00fccher.example", "Zoe\u0308"),  # one mailbox, three spellings
    ("ada@bu\u0308cher.example", "Zoe\u0308\u200b\nSmith"),
    ("ada@xn--bcher-kva.example", "Ada\x07"),
    ("grace@STRASSE.example", "Gr\u00e2ce"),
    ("grace@stra\u00dfe.example", "\u202eecarG"),
]
WITHOUT_FORM = "jos\u00e9@example.com"  # only a domain has an ASCII form
SKUS = ["TEA-GREEN-100", "TEA\u00ad", "CAFE\u0301", "MUG\tBLUE"]
MOVES = [
    [],
    ["pay"],
    ["pay", "ship"],
    ["cancel"],
    ["pay", "cancel"],
    ["archive"],
    ["pay", "ship", "archive"],
    ["cancel", "archive", "unarchive"],
]


class Api:
    """A client with an API key, which gives each request an Idempotency-Key."""

    def __init__(self, slug: str, key: str) -> None:
        self._client = Client(headers={"Authorization": f"Bearer {key}"})
        self._names = (f"{slug}-{number}" for number in itertools.count(1))

    def post(self, path: str, body: Any = None) -> Any:
        headers = {"Idempotency-Key": next(self._names)}
        url = f"/api/v1/{path}"
        response = self._client.post(url, body or {}, "application/json", secure=True, headers=headers)
        assert response.status_code in (200, 201), (path, response.status_code, response.content)
        return response.json()


def main() -> None:
    from apps.customers.services import create_customer
    from apps.tenancy import keys
    from apps.tenancy.models import Tenant
    from apps.tenancy.scope import tenant_scope

    numbers = itertools.count(1)

    def issue(**fields: Any) -> str:
        number = next(numbers)
        with mock.patch("secrets.token_hex", lambda size: f"{number:0{2 * size}x}"):
            return keys.issue_key(**fields)

    for slug, name, zone, customers in TENANTS:
        call_command("tenant", "create", slug, name=name, timezone=zone)
        tenant = Tenant.objects.get(slug=slug)
        key = issue(tenant=tenant, name="bi\x07lling job")
        issue(tenant=tenant, name="reporting", scope="read")
        issue(tenant=tenant, name="expired", expires_at=datetime(2026, 1, 1, tzinfo=timezone.utc))
        keys.revoke_key(prefix=issue(tenant=tenant, name="revoked").split("_")[1])
        if customers:
            sizes = {"orders_per_customer": 2, "items_per_order": 2}
            call_command("seed", tenant=slug, customers=customers, **sizes)
            fill(Api(slug, key))
            with tenant_scope(tenant):
                create_customer(email=WITHOUT_FORM, name="Jose\u0301")


def fill(api: Api) -> None:
    """Create customers and orders, and move the orders to every status."""
    ids = [api.post("customers/", {"email": email, "name": name})["id"] for email, name in CUSTOMERS]
    for number, moves in enumerate(MOVES):
        skus = SKUS[: 1 + number % len(SKUS)]
        items = [{"sku": sku, "quantity": number + 1, "unit_price_cents": 450} for sku in skus]
        order = api.post("orders/", {"customer": ids[number % len(ids)], "items": items})
        for move in moves:
            api.post(f"orders/{order['id']}/{move}/")


if __name__ == "__main__":
    django.setup()
    logging.disable(logging.INFO)  # a line for each request
    main()
