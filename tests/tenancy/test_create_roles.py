"""`manage.py create_roles`, by a superuser and by an administrator who is none, as on RDS."""

from __future__ import annotations

import subprocess

import psycopg
import pytest
from django.conf import settings
from django.core.management.base import CommandError

from harness.machine import find_binaries
from harness.postgresql import ROLES

pytestmark = pytest.mark.postgresql
ONLY_OF_A_SUPERUSER = [
    "NOTICE: orders_ops cannot bypass row security",
    "NOTICE: LIKE cannot be declared leakproof",
    "NOTICE: Large objects and advisory locks stay open",
]


def begins(lines: list[str], beginnings: list[str]) -> bool:
    return len(lines) == len(beginnings) and all(map(str.startswith, lines, beginnings))


def test_steps_that_only_a_superuser_can_do_are_notices(hosted):
    assert begins(hosted.first_output[:-2], ONLY_OF_A_SUPERUSER)
    assert hosted.first_output[-2:] == [
        "The database orders has the roles of deploy/roles.sql.",
        "Passwords set: orders_app, orders_owner.",
    ]


def test_second_run_changes_nothing(hosted):
    before = hosted.catalogue()

    output = hosted.create_roles()

    assert begins(output[:-2], ONLY_OF_A_SUPERUSER)
    assert hosted.catalogue() == before


def test_administrator_gains_no_rights_of_the_owner(hosted):
    assert hosted.execute("SELECT pg_has_role('master', 'orders_owner', 'USAGE')") == [(False,)]


def test_rights_on_tables_are_restored(hosted):
    before = hosted.catalogue()
    hosted.execute("REVOKE ALL ON customers_customer FROM orders_app")

    hosted.create_roles()

    assert hosted.catalogue() == before


NEW_PASSWORD = "its n\N{LATIN SMALL LETTER E WITH ACUTE}w 'password'"


@pytest.mark.parametrize("role", ["orders_app", "orders_owner", "orders_ops"])
def test_password_is_rotated_under_open_connections(hosted, role):
    variable = f"{role.removeprefix('orders_').upper()}_PASSWORD"
    hosted.create_roles(OPS_PASSWORD=hosted.password)
    with hosted.connected(role) as connection:
        hosted.create_roles(**{variable: NEW_PASSWORD})
        try:
            assert connection.execute("SELECT current_user").fetchone() == (role,)
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(hosted.server.url_of(role, "orders"))
            psycopg.connect(hosted.server.url_of(role, "orders"), password=NEW_PASSWORD).close()
        finally:
            hosted.create_roles(**{variable: hosted.password})
    with hosted.connected(role):
        pass


def test_log_of_the_server_has_no_password(hosted):
    hosted.create_roles(APP_PASSWORD="a-password-to-look-for")
    hosted.create_roles()

    log = hosted.server.log.read_text()
    assert 'ALTER ROLE "orders_app" PASSWORD' in log
    assert "a-password-to-look-for" not in log


@pytest.mark.parametrize("attribute", ["SUPERUSER", "BYPASSRLS"])
@pytest.mark.parametrize("role", ["orders_app", "orders_owner"])
def test_role_that_could_read_every_tenant_is_refused(hosted, role, attribute):
    before = hosted.catalogue()
    hosted.execute(f"ALTER ROLE {role} {attribute}")

    with pytest.raises(CommandError, match=f"{role} is a superuser or bypasses row security"):
        hosted.create_roles(APP_PASSWORD="another")
    with hosted.connected("orders_app"):  # with the same password as before
        pass

    with hosted.another_database("master") as arguments:
        hosted.create_roles("superuser", **arguments)
    hosted.execute("ALTER ROLE orders_ops NOBYPASSRLS")
    assert hosted.catalogue() == before


def test_psql_that_goes_on_after_an_error_changes_nothing(hosted):
    hosted.execute("ALTER ROLE orders_app BYPASSRLS")
    hosted.execute("ALTER ROLE orders_app RESET jit")
    before = hosted.catalogue()
    try:
        command = [find_binaries() / "psql", "-qf", ROLES, hosted.server.url_of("master", "orders")]
        done = subprocess.run(command, capture_output=True, text=True)
        assert "orders_app is a superuser or bypasses row security" in done.stderr
        assert hosted.catalogue() == before
    finally:
        hosted.execute("ALTER ROLE orders_app NOBYPASSRLS")
        hosted.execute("ALTER ROLE orders_app RESET ALL")
        hosted.create_roles()


def test_superuser_leaves_nothing_out(hosted):
    with hosted.another_database("master") as arguments:
        output = hosted.create_roles("superuser", **arguments)
        again = hosted.create_roles("superuser", **arguments)
        assert hosted.execute("SELECT proleakproof FROM pg_proc WHERE proname = 'textlike'", "another") == [(True,)]
    assert hosted.execute("SELECT rolbypassrls FROM pg_roles WHERE rolname = 'orders_ops'") == [(True,)]
    hosted.execute("ALTER ROLE orders_ops NOBYPASSRLS")

    done = ["The database another has the roles of deploy/roles.sql.", "Passwords set: orders_app, orders_owner."]
    assert output == again == done


def test_database_of_another_role_is_refused(hosted):
    before = hosted.catalogue()

    with (
        hosted.another_database("superuser") as arguments,
        pytest.raises(CommandError, match="PostgreSQL refused: permission denied"),
    ):
        hosted.create_roles(**{**arguments, "APP_PASSWORD": "another"})

    assert hosted.catalogue() == before
    with hosted.connected("orders_app"):  # with the same password as before
        pass


def test_right_that_the_administrator_cannot_revoke_is_refused(hosted):
    """As in a database from before PostgreSQL 15, whose schema public belongs to the server's superuser."""
    hosted.execute("ALTER SCHEMA public OWNER TO superuser")
    hosted.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
    try:
        with pytest.raises(CommandError, match="orders_app can create tables"):
            hosted.create_roles()
    finally:
        hosted.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        hosted.execute("ALTER SCHEMA public OWNER TO pg_database_owner")


WITH_PASSWORD = "postgres://master:secret@127.0.0.1:1/orders"


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"DATABASE_ADMIN_URL": ""}, "Set DATABASE_ADMIN_URL"),
        ({"DATABASE_ADMIN_URL": "postgres://master:sec/ret@host/orders"}, "Set DATABASE_ADMIN_URL"),
        ({"DATABASE_ADMIN_URL": "postgres://master:100%secret@host/orders"}, "Set DATABASE_ADMIN_URL"),
        ({"DATABASE_ADMIN_URL": WITH_PASSWORD}, "PostgreSQL refused: connection failed"),
        ({"DATABASE_OWNER_URL": ""}, "Set OWNER_PASSWORD, or let DATABASE_OWNER_URL connect as orders_owner"),
        ({"DATABASE_OWNER_URL": WITH_PASSWORD}, "connect as orders_owner, with a password, to orders"),
        ({"DATABASE_URL": "postgres://orders_app@host/orders"}, "Set APP_PASSWORD, or let DATABASE_URL connect as"),
        ({"DATABASE_URL": "postgres://orders_app:secret@host/postgres"}, "to orders"),
    ],
)
def test_wrong_usage_names_the_variable_and_no_password(hosted, environment, message):
    with pytest.raises(CommandError, match=message) as refusal:
        hosted.create_roles(**environment)

    assert "sec" not in str(refusal.value)


def test_sqlite_is_refused(hosted, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")

    with pytest.raises(CommandError, match="Only PostgreSQL has roles"):
        hosted.create_roles()


def test_password_of_the_administrator_may_be_in_its_own_variable(hosted):
    url = hosted.server.url_of("master", "orders").replace(f":{hosted.password}@", "@")

    assert begins(hosted.create_roles(DATABASE_ADMIN_URL=url, PGPASSWORD=hosted.password)[:-2], ONLY_OF_A_SUPERUSER)
