"""The application role's privileges and settings; the deploy check and /readyz report any deviation."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import ProgrammingError, connection, transaction

from apps.tenancy.isolation import isolation_problems, tenant_owned_models
from apps.tenancy.roles import TIMEOUTS, role_problems, role_warnings, setting_problems

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]
TABLES = [model._meta.db_table for model in tenant_owned_models()]
as_superuser = pytest.mark.role("superuser")


def as_each_of(*roles: str) -> Any:
    return pytest.mark.parametrize("user", [pytest.param(role, marks=pytest.mark.role(role)) for role in roles])


def sql(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def database_name() -> str:
    return connection.ops.quote_name(connection.settings_dict["NAME"])


def found_by_the_deploy_check(check: str) -> list[str]:
    messages = run_checks(databases=["default"], include_deployment_checks=True)
    return sorted(message.msg for message in messages if message.id == check)


def of_the_role(*problems: str) -> list[str]:
    return sorted(f"the role of DATABASE_URL {problem}" for problem in problems)


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE orders_order CASCADE",
        "ALTER TABLE orders_order DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE orders_order DISABLE TRIGGER ALL",
        "DROP POLICY tenant_only ON orders_order",
        "DROP TABLE orders_order",
        "CREATE TABLE another (id bigint)",
        "CREATE TEMPORARY TABLE orders_order (id bigint)",
        "CREATE INDEX another ON orders_order (id)",
        "SET ROLE orders_owner",
        "SET session_replication_role = replica",
        "COPY orders_order FROM PROGRAM 'true'",
        "COPY orders_order TO '/dev/null'",
        "SELECT lo_create(0)",
        "SELECT lo_creat(-1)",
        "SELECT lo_from_bytea(0, 'text')",
        "SELECT lo_import('/etc/hostname')",
        "SELECT pg_advisory_lock(1)",
        "SELECT pg_advisory_xact_lock_shared(1, 1)",
        "SELECT pg_try_advisory_lock(1)",
    ],
)
def test_application_role_may_only_read_and_write_rows(statement):
    refusals = r"permission denied|must be (owner|superuser)"

    with pytest.raises(ProgrammingError, match=refusals), transaction.atomic():
        sql(statement)


NO_LIMITS = [f"has no {timeout}" for timeout in TIMEOUTS]
OF_THE_OWNER = [
    "may create tables",
    "may create temporary tables",
    *(f"may {action} the table {table}" for action in ("change", "truncate") for table in TABLES),
]
ROLES = {
    "orders_app": [],
    "orders_owner": [*NO_LIMITS, *OF_THE_OWNER],
    "orders_ops": [*NO_LIMITS, "bypasses row security"],
    "superuser": [
        "is a superuser", "bypasses row security", "may create roles", "may become orders_ops", *NO_LIMITS,
        *OF_THE_OWNER,
    ],
}  # fmt: skip
ONLY_OF_A_SUPERUSER = of_the_role("may create large objects", "may take advisory locks")


@as_each_of(*ROLES)
def test_role_with_more_privileges_fails_the_deploy_check(client, user):
    exempt = user in ("orders_ops", "superuser")
    problems = [f"{table}: missing: row security applies to this role" for table in TABLES] if exempt else []

    assert sorted(role_problems(connection)) == of_the_role(*ROLES[user])
    assert isolation_problems(connection) == problems
    assert found_by_the_deploy_check("tenancy.E003") == sorted(problems)
    assert found_by_the_deploy_check("tenancy.E004") == of_the_role(*ROLES[user])
    assert found_by_the_deploy_check("tenancy.W005") == (ONLY_OF_A_SUPERUSER if user == "superuser" else [])
    assert client.get("/readyz").status_code == (503 if exempt else 200)


@as_superuser
@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("GRANT orders_ops TO orders_app", "may become orders_ops"),
        ("ALTER ROLE orders_app CREATEROLE", "may create roles"),
        ("GRANT CREATE ON SCHEMA public TO orders_app", "may create tables"),
        ("GRANT TRUNCATE ON orders_item TO orders_app", "may truncate the table orders_item"),
    ],
)
def test_privilege_granted_to_the_application_fails_the_deploy_check(statement, problem):
    sql(statement)
    sql("SET LOCAL ROLE orders_app")

    # The session is the superuser's, which has no timeouts.
    assert found_by_the_deploy_check("tenancy.E004") == of_the_role(problem, *NO_LIMITS)


@as_superuser
@pytest.mark.parametrize("function", ["lo_creat(integer)", "lo_create(oid)", "lo_from_bytea(oid, bytea)"])
def test_privilege_that_only_a_superuser_can_revoke_is_a_warning(function):
    sql(f"GRANT EXECUTE ON FUNCTION {function} TO PUBLIC")
    sql("SET LOCAL ROLE orders_app")

    assert found_by_the_deploy_check("tenancy.W005") == of_the_role("may create large objects")


SETTINGS = [
    ("SET TRANSACTION READ ONLY", "the database is read-only"),
    ("SET LOCAL row_security = off", "row_security is off"),
    ("SELECT set_config('app.tenant_id', '2', true)", "app.tenant_id is set outside of any scope"),
]


@pytest.mark.parametrize(("statement", "problem"), SETTINGS)
def test_a_setting_that_makes_requests_fail_is_reported(client, statement, problem):
    sql(statement)

    ready = client.get("/readyz")
    assert setting_problems(connection) == [problem]
    assert found_by_the_deploy_check("tenancy.E004") == [problem]
    assert (ready.status_code, ready.json()["reason"]) == (503, problem)


DEFAULTS = [
    ("default_transaction_read_only", "on", "the database is read-only"),
    ("row_security", "off", "row_security is off"),
    ("app.tenant_id", "2", "app.tenant_id is set outside of any scope"),
]


@as_superuser
@pytest.mark.parametrize(("setting", "value", "problem"), DEFAULTS)
@pytest.mark.parametrize(
    "target",
    ["ROLE orders_app", "ROLE orders_app IN DATABASE {}", "DATABASE {}", "ROLE ALL"],
    ids=["role", "role in database", "database", "every role"],
)
def test_default_is_reported_before_a_session_uses_it(target, setting, value, problem):
    sql(f"ALTER {target.format(database_name())} SET {setting} = '{value}'")
    sql("SET LOCAL ROLE orders_app")

    assert setting_problems(connection) == [problem]


@as_superuser
def test_role_default_overrides_the_database_default():
    sql(f"ALTER DATABASE {database_name()} SET default_transaction_read_only = on")
    sql("ALTER ROLE orders_app SET default_transaction_read_only = off")
    sql("SET LOCAL ROLE orders_app")

    assert setting_problems(connection) == []


def test_service_has_timeouts_and_only_its_privileges():
    assert [sql(f"SHOW {timeout}") for timeout in TIMEOUTS] == [[("10s",)], [("3s",)], [("3300ms",)]]
    assert (role_problems(connection), role_warnings(connection)) == ([], [])


@pytest.mark.parametrize(
    "statement",
    ["ALTER ROLE orders_app PASSWORD 'another'", "ALTER ROLE orders_app RESET lock_timeout", "LOCK TABLE orders_order"],
)
def test_statement_in_the_threat_model_is_open_to_every_role(statement):
    sql(statement)  # rolled back after the test
