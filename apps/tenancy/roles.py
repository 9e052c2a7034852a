"""Checks of the database role that serves requests: its settings, and its rights beyond reading and writing rows.

Only PostgreSQL has roles; `deploy/roles.sql` creates those of this project. Everything here reads the catalogue.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from apps.tenancy.isolation import tenant_owned_models
from apps.tenancy.scope import SETTING

TIMEOUTS = ("idle_in_transaction_session_timeout", "lock_timeout", "statement_timeout")
# Settings of the role and the database for each new session. A connection that is already open has the earlier values.
_DEFAULTS = """
    SELECT DISTINCT ON (name) split_part(entry, '=', 1) AS name, substr(entry, strpos(entry, '=') + 1) AS value
    FROM pg_db_role_setting, unnest(setconfig) AS entry
    WHERE setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = current_user))
        AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    ORDER BY name, setrole <> 0 DESC, setdatabase <> 0 DESC"""


def setting_problems(connection: BaseDatabaseWrapper) -> list[str]:
    """Return which settings, of this session or of new ones, make requests fail or show a tenant's rows to another.

    Call it outside any scope, where no tenant may be set: a default tenant would apply to every caller.
    """
    return _first_column(
        connection,
        f"""
        WITH defaults AS ({_DEFAULTS})
        SELECT 'the database is read-only'
        WHERE current_setting('transaction_read_only')::bool
            OR EXISTS (SELECT FROM defaults WHERE name = 'default_transaction_read_only' AND value::bool)
        UNION ALL SELECT 'row_security is off'
        WHERE NOT current_setting('row_security')::bool
            OR EXISTS (SELECT FROM defaults WHERE name = 'row_security' AND NOT value::bool)
        UNION ALL SELECT '{SETTING} is set outside of any scope'
        WHERE current_setting('{SETTING}', true) <> ''
            OR EXISTS (SELECT FROM defaults WHERE name = '{SETTING}' AND value <> '')
        """,  # noqa: S608  text of this project alone
    )


def role_problems(connection: BaseDatabaseWrapper) -> list[str]:
    """Return which rights the connected role has beyond reading and writing rows, and which time limits it lacks."""
    return _role_lines(
        connection,
        """
        SELECT 'is a superuser' FROM pg_roles WHERE rolname = current_user AND rolsuper
        UNION ALL SELECT 'bypasses row security' FROM pg_roles WHERE rolname = current_user AND rolbypassrls
        UNION ALL SELECT 'may create roles' FROM pg_roles WHERE rolname = current_user AND rolcreaterole
        UNION ALL SELECT 'may become ' || rolname FROM pg_roles
        WHERE (rolsuper OR rolbypassrls) AND rolname <> current_user AND pg_has_role(oid, 'MEMBER')
        UNION ALL SELECT 'may create tables' WHERE has_schema_privilege(current_schema(), 'CREATE')
        UNION ALL SELECT 'may create temporary tables' WHERE has_database_privilege(current_database(), 'TEMP')
        UNION ALL SELECT 'may ' || what || ' the table ' || relname
        FROM pg_class CROSS JOIN LATERAL (
            SELECT 'change' WHERE pg_has_role(relowner, 'MEMBER')
            UNION ALL SELECT 'truncate' WHERE has_table_privilege(pg_class.oid, 'TRUNCATE')
        ) AS possible(what)
        WHERE relname = ANY (%s) AND relnamespace = current_schema()::regnamespace
        UNION ALL SELECT 'has no ' || name FROM pg_settings WHERE name = ANY (%s) AND reset_val = '0'
        """,
        [[model._meta.db_table for model in tenant_owned_models()], list(TIMEOUTS)],
    )


def role_warnings(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the role's excessive rights that only a superuser of the server can revoke."""
    return _role_lines(
        connection,
        """
        SELECT 'may create large objects'
        WHERE has_function_privilege('pg_catalog.lo_create(oid)', 'EXECUTE')
            OR has_function_privilege('pg_catalog.lo_creat(integer)', 'EXECUTE')
            OR has_function_privilege('pg_catalog.lo_from_bytea(oid, bytea)', 'EXECUTE')
        UNION ALL SELECT 'may take advisory locks'
        WHERE has_function_privilege('pg_catalog.pg_advisory_lock(bigint)', 'EXECUTE')
            OR has_function_privilege('pg_catalog.pg_advisory_xact_lock(bigint)', 'EXECUTE')
        """,
    )


def _role_lines(connection: BaseDatabaseWrapper, query: str, parameters: Any = None) -> list[str]:
    return [f"the role of DATABASE_URL {what}" for what in _first_column(connection, query, parameters)]


def _first_column(connection: BaseDatabaseWrapper, query: str, parameters: Any = None) -> list[str]:
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [text for (text,) in cursor.fetchall()]
