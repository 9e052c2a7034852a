"""What is in a file. The suite runs on both databases, and each expected file is written out, so both give the same."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timezone

import pytest
from django.utils.dateparse import parse_datetime
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders.models import Item, Order

pytestmark = pytest.mark.usefixtures("in_acme")
TIME = datetime(2026, 6, 1, 12, 0, 59, 120_000, tzinfo=timezone.utc)


def test_csv_is_what_a_spreadsheet_reads(export):
    ada = baker.make(
        Customer, pk=1, email="ada@example.com", name='Ada "Countess", née Byron', created_at=TIME, updated_at=TIME
    )
    order = baker.make(
        Order, pk=7, customer=ada, status="paid", created_at=TIME, updated_at=TIME, paid_at=TIME, archived_at=None
    )
    baker.make(Item, pk=3, order=order, sku="TEA, green", quantity=2, unit_price_cents=450)

    assert export("customers").decode() == (
        "id,email,name,is_active,created_at,updated_at\r\n"
        '1,ada@example.com,"Ada ""Countess"", née Byron",true,2026-06-01 12:00:59,2026-06-01 12:00:59\r\n'
    )
    assert export("orders").decode() == (
        "id,customer,customer_email,status,total_cents,created_at,updated_at,"
        "paid_at,shipped_at,cancelled_at,archived_at\r\n"
        "7,1,ada@example.com,paid,900,2026-06-01 12:00:59,2026-06-01 12:00:59,2026-06-01 12:00:59,,,\r\n"
    )
    assert export("items").decode() == 'id,order,sku,quantity,unit_price_cents\r\n3,7,"TEA, green",2,450\r\n'


def test_ndjson_has_the_values_of_the_list(api, export):
    baker.make(Customer, email="ada@example.com", name='\\ "Ada" é 😀', created_at=TIME, updated_at=TIME)
    whole = TIME.replace(microsecond=0)
    baker.make(Customer, email="bob@example.com", name="Bob", is_active=False, created_at=whole, updated_at=TIME)
    baker.make(Order, customer=Customer.objects.earliest("pk"))

    for kind in ("customers", "orders"):
        lines = [json.loads(line) for line in export(kind, "ndjson").decode().splitlines()]
        rows = api.get(f"/api/v1/{kind}/", {"ordering": "id"}).json()["results"]
        assert list(map(parsed, lines)) == list(map(parsed, rows)) != []


def test_ndjson_is_the_same_text_on_every_database(export):
    baker.make(Customer, pk=1, email="ada@example.com", name='\\ "Ada" é 😀', created_at=TIME, updated_at=TIME)

    assert export("customers", "ndjson").decode() == (
        '{"id":1,"email":"ada@example.com","name":"\\\\ \\"Ada\\" é 😀","is_active":true,'
        '"created_at":"2026-06-01T12:00:59.12Z","updated_at":"2026-06-01T12:00:59.12Z"}\n'
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])  # noqa: RUF001
def test_a_text_is_not_run_as_a_formula(export, start):
    formula = f'{start}cmd|" /C calc"!A0'
    baker.make(Customer, email="ada@example.com", name=formula)

    [row] = csv.DictReader(io.StringIO(export("customers").decode()))
    [line] = export("customers", "ndjson").decode().splitlines()

    assert row["name"] == f"'{formula}"
    assert json.loads(line)["name"] == formula  # Programs get what is stored.


def test_an_empty_text_differs_from_no_value(export):
    baker.make(Customer, pk=1, email="ada@example.com", name="", created_at=TIME, updated_at=TIME)

    assert export("customers").decode().splitlines()[1].startswith('1,ada@example.com,"",true,')


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["1", "2"]),
        ({"status": "paid"}, ["2"]),
        ({"status": "paid,draft"}, ["1", "2"]),
        ({"email": "ADA"}, ["1"]),
        ({"email": "nobody"}, []),
        ({"customer": 2}, ["2"]),
        ({"archived": "all"}, ["1", "2", "3"]),
        ({"archived": "true"}, ["3"]),
        ({"created_from": "2026-06-02"}, ["2"]),  # a day of Berlin
        ({"created_to": "2026-06-01"}, ["1"]),
    ],
)
def test_an_export_has_the_rows_of_the_filtered_list(api, export, filters, found):
    ada, bob = (baker.make(Customer, pk=pk, email=f"{name}@example.com") for pk, name in ((1, "ada"), (2, "bob")))
    berlin = datetime(2026, 6, 1, 22, 30, tzinfo=timezone.utc)  # after midnight there
    baker.make(Order, pk=1, customer=ada, status="draft", created_at=TIME)
    baker.make(Order, pk=2, customer=bob, status="paid", paid_at=TIME, created_at=berlin)
    baker.make(Order, pk=3, customer=bob, status="draft", created_at=TIME, archived_at=TIME)

    rows = list(csv.DictReader(io.StringIO(export("orders", **filters).decode())))

    listed = api.get("/api/v1/orders/", {**filters, "ordering": "id"}).json()["results"]
    assert [row["id"] for row in rows] == found == [str(row["id"]) for row in listed]


def parsed(row):
    """The row without its nested list, and with times instead of their texts."""
    times = {name: parse_datetime(value) for name, value in row.items() if name.endswith("_at") and value}
    return {name: value for name, value in {**row, **times}.items() if name != "items"}
