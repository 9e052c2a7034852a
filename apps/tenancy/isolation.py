"""The second wall: the database itself keeps tenants apart, whatever SQL it receives.

On PostgreSQL it consists of row security, which applies to the tables' owner too, and of foreign keys that include the
tenant. A migration builds each model's wall with `Isolate("Order")`. When `migrate` ends, `renew_walls` updates walls
that an earlier version of this module built. SQLite has no row security; triggers replace the foreign keys
(`apps/database/tenant_keys.py`). See https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations.base import Operation

from apps.tenancy import catalogue
from apps.tenancy.owned import TenantField, TenantOwned
from apps.tenancy.scope import SETTING

# After the transaction that set it, the setting is '' rather than NULL. It is not wrapped in a sub-select, which would
# cost planning time: our statements name their tenant, so PostgreSQL compares the two once, not once per row.
OWN_ROWS = f"tenant_id = nullif(current_setting('{SETTING}', true), '')::bigint"
# A RESTRICTIVE policy holds whatever other policies permit, but permits nothing by itself, so a PERMISSIVE one is
# needed. It applies to every role: without it the owner would see no rows, and migrations would silently do nothing.
POLICIES = {"tenant_only": ("RESTRICTIVE", OWN_ROWS), "everyone": ("PERMISSIVE", "true")}
# Facts that `_build_wall` cannot change: the models define the indexes, and exemptions depend on the connected role.
OTHERS_FACTS = re.compile("(invalid )?(unique )?index |row security applies")


class Isolate(Operation):
    """Build the second wall around one model, or update it. Does nothing on SQLite.

    Unapplying it leaves the wall, which is dropped with its table.
    """

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass  # The wall is not part of a model's state.

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        connection = schema_editor.connection
        if connection.vendor != "postgresql" or not self.allow_migrate_model(connection.alias, model):
            return
        _build_wall(schema_editor, model)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        pass  # The table may still hold rows, so its wall stays.

    def describe(self) -> str:
        return f"Keep tenants apart in {self.model_name}"


def renew_walls(connection: BaseDatabaseWrapper) -> None:
    """Rebuild each wall that differs from this version's, with one transaction and one exclusive lock per table.

    Without this, a database that was migrated before this module changed would differ from a new one.
    """
    if connection.vendor != "postgresql":
        return
    owned = {model._meta.db_table: model for model in tenant_owned_models()}
    for table, facts in _actual_facts(connection, list(owned)).items():
        if any(not OTHERS_FACTS.match(fact) for fact in facts ^ _wanted_facts(owned[table])):
            with connection.schema_editor() as schema_editor:
                _build_wall(schema_editor, owned[table])


def tenant_owned_models() -> list[type[models.Model]]:
    """Return every installed model whose rows belong to a tenant."""
    return [model for model in apps.get_models() if issubclass(model, TenantOwned)]


def children_first(candidates: Iterable[type[models.Model]]) -> list[type[models.Model]]:
    """Return the models in an order in which their rows can be deleted: each before the models that it references.

    Raises graphlib.CycleError where models reference each other; a model may reference itself.
    """
    # Sorted by name first, so that the order is deterministic.
    wanted = sorted(candidates, key=lambda model: model._meta.label)
    parents = {model: [other for _, other in references(model) if other is not model] for model in wanted}
    parents_first = [model for model in TopologicalSorter(parents).static_order() if model in parents]
    return parents_first[::-1]


def references(model: type[models.Model]) -> Iterator[tuple[models.ForeignKey, type[models.Model]]]:
    """Yield the foreign keys of a model, each with the model that it references."""
    for field in model._meta.local_fields:
        if isinstance(field, models.ForeignKey):
            yield field, field.related_model


def is_tenant_owned(model: type[models.Model]) -> bool:
    """Whether the rows of a model belong to a tenant. Works for a migration's models too."""
    # A migration's models have the fields, but not the base class.
    return any(isinstance(field, TenantField) for field in model._meta.local_fields)


def foreign_keys(model: type[models.Model]) -> list[str]:
    """Return the foreign keys that a tenant-owned model should have, as SQL: with the tenant, and not deferrable."""
    keys = []
    has_parent = any(is_tenant_owned(other) and not field.null for field, other in references(model))
    for field, other in references(model):
        if isinstance(field, TenantField) and has_parent:
            continue  # The parent's key implies that the tenant exists. One more check would lock the tenant's row.
        both = "tenant_id, " if is_tenant_owned(other) else ""
        keys.append(
            f"FOREIGN KEY ({both}{field.column}) REFERENCES {other._meta.db_table}({both}{field.target_field.column})"
        )
    return keys


def isolation_problems(connection: BaseDatabaseWrapper, *, serving: bool = False) -> list[str]:
    """Return what is missing or different in the second wall, according to PostgreSQL's catalogue.

    With `serving`, only what matters to requests: during a deployment, a later version builds and drops indexes and
    adds keys while this one serves.
    """
    if connection.vendor != "postgresql":
        return []
    problems = []
    owned = {model._meta.db_table: model for model in tenant_owned_models()}
    found = _actual_facts(connection, list(owned))
    for table, model in owned.items():
        wanted = _wanted_facts(model)
        missing, more = wanted - found[table], found[table] - wanted
        if serving:
            missing = {fact for fact in missing if not fact.startswith("index ")}
            more = {fact for fact in more if fact.startswith("policy ")}
        problems += [f"{table}: missing: {fact}" for fact in sorted(missing)]
        problems += [f"{table}: not expected: {fact}" for fact in sorted(more)]
    return problems


def _build_wall(schema_editor: Any, model: type[models.Model]) -> None:
    """Replace those of a table's foreign keys, flags and policies that differ from this version's."""
    connection = schema_editor.connection
    table = model._meta.db_table
    # Django's foreign keys lack the tenant and are deferred to COMMIT. Drop those that this migration has not run yet.
    schema_editor.deferred_sql[:] = [
        sql for sql in schema_editor.deferred_sql if not _is_foreign_key(sql, schema_editor, table)
    ]
    wanted, found = foreign_keys(model), catalogue.table_foreign_keys(connection, table)
    for name, definition in found.items():
        if definition not in wanted:
            schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
    missing = [definition for definition in wanted if definition not in found.values()]
    # A new key is validated as the tables' owner, who would see no rows while row security is forced, so it is switched
    # off meanwhile. The tables are locked, so nobody else can read them.
    tables = [table, *(other._meta.db_table for _, other in references(model))] if missing else []
    forced = catalogue.tables_with_forced_security(connection, tables)
    for name in forced:
        schema_editor.execute(f'ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY')
    for definition in missing:
        schema_editor.execute(f'ALTER TABLE "{table}" ADD {definition}')
    for name in forced:
        schema_editor.execute(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY')
    schema_editor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY')
    for name in {*catalogue.table_policies(connection, [table])[table], *POLICIES}:
        schema_editor.execute(f'DROP POLICY IF EXISTS {schema_editor.quote_name(name)} ON "{table}"')
    for name, (kind, condition) in POLICIES.items():
        schema_editor.execute(
            f'CREATE POLICY {name} ON "{table}" AS {kind} TO PUBLIC USING ({condition}) WITH CHECK ({condition})'
        )
    for name, (definition, _) in catalogue.table_policies(connection, [table])[table].items():
        schema_editor.execute(f"COMMENT ON POLICY {name} ON \"{table}\" IS '{_seal(name, definition)}'")


def _wanted_facts(model: type[models.Model]) -> set[str]:
    facts = {"row security is enabled", "row security is forced", "row security applies to this role"}
    facts |= set(foreign_keys(model))
    facts |= {f"index {index.name} begins with tenant_id" for index in model._meta.indexes}
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            facts.add(f"unique index {constraint.name} begins with tenant_id")
    facts |= {f"policy {name} of this version" for name in POLICIES}
    return facts


def _actual_facts(connection: BaseDatabaseWrapper, tables: list[str]) -> dict[str, set[str]]:
    found = catalogue.table_facts(connection, tables)
    for table, policies in catalogue.table_policies(connection, tables).items():
        for name, (definition, comment) in policies.items():
            is_current = comment == _seal(name, definition)
            found[table].add(f"policy {name} of this version" if is_current else f"policy {name}: {definition}")
    return found


def _seal(name: str, definition: str) -> str:
    # PostgreSQL rewrites expressions, so the hash covers both the text that we sent and the text that it stored.
    return hashlib.sha256(f"{POLICIES.get(name)} {definition}".encode()).hexdigest()


def _is_foreign_key(sql: Any, schema_editor: Any, table: str) -> bool:
    return getattr(sql, "template", "") == schema_editor.sql_create_fk and sql.parts["table"].table == table
