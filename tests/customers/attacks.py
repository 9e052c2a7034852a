from __future__ import annotations

from apps.customers.models import Customer
from tests.support.attacks import CHANGE, KEY, LIST, READ, Marks

FIELDS = {"value": "email is_active name", "mass assignment": "updated_at"}
ROWS = {
    "GET customers/": {"filter": "count email is_active page_size", **LIST},
    "POST customers/": {**KEY, **FIELDS},
    "GET customers/{id}/": READ,
    "PATCH customers/{id}/": {**CHANGE, **FIELDS},
    "DELETE customers/{id}/": {**CHANGE, "mass assignment": ""},
}
FILTERS = {"email": ["@", "canary", "buyer@canary.example.com"]}


def populate(marks: Marks) -> None:
    """Write two customers; the app orders gives the first one orders."""
    dates = {"created_at": marks.time, "updated_at": marks.time}
    Customer.objects.bulk_create(
        Customer(pk=next(marks.ids), email=f"{role}@{marks.word}.example.com", name=f"{marks.word}-{role}", **dates)
        for role in ("buyer", "guest")
    )
