"""Only triggers write the revenue per customer; statements of the application role are refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from model_bakery import baker

from apps.customers.models import Customer
from apps.reporting.models import CustomerTotal

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("in_acme")]
INSERT = "INSERT INTO reporting_customertotal (tenant_id, customer_id, order_count, total_cents) SELECT 1, 1, 1, 20"
WRITES = [
    "UPDATE reporting_customertotal SET total_cents = total_cents + 20",
    "DELETE FROM reporting_customertotal",
    INSERT,
    f"{INSERT} ON CONFLICT DO NOTHING",
    "WITH written AS (UPDATE reporting_customertotal SET total_cents = 20 RETURNING 1) SELECT count(*) FROM written",
    "MERGE INTO reporting_customertotal USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
    "DO 'BEGIN UPDATE reporting_customertotal SET total_cents = 20; END'",
]


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def totals() -> list[Any]:
    return list(CustomerTotal.objects.values_list("order_count", "total_cents"))


@pytest.mark.parametrize("statement", WRITES)
@pytest.mark.parametrize(
    "user", [pytest.param(role, marks=pytest.mark.role(role)) for role in ("orders_app", "orders_ops")]
)
def test_direct_write_to_a_total_is_refused(order_worth, user, statement):
    order_worth(700, status="paid")

    with pytest.raises(ProgrammingError, match="reporting_customertotal is written by triggers"), transaction.atomic():
        execute(statement)

    assert totals() == [(1, 700)]


def test_write_through_the_orm_is_refused():
    baker.make(Customer)

    with pytest.raises(ProgrammingError, match="reporting_customertotal is written by triggers"), transaction.atomic():
        CustomerTotal.objects.update(total_cents=20)


@pytest.mark.role("orders_owner")
def test_owner_may_repair_totals():
    baker.make(Customer)

    execute("UPDATE reporting_customertotal SET total_cents = 20")

    assert totals() == [(0, 20)]
