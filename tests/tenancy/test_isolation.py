"""Row-level security: every policy and composite key exists, and a system check reports a missing one.

Tenants stay isolated without the ORM's help.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db import IntegrityError, ProgrammingError, connection, migrations, models, transaction
from django.db.migrations.state import ProjectState
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders.models import Item, Order
from apps.tenancy.isolation import Isolate, foreign_keys, isolation_problems, tenant_owned_models
from apps.tenancy.models import Tenant
from apps.tenancy.owned import TenantField
from apps.tenancy.scope import tenant_scope
from tests.conftest import one_of_each

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]
as_owner = pytest.mark.role("orders_owner")
MODELS = {model._meta.db_table: model for model in tenant_owned_models()}


def as_each_of(*roles: str) -> Any:
    return pytest.mark.parametrize("user", [pytest.param(role, marks=pytest.mark.role(role)) for role in roles])


def sql(statement: str, *params: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def errors_of_the_deploy_check() -> list[tuple[str, str]]:
    messages = run_checks(databases=["default"], include_deployment_checks=True)
    return [(message.id, message.msg) for message in messages if message.id in ("tenancy.E003", "tenancy.E004")]


def name_of(table: str, key: str) -> str:
    [(name,)] = sql(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND pg_get_constraintdef(oid) = %s", table, key
    )
    return name


def breaks() -> Iterator[tuple[str, str]]:
    """A table, and a statement that drops, weakens or adds one of its policies, indexes or composite keys."""
    for table, model in MODELS.items():
        yield table, f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
        yield table, f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"
        yield table, f"DROP POLICY tenant_only ON {table}"
        yield table, f"DROP POLICY everyone ON {table}"
        yield table, f"ALTER POLICY tenant_only ON {table} USING (true)"
        yield table, f"ALTER POLICY tenant_only ON {table} WITH CHECK (tenant_id > 0)"
        yield table, f"ALTER POLICY everyone ON {table} TO orders_owner"
        yield table, f"CREATE POLICY another ON {table} USING (true)"
        yield table, f"CREATE INDEX another ON {table} (id, tenant_id)"
        yield table, f"CREATE UNIQUE INDEX another ON {table} (id)"
        for index in model._meta.indexes:
            yield table, f"DROP INDEX {index.name}"
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint):
                yield table, f"ALTER TABLE {table} DROP CONSTRAINT {constraint.name} CASCADE"
        for key in foreign_keys(model):
            plain = key.replace("tenant_id, ", "")
            yield table, f"ALTER TABLE {table} DROP CONSTRAINT <{key}>"
            yield table, f"ALTER TABLE {table} ALTER CONSTRAINT <{key}> DEFERRABLE"
            yield table, f"ALTER TABLE {table} DROP CONSTRAINT <{key}>, ADD {key} ON DELETE CASCADE"
            yield table, f"ALTER TABLE {table} DROP CONSTRAINT <{key}>, ADD {key} NOT VALID"
            yield table, f"ALTER TABLE {table} DROP CONSTRAINT <{key}>, ADD {plain} DEFERRABLE"


def break_(table: str, statement: str) -> None:
    start, _, rest = statement.partition("<")
    key, _, end = rest.partition(">")
    sql(f"{start}{name_of(table, key)}{end}" if key else statement)


def test_every_policy_and_composite_key_exists(client):
    columns = sql("SELECT table_name FROM information_schema.columns WHERE column_name = 'tenant_id'")

    # Keys are looked up before a tenant is known; a job holds ids and times alone.
    assert {table for (table,) in columns} == {*MODELS, "tenancy_apikey", "background_job"}
    assert isolation_problems(connection) == []
    assert errors_of_the_deploy_check() == []
    assert client.get("/readyz").status_code == 200


@as_owner
@pytest.mark.parametrize(("table", "statement"), list(breaks()))
def test_missing_or_altered_row_security_fails_the_deploy_check_and_readyz(client, table, statement):
    break_(table, statement)

    problems = isolation_problems(connection)
    ready = client.get("/readyz")
    assert [problem for problem in problems if problem.startswith(f"{table}: ")] != []
    assert [problem for check, problem in errors_of_the_deploy_check() if check == "tenancy.E003"] == problems
    if "INDEX" in statement:  # as a later version does while this one serves
        assert ready.status_code == 200
    else:
        assert (ready.status_code, ready.json()["reason"]) == (
            503,
            "; ".join(isolation_problems(connection, serving=True)),
        )


@as_owner
def test_problem_names_the_table_and_the_missing_object():
    sql("ALTER TABLE orders_item NO FORCE ROW LEVEL SECURITY")
    sql("DROP INDEX item_by_order")
    sql("CREATE INDEX item_by_sku ON orders_item (sku)")

    assert isolation_problems(connection) == [
        "orders_item: missing: index item_by_order begins with tenant_id",
        "orders_item: missing: row security applies to this role",
        "orders_item: missing: row security is forced",
        "orders_item: not expected: index item_by_sku begins with sku",
    ]


def migrate(*operations: Any) -> None:
    """Apply operations to the app `orders` as one further migration."""
    state = ProjectState.from_apps(apps)
    with connection.schema_editor() as editor:
        for operation in operations:
            before = state.clone()
            operation.state_forwards("orders", state)
            operation.database_forwards("orders", editor, before, state)


@as_owner
@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.__name__)
def test_isolate_again_restores_the_row_security_of_a_filled_table(acme, globex, model):
    for tenant in (acme, globex):
        one_of_each(tenant)
    table = model._meta.db_table
    for statement in ("DISABLE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY"):
        sql(f"ALTER TABLE {table} {statement}")
    sql(f"DROP POLICY tenant_only ON {table}")
    sql(f"ALTER POLICY everyone ON {table} TO orders_owner")
    for key in foreign_keys(model):
        break_(table, f"ALTER TABLE {table} ALTER CONSTRAINT <{key}> DEFERRABLE")

    state = ProjectState.from_apps(apps)
    with connection.schema_editor() as editor:
        Isolate(model.__name__).database_forwards(model._meta.app_label, editor, state, state)

    assert isolation_problems(connection) == []


@as_owner
def test_isolate_in_a_create_migration_replaces_djangos_foreign_keys():
    migrate(
        migrations.CreateModel(
            "Note",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("tenant", TenantField(to="tenancy.Tenant")),
                ("order", models.ForeignKey("orders.Order", models.CASCADE, db_index=False)),
            ],
        ),
        Isolate("Note"),
    )

    keys = sql("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'orders_note'::regclass")
    assert sorted(keys) == [
        ("FOREIGN KEY (tenant_id, order_id) REFERENCES orders_order(tenant_id, id)",),
        ("PRIMARY KEY (id)",),
    ]


@as_owner
def test_unapplying_isolate_keeps_row_security():
    state = ProjectState.from_apps(apps)

    with connection.schema_editor() as editor:
        Isolate("Order").database_backwards("orders", editor, state, state)

    assert isolation_problems(connection) == []


@pytest.fixture
def theirs(globex: Tenant) -> dict[type[models.Model], Any]:
    return one_of_each(globex)


@pytest.mark.parametrize("table", MODELS)
@as_each_of("orders_app", "orders_owner")
def test_hand_written_sql_reaches_no_row_of_another_tenant(acme, globex, theirs, user, table):
    """This holds for the owner too, so a data migration cannot mix tenants."""
    read = f"SELECT id FROM {table}"
    update, delete = f"UPDATE {table} SET id = id RETURNING id", f"DELETE FROM {table} RETURNING id"
    statements = [read, update, delete]
    if user == "orders_app" and table.startswith("reporting_"):
        # All other writes are refused, whatever the tenant.
        statements = [read, delete] if table == "reporting_stalebuckets" else [read]

    reached = [sql(statement) for statement in statements]
    with tenant_scope(acme):
        reached += [sql(statement) for statement in statements]

    assert reached == [[]] * 2 * len(statements)
    with tenant_scope(globex):
        assert len(sql(read)) == 1


INSERT = (
    "INSERT INTO customers_customer (tenant_id, email, name, is_active, created_at, updated_at)"
    " VALUES (%s, 'new@example.com', '', true, now(), now())"
)


def test_hand_written_sql_without_a_scope_writes_no_row(acme):
    with pytest.raises(ProgrammingError, match='policy "tenant_only"'), transaction.atomic():
        sql(INSERT, acme.pk)


def test_hand_written_sql_writes_no_row_of_another_tenant(acme, globex):
    with pytest.raises(ProgrammingError, match='policy "tenant_only"'), tenant_scope(acme):
        sql(INSERT, globex.pk)


def test_hand_written_sql_cannot_move_a_row_to_another_tenant(acme, globex):
    with tenant_scope(acme):
        baker.make(Customer)

        with pytest.raises(ProgrammingError, match='policy "tenant_only"'), transaction.atomic():
            sql("UPDATE customers_customer SET tenant_id = %s", globex.pk)


@pytest.mark.role("orders_ops")
def test_a_key_to_another_tenants_row_is_refused_where_row_security_does_not_apply(acme, globex, theirs):
    own = one_of_each(acme)

    for table, column, row, other in (
        ("orders_order", "customer_id", own[Order].pk, theirs[Customer].pk),
        ("orders_item", "order_id", own[Item].pk, theirs[Order].pk),
        ("customers_customer", "tenant_id", own[Customer].pk, globex.pk),
    ):
        with pytest.raises(IntegrityError, match="violates foreign key constraint"), transaction.atomic():
            sql(f"UPDATE {table} SET {column} = %s WHERE id = %s", other, row)


@as_owner
def test_deploy_check_runs_with_pending_migrations():
    sql("DELETE FROM django_migrations WHERE app = 'reporting'")
    sql("ALTER TABLE orders_order DISABLE ROW LEVEL SECURITY")

    assert ("tenancy.E003", "orders_order: missing: row security is enabled") in errors_of_the_deploy_check()
