"""Read from PostgreSQL's catalogue how the tables of tenant-owned models are protected."""

from django.db.backends.base.base import BaseDatabaseWrapper


def table_facts(connection: BaseDatabaseWrapper, tables: list[str]) -> dict[str, set[str]]:
    """Return the facts about each table's row security, foreign keys and indexes, worded as in `isolation`."""
    with connection.cursor() as cursor:
        cursor.execute(
            r"""
            WITH owned AS (
                SELECT * FROM pg_class
                WHERE relname = ANY (%(tables)s) AND relnamespace = current_schema()::regnamespace
            )
            SELECT relname, 'row security is enabled' FROM owned WHERE relrowsecurity
            UNION ALL SELECT relname, 'row security is forced' FROM owned WHERE relforcerowsecurity
            UNION ALL SELECT relname, 'row security applies to this role' FROM owned WHERE row_security_active(oid)
            UNION ALL SELECT relname, pg_get_constraintdef(key.oid)
                FROM owned JOIN pg_constraint key ON key.conrelid = owned.oid AND key.contype = 'f'
            UNION ALL SELECT relname, format('%%s%%sindex %%s begins with %%s',
                    CASE WHEN NOT indisvalid THEN 'invalid ' END, CASE WHEN indisunique THEN 'unique ' END,
                    indexrelid::regclass, pg_get_indexdef(indexrelid, 1, true))
                FROM owned JOIN pg_index ON indrelid = owned.oid AND NOT indisprimary
            """,
            {"tables": tables},
        )
        found: dict[str, set[str]] = {table: set() for table in tables}
        for table, fact in cursor.fetchall():
            found[table].add(fact)
    return found


def table_policies(connection: BaseDatabaseWrapper, tables: list[str]) -> dict[str, dict[str, tuple[str, str]]]:
    """Return each table's policies by name: the definition as PostgreSQL prints it, and the comment."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT tablename, policyname, format('%%s for %%s to %%s using (%%s) with check (%%s)',
                    permissive, cmd, array_to_string(roles, ', '), qual, with_check), obj_description(oid, 'pg_policy')
            FROM pg_policies JOIN pg_policy
                ON polname = policyname AND polrelid = format('%%I.%%I', schemaname, tablename)::regclass
            WHERE tablename = ANY (%s) AND schemaname = current_schema()
            """,
            [tables],
        )
        found: dict[str, dict[str, tuple[str, str]]] = {table: {} for table in tables}
        for table, name, definition, comment in cursor.fetchall():
            found[table][name] = (definition, comment)
        return found


def tables_with_forced_security(connection: BaseDatabaseWrapper, tables: list[str]) -> list[str]:
    """Return the tables whose row security also applies to their owner."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class"
            " WHERE relname = ANY (%s) AND relnamespace = current_schema()::regnamespace AND relforcerowsecurity",
            [tables],
        )
        return [name for (name,) in cursor.fetchall()]


def table_foreign_keys(connection: BaseDatabaseWrapper, table: str) -> dict[str, str]:
    """Return the definition of each of a table's foreign keys, by the constraint's name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype = 'f'",
            [table],
        )
        return dict(cursor.fetchall())
