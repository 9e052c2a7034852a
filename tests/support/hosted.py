"""A PostgreSQL server without a superuser for its users, such as RDS, with the service's database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import psycopg
from django.core.management import call_command

from harness.postgresql import Cluster
from tests.support.service import manage

CATALOGUE = [
    """SELECT rolname, rolsuper, rolbypassrls, rolcanlogin, rolinherit, rolcreaterole, rolcreatedb, rolreplication
    FROM pg_roles WHERE rolname ~ '^(orders|master)'""",
    "SELECT setrole::regrole, setconfig FROM pg_db_role_setting",
    "SELECT roleid::regrole, member::regrole, admin_option FROM pg_auth_members",
    "SELECT datacl FROM pg_database WHERE datname = current_database()",
    "SELECT nspacl FROM pg_namespace WHERE nspname = 'public'",
    "SELECT defaclrole::regrole, defaclobjtype, defaclacl FROM pg_default_acl",
    "SELECT oid::regclass, ARRAY(SELECT unnest(relacl)::text ORDER BY 1) FROM pg_class WHERE relkind IN ('r', 'S')",
]


class Hosted:
    """A server whose role `master` may create roles and databases and owns the database `orders`, but is no superuser.

    The server logs each statement. It has the roles and tables of the service, and two tenants with keys.
    """

    def __init__(self) -> None:
        self.server = Cluster(bare=True)
        self.password = urlsplit(self.server.url_of("superuser")).password
        self.execute(f"CREATE ROLE master LOGIN CREATEROLE CREATEDB PASSWORD '{self.password}'", "postgres")
        self.execute("CREATE DATABASE orders OWNER master", "postgres")
        self.execute("ALTER SYSTEM SET log_statement = 'all'", "postgres")
        self.execute("SELECT pg_reload_conf()", "postgres")
        self.environment = {
            "DATABASE_URL": self.server.url_of("orders_app", "orders"),
            "DATABASE_OWNER_URL": self.server.url_of("orders_owner", "orders"),
        }
        admin = self.server.url_of("master", "orders")
        self.first_output = self.manage("create_roles", DATABASE_ADMIN_URL=admin).splitlines()
        self.manage("migrate", "-v", "0")
        self.keys = {}
        for slug in ("acme", "globex"):
            self.manage("tenant", "create", slug)
            self.keys[slug] = self.manage("apikey", "create", slug).strip()

    def manage(self, *arguments: str, **environment: str) -> str:
        return manage({**self.environment, **environment}, *arguments)

    def create_roles(self, by: str = "master", database: str = "orders", **environment: str) -> list[str]:
        """Run the command in this process; return its lines without notices of extensions that exist."""
        admin = {"DATABASE_ADMIN_URL": self.server.url_of(by, database)}
        output = StringIO()
        with mock.patch.dict(os.environ, {**self.environment, **admin, **environment}):
            call_command("create_roles", stdout=output)
        return [line for line in output.getvalue().splitlines() if not line.endswith("already exists, skipping")]

    @contextmanager
    def another_database(self, owner: str) -> Iterator[dict[str, str]]:
        """Create a database of the server; yield the arguments of `create_roles` that let the roles use it."""
        self.execute(f"CREATE DATABASE another OWNER {owner}", "postgres")
        yield {"database": "another", "APP_PASSWORD": self.password, "OWNER_PASSWORD": self.password}
        self.execute("DROP DATABASE another", "postgres")

    def execute(self, sql: str, database: str = "orders") -> list[Any]:
        """Run a statement as the superuser; return its rows."""
        with psycopg.connect(self.server.url_of("superuser", database), autocommit=True) as superuser:
            cursor = superuser.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def catalogue(self) -> list[list[Any]]:
        """What deploy/roles.sql can change, passwords excepted."""
        return [sorted(map(str, self.execute(query))) for query in CATALOGUE]

    @contextmanager
    def connected(self, role: str, tenant: str = "", **options: Any) -> Iterator[psycopg.Connection]:
        """Connect as `role`, in a transaction in the scope of `tenant` if given."""
        with psycopg.connect(self.server.url_of(role, "orders"), **options) as connection:
            if tenant:
                enter(connection, tenant)
            yield connection


def enter(connection: psycopg.Connection, tenant: str) -> None:
    """Set the tenant of the open transaction, by its slug."""
    query = "SELECT set_config('app.tenant_id', id::text, true) FROM tenancy_tenant WHERE slug = %s"
    connection.execute(query, [tenant])
