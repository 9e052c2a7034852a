"""The second wall: the database itself keeps tenants apart, whatever SQL it receives.

PostgreSQL: row security, from which not even the tables' owner is exempt, and foreign keys that hold the tenant too. A
migration names each model once, `Isolate("Order")`, so a table never stands without its wall. When `migrate` ends,
`renew_walls` replaces what an earlier version of this module made differently. SQLite has no row security; `triggers`
stand in for the keys. See https://www.postgresql.org/docs/current/ddl-rowsecurity.html
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

# The setting is '' and not NULL once a transaction that had it is over. No sub-select around it: planning one costs
# each look-up more, and where a statement names its tenant, as ours do, the two are compared once and not per row.
OWN_ROWS = f"tenant_id = nullif(current_setting('{SETTING}', true), '')::bigint"
# RESTRICTIVE: required, whatever a later policy permits. It permits nothing by itself, hence the other one, which is
# for everyone: without it the owner would see no row, and its triggers and migrations would silently do nothing.
POLICIES = {"tenant_only": ("RESTRICTIVE", OWN_ROWS), "everyone": ("PERMISSIVE", "true")}
# The facts that `_build_wall` does not decide: indexes are the models', exemptions the connected role's.
OTHERS_FACTS = re.compile("(invalid )?(unique )?index |row security applies")


class Isolate(Operation):
    """Put the second wall around one model; named again, replace what differs from it.

    PostgreSQL alone. Unapplying it leaves the wall, which goes with its table.
    """

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass  # The models say it already.

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        connection = schema_editor.connection
        if connection.vendor != "postgresql" or not self.allow_migrate_model(connection.alias, model):
            return
        _build_wall(schema_editor, model)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        pass  # A wall that falls one migration too early would be worse than one that stays.

    def describe(self) -> str:
        return f"Keep tenants apart in {self.model_name}"


def renew_walls(connection: BaseDatabaseWrapper) -> None:
    """Build each wall again that is not the one of this version; one transaction and exclusive lock per table.

    Without it a database that was migrated before this module changed would differ from a new one.
    """
    if connection.vendor != "postgresql":
        return
    owned = {model._meta.db_table: model for model in tenant_owned_models()}
    for table, facts in _found_facts(connection, list(owned)).items():
        if any(not OTHERS_FACTS.match(fact) for fact in facts ^ _wanted_facts(owned[table])):
            with connection.schema_editor() as schema_editor:
                _build_wall(schema_editor, owned[table])


def tenant_owned_models() -> list[type[models.Model]]:
    """Every installed model whose rows belong to a tenant."""
    return [model for model in apps.get_models() if issubclass(model, TenantOwned)]


def children_first(candidates: Iterable[type[models.Model]]) -> list[type[models.Model]]:
    """The models, each before those that its foreign keys point at: the order in which their rows can be deleted.

    Raises graphlib.CycleError where models point at each other; a model may point at itself.
    """
    # By name first, so that the order is the same each time.
    wanted = sorted(candidates, key=lambda model: model._meta.label)
    parents = {model: [other for _, other in references(model) if other is not model] for model in wanted}
    parents_first = [model for model in TopologicalSorter(parents).static_order() if model in parents]
    return parents_first[::-1]


def references(model: type[models.Model]) -> Iterator[tuple[models.ForeignKey, type[models.Model]]]:
    """The foreign keys of a model, each with the model that it points at."""
    for field in model._meta.local_fields:
        if isinstance(field, models.ForeignKey):
            yield field, field.related_model


def is_tenant_owned(model: type[models.Model]) -> bool:
    """Whether the rows of a model belong to a tenant, a model of a migration included."""
    # Those have the fields, not the base class.
    return any(isinstance(field, TenantField) for field in model._meta.local_fields)


def foreign_keys(model: type[models.Model]) -> list[str]:
    """Return the foreign keys of a tenant-owned model in PostgreSQL's words: with the tenant, and not deferrable."""
    keys = []
    has_parent = any(is_tenant_owned(other) and not field.null for field, other in references(model))
    for field, other in references(model):
        if isinstance(field, TenantField) and has_parent:
            continue  # The parent's key says that the tenant exists. One more check would lock the tenant's row.
        both = "tenant_id, " if is_tenant_owned(other) else ""
        keys.append(
            f"FOREIGN KEY ({both}{field.column}) REFERENCES {other._meta.db_table}({both}{field.target_field.column})"
        )
    return keys


def isolation_problems(connection: BaseDatabaseWrapper) -> list[str]:
    """Return what is missing or different in the second wall, according to PostgreSQL's catalogue."""
    if connection.vendor != "postgresql":
        return []
    problems = []
    owned = {model._meta.db_table: model for model in tenant_owned_models()}
    found = _found_facts(connection, list(owned))
    for table, model in owned.items():
        wanted = _wanted_facts(model)
        problems += [f"{table}: missing: {fact}" for fact in sorted(wanted - found[table])]
        problems += [f"{table}: not expected: {fact}" for fact in sorted(found[table] - wanted)]
    return problems


def _build_wall(schema_editor: Any, model: type[models.Model]) -> None:
    """Replace what of a table's keys, flags and policies is not as this version wants it."""
    connection = schema_editor.connection
    table = model._meta.db_table
    # Django's keys know no tenant and fail at COMMIT. Those of a table made by this migration are yet to come.
    schema_editor.deferred_sql[:] = [
        sql for sql in schema_editor.deferred_sql if not _is_foreign_key(sql, schema_editor, table)
    ]
    wanted, found = foreign_keys(model), catalogue.found_foreign_keys(connection, table)
    for name, definition in found.items():
        if definition not in wanted:
            schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
    missing = [definition for definition in wanted if definition not in found.values()]
    # The owner checks a new key, and would see no row to check it with. The locks let nobody else in meanwhile.
    tables = [table, *(other._meta.db_table for _, other in references(model))] if missing else []
    forced = catalogue.forced(connection, tables)
    for name in forced:
        schema_editor.execute(f'ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY')
    for definition in missing:
        schema_editor.execute(f'ALTER TABLE "{table}" ADD {definition}')
    for name in forced:
        schema_editor.execute(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY')
    schema_editor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY')
    for name in {*catalogue.found_policies(connection, [table])[table], *POLICIES}:
        schema_editor.execute(f'DROP POLICY IF EXISTS {schema_editor.quote_name(name)} ON "{table}"')
    for name, (kind, condition) in POLICIES.items():
        schema_editor.execute(
            f'CREATE POLICY {name} ON "{table}" AS {kind} TO PUBLIC USING ({condition}) WITH CHECK ({condition})'
        )
    for name, (definition, _) in catalogue.found_policies(connection, [table])[table].items():
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


def _found_facts(connection: BaseDatabaseWrapper, tables: list[str]) -> dict[str, set[str]]:
    found = catalogue.found_facts(connection, tables)
    for table, policies in catalogue.found_policies(connection, tables).items():
        for name, (definition, comment) in policies.items():
            is_current = comment == _seal(name, definition)
            found[table].add(f"policy {name} of this version" if is_current else f"policy {name}: {definition}")
    return found


def _seal(name: str, definition: str) -> str:
    # PostgreSQL rewrites an expression, so the hash covers both: the text that we sent and the text that it stored.
    return hashlib.sha256(f"{POLICIES.get(name)} {definition}".encode()).hexdigest()


def _is_foreign_key(sql: Any, schema_editor: Any, table: str) -> bool:
    return getattr(sql, "template", "") == schema_editor.sql_create_fk and sql.parts["table"].table == table
