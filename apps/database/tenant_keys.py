"""SQLite triggers in place of PostgreSQL's foreign keys with the tenant (see `isolation`); they cover raw SQL too."""

from collections.abc import Iterator

from apps.database.totals import MaintainedNumber
from apps.database.triggers import Trigger
from apps.tenancy.isolation import is_tenant_owned, references, tenant_owned_models

_REFUSE = "BEGIN SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed: another tenant''s row'); END"


def _guards() -> Iterator[Trigger]:
    for model in tenant_owned_models():
        table = model._meta.db_table
        yield Trigger(
            name=f"tenant_of_{table}",
            table=table,
            sqlite=f"BEFORE UPDATE OF tenant_id ON {table} WHEN NEW.tenant_id <> OLD.tenant_id {_REFUSE}",
        )
        for field, other in references(model):
            if not is_tenant_owned(other):
                continue
            column = field.column
            missing = (
                f"NEW.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {other._meta.db_table}"
                f" WHERE {field.target_field.column} = NEW.{column} AND tenant_id = NEW.tenant_id)"
            )
            for event, name in (("INSERT", "insert"), (f"UPDATE OF {column}", "update")):
                yield Trigger(
                    name=f"tenant_of_{table}_{column}_on_{name}",
                    table=table,
                    sqlite=f"BEFORE {event} ON {table} WHEN {missing} {_REFUSE}",
                )


TRIGGERS = list(_guards())
NUMBERS: list[MaintainedNumber] = []
