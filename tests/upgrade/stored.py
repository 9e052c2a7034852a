"""Restore a dump of an older commit, and read all rows and the schema of a database, whichever kind it is."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from tests.plugin import url_of

HERE = Path(__file__).parent
# `status IN ('paid', 'shipped')`: PostgreSQL casts the list, but each text of it once a dump has been restored.
IN_RESTORED = re.compile(r"\(('\w+'::character varying)\)::text|\((ARRAY\[[^]]+\])\)::text\[\]")
SQLITE_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
POSTGRESQL_SCHEMA = [
    """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, is_identity,
              collation_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2""",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated, condeferrable
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2""",
    """SELECT polrelid::regclass::text, polname, polpermissive, polcmd, polroles::text, pg_get_expr(polqual, polrelid),
              pg_get_expr(polwithcheck, polrelid), obj_description(oid, 'pg_policy') FROM pg_policy ORDER BY 1, 2""",
    """SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), tgenabled, obj_description(oid, 'pg_trigger')
       FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2""",
    """SELECT proname, pg_get_functiondef(oid) FROM pg_proc
       WHERE pronamespace = 'public'::regnamespace AND proowner = 'orders_owner'::regrole ORDER BY 1""",
    """SELECT relname, relkind, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner), relacl::text
       FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1""",
]

Rows = dict[str, dict[int, dict[str, Any]]]


def restore(environment: dict[str, str]) -> None:
    """Run the dump in an empty database; on PostgreSQL as orders_owner."""
    dump = (HERE / f"e2520b9.{connection.vendor}.sql").read_text()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(sqlite_file(environment))) as database:
            database.executescript(dump)
    else:
        with psycopg.connect(environment["DATABASE_OWNER_URL"]) as owner:
            owner.execute(dump)
            # As deploy/roles.sql does in each database; the tests run it in their template alone.
            owner.execute(f'REVOKE TEMPORARY ON DATABASE "{owner.info.dbname}" FROM PUBLIC')


def select(environment: dict[str, str], sql: str) -> list[dict[str, Any]]:
    """Return the rows of a query, those of every tenant."""
    if connection.vendor == "sqlite":
        opened = closing(sqlite3.connect(sqlite_file(environment)))
    else:
        opened = psycopg.connect(url_of("superuser", environment["DATABASE_URL"].rpartition("/")[2]))
    with opened as database:
        cursor = database.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def sqlite_file(environment: dict[str, str]) -> str:
    return environment["DATABASE_URL"].removeprefix("sqlite:///")


def rows_of(environment: dict[str, str]) -> Rows:
    """Return all rows, by table and id."""
    tables = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        "postgresql": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    }[connection.vendor]
    return {
        table["name"]: {row["id"]: row for row in select(environment, f"SELECT * FROM {table['name']}")}
        for table in select(environment, tables)
    }


def schema_of(environment: dict[str, str]) -> list[dict[str, Any]]:
    """Return a row for each part of the schema, without the casts that differ in a restored database."""
    queries = [SQLITE_SCHEMA] if connection.vendor == "sqlite" else POSTGRESQL_SCHEMA
    return [
        {name: IN_RESTORED.sub(r"\1\2", str(value)) for name, value in row.items()}
        for sql in queries
        for row in select(environment, sql)
    ]
