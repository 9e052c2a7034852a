import os
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import CommandError
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from apps.commands import CommandWithExamples

ROLES = settings.BASE_DIR / "deploy/roles.sql"
# Where each role's password is: in the variable, or else in the URL that connects as the role.
PASSWORDS = {
    "orders_app": ("APP_PASSWORD", "DATABASE_URL"),
    "orders_owner": ("OWNER_PASSWORD", "DATABASE_OWNER_URL"),
    "orders_ops": ("OPS_PASSWORD", None),
}


class Command(CommandWithExamples):
    help = """Create the roles of a PostgreSQL database (deploy/roles.sql), and set their passwords. Run it before the
    first `migrate`, before that of a release that changes deploy/roles.sql, and to rotate a password. Running it
    again is harmless.

    manage.py create_roles

    Environment variables:
      DATABASE_ADMIN_URL    postgres://user:password@host:5432/name, as a superuser, or as a role with CREATEROLE and
                            CREATEDB that owns the database. Without a password, PGPASSWORD is used. Give it to this
                            command alone, never to the service.
      APP_PASSWORD          of orders_app; by default the password in DATABASE_URL
      OWNER_PASSWORD        of orders_owner; by default the password in DATABASE_OWNER_URL
      OPS_PASSWORD          of orders_ops, which otherwise keeps what it has: at first no password, so no login

    PostgreSQL receives the passwords as SCRAM verifiers, so no log contains them. A NOTICE names each step that only a
    superuser can do. Exit status: 0 done, 1 refused (then no password has changed).
    """

    def handle(self, **options: Any) -> None:
        if "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
            raise CommandError("DATABASE_URL names no PostgreSQL database. Only PostgreSQL has roles.")
        admin = _parameters("DATABASE_ADMIN_URL")
        if not {"host", "user", "dbname"} <= set(admin):
            raise CommandError("Set DATABASE_ADMIN_URL to postgres://user:password@host:5432/name, percent-encoded.")
        passwords = _passwords(database=admin["dbname"])
        try:
            with psycopg.connect(**{"connect_timeout": 10, **admin}, autocommit=True) as connection:
                connection.add_notice_handler(
                    lambda notice: self.stdout.write(f"{notice.severity}: {notice.message_primary}")
                )
                connection.execute(ROLES.read_bytes())
                self.stdout.write(f"The database {admin['dbname']} has the roles of deploy/roles.sql.")
                with connection.transaction():
                    for role, password in passwords.items():
                        _set_password(connection, role, password)
        except psycopg.Error as error:
            raise CommandError(f"PostgreSQL refused: {error}") from error
        self.stdout.write(f"Passwords set: {', '.join(passwords)}.")


def _parameters(variable: str) -> dict[str, Any]:
    """Return the connection parameters in the URL of an environment variable, none if libpq cannot read it.

    libpq's message is lost, because it can contain the URL, and so a password.
    """
    try:
        return conninfo_to_dict(os.environ.get(variable, ""))
    except psycopg.ProgrammingError:
        return {}


def _passwords(*, database: str) -> dict[str, str]:
    """Return the new passwords by role. Raises CommandError if one is missing, or a URL is not for role and database.

    Otherwise a mistake in the URL of the owner could change the administrator's password.
    """
    passwords = {}
    for role, (variable, url) in PASSWORDS.items():
        password = os.environ.get(variable)
        if url and not password:
            found = _parameters(url)
            password = found.get("password")
            if not password or (found.get("user"), found.get("dbname")) != (role, database):
                raise CommandError(f"Set {variable}, or let {url} connect as {role}, with a password, to {database}.")
        if password:
            passwords[role] = password
    return passwords


def _set_password(connection: psycopg.Connection, role: str, password: str) -> None:
    # As \password of psql does: the server, and so its log, gets only a verifier.
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
    connection.execute(statement.format(sql.Identifier(role), sql.Literal(verifier.decode())))
