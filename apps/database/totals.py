"""Maintained totals: numbers that triggers keep correct, however rows are written, each with an oracle to compare."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from apps.database.triggers import Trigger, trigger_modules
from apps.tenancy.models import Tenant
from apps.tenancy.scope import SETTING, allow_slow_statements, tenant_scope


@dataclass(frozen=True)
class Drift:
    """How far a maintained number is off: the rows that differ, and by how many cents in total."""

    rows: int
    cents: int


def drift_between(pairs: Iterable[tuple[int, int]]) -> Drift:
    """Return the drift, given the stored and the correct cents of each row that differs."""
    cents = [abs(kept - true) for kept, true in pairs]
    return Drift(rows=len(cents), cents=sum(cents))


@dataclass(frozen=True)
class MaintainedNumber:
    """A maintained number. `drift` compares it with its oracle, `repair` corrects it, both for the current tenant.

    A number that is brought up to date later than its rows are written has a `settle` that does so.
    """

    label: str
    drift: Callable[[], Drift]
    repair: Callable[[], None]
    settle: Callable[[], None] = lambda: None


def numbers() -> list[MaintainedNumber]:
    """Return every maintained number of the installed apps; each depends only on those before it."""
    return list(chain.from_iterable(module.NUMBERS for module in trigger_modules().values()))


def on_truncate(table: str, name: str, statement: str) -> Trigger:
    """Return a trigger that runs `statement` for each tenant: TRUNCATE bypasses row security, `statement` does not."""
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
    """Split `ids` into batches small enough for one statement."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def settle() -> None:
    """Bring every maintained number of the current tenant up to date, after many rows have been written."""
    for number in numbers():
        number.settle()


def repair() -> None:
    """Correct every maintained number of every tenant."""
    for tenant in Tenant.objects.order_by("pk"):
        with tenant_scope(tenant):
            allow_slow_statements()
            for number in numbers():
                number.repair()
