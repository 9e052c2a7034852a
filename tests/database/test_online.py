"""Online operations of migrations can be run again after a failure, and leave what Django's operations leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import CheckConstraint, Index, Q

from apps.database.online import AddCheckOnline, AddIndexOnline, RemoveCheckOnline, RemoveIndexOnline

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.role("orders_owner"),
    pytest.mark.django_db(transaction=True),
]
INDEX = Index(fields=["tenant", "total_cents"], name="order_online")
CHECK = CheckConstraint(condition=Q(total_cents__gte=0), name="order_online")
INDEXED = "SELECT pg_get_indexdef(indexrelid), indisvalid FROM pg_index WHERE indexrelid = to_regclass('order_online')"
CHECKED = "SELECT pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE conname = 'order_online'"


def sql(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(autouse=True)
def tidied() -> Iterator[None]:
    yield
    sql("DROP INDEX IF EXISTS order_online")
    sql("ALTER TABLE orders_order DROP CONSTRAINT IF EXISTS order_online")


def apply(*operations: Operation) -> None:
    """Apply operations to the app `orders`, as a migration with `atomic = False` does."""
    state = ProjectState.from_apps(apps)
    with connection.schema_editor(atomic=False) as editor:
        for operation in operations:
            before = state.clone()
            operation.state_forwards("orders", state)
            operation.database_forwards("orders", editor, before, state)


def test_index_replaces_what_a_failed_attempt_left():
    sql("CREATE INDEX order_online ON orders_order (status)")

    apply(AddIndexOnline("order", INDEX))

    [(definition, is_valid)] = sql(INDEXED)
    assert definition.endswith("USING btree (tenant_id, total_cents)")
    assert is_valid


def test_check_replaces_what_a_failed_attempt_left_and_is_validated():
    sql("ALTER TABLE orders_order ADD CONSTRAINT order_online CHECK (total_cents > 7) NOT VALID")

    apply(AddCheckOnline("order", CHECK))

    assert sql(CHECKED) == [("CHECK ((total_cents >= 0))", True)]


def test_removals_can_be_repeated():
    add = AddIndexOnline("order", INDEX), AddCheckOnline("order", CHECK)
    remove = RemoveIndexOnline("order", "order_online"), RemoveCheckOnline("order", "order_online")

    for _ in range(2):
        apply(*add, *remove)
        assert (sql(INDEXED), sql(CHECKED)) == ([], [])
        sql("DROP INDEX IF EXISTS order_online")  # A second removal finds nothing.


def test_index_is_refused_in_a_transaction():
    state = ProjectState.from_apps(apps)

    with pytest.raises(Exception, match="atomic = False"), connection.schema_editor() as editor:
        AddIndexOnline("order", INDEX).database_forwards("orders", editor, state, state)
