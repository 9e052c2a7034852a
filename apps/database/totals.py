"""Maintained totals: numbers that triggers keep true, whichever way rows are written, and the oracle for each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from apps.database.triggers import Trigger, trigger_modules
from apps.tenancy.models import Tenant
from apps.tenancy.scope import SETTING, allow_slow_statements, tenant_scope


@dataclass(frozen=True)
class Drift:
    """How far a maintained number is from the truth: rows that differ, and by how many cents in all."""

    rows: int
    cents: int


def drift_between(pairs: Iterable[tuple[int, int]]) -> Drift:
    """Return the drift of the rows that differ: of each the kept number of cents, and the true one."""
    cents = [abs(kept - true) for kept, true in pairs]
    return Drift(rows=len(cents), cents=sum(cents))


@dataclass(frozen=True)
class MaintainedNumber:
    """A maintained number, with its oracle. Both functions act for the current tenant; `repair` writes the truth."""

    label: str
    drift: Callable[[], Drift]
    repair: Callable[[], None]


def numbers() -> list[MaintainedNumber]:
    """Every maintained number of the installed apps, in the order in which they build on each other."""
    return list(chain.from_iterable(module.NUMBERS for module in trigger_modules().values()))


def on_truncate(table: str, name: str, statement: str) -> Trigger:
    """Return a trigger that runs `statement` in each tenant, because TRUNCATE bypasses row security but it does not."""
    return Trigger(
        name=name,
        table=table,
        postgresql=f"AFTER TRUNCATE ON {table} FOR EACH STATEMENT",
        body=f"""
            DECLARE
                before text := coalesce(current_setting('{SETTING}', true), '');
                tenant bigint;
            BEGIN
                FOR tenant IN SELECT id FROM tenancy_tenant LOOP
                    PERFORM set_config('{SETTING}', tenant::text, true);
                    {statement}
                END LOOP;
                PERFORM set_config('{SETTING}', before, true);
            END;
            RETURN NULL;""",
    )


def batches(ids: Sequence[int], size: int = 5_000) -> Iterator[Sequence[int]]:
    """Cut `ids` into pieces that one statement of a repair can name."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def repair() -> None:
    """Write the truth into every maintained number of every tenant."""
    for tenant in Tenant.objects.order_by("pk"):
        with tenant_scope(tenant):
            allow_slow_statements()
            for number in numbers():
                number.repair()
