"""A deployment: the last release's code serves on this version's schema, beside this version, under write load."""

from __future__ import annotations

from pathlib import Path

from chaos.clients import server_errors, total
from chaos.load import Load
from chaos.stage import Stage
from chaos.verdict import Verdict
from harness.releases import unpack

WRITERS = 4


def old_code(stage: Stage, folder: Path, orders: int) -> list[Verdict]:
    """Write with the last release's code alone, then with both versions at once, until each has made `orders` orders.

    `folder` is empty, and receives the release's code, which runs with today's packages.
    """
    release = unpack(folder)
    alone = Verdict("Last release's code on this schema: nothing fails or is lost", stage.database)
    both = Verdict("Both versions on one database: nothing fails or is lost", stage.database)
    with stage.beside(folder=release) as old:
        with Load(old, WRITERS) as load:
            load.wait_for_orders(orders)
        _audit(alone, [load])
        with Load(old, WRITERS) as old_load, Load(stage, WRITERS) as new_load:
            old_load.wait_for_orders(orders)
            new_load.wait_for_orders(orders)
    _audit(both, [old_load, new_load])
    return [alone, both]


def _audit(verdict: Verdict, loads: list[Load]) -> None:
    seen = total([client for load in loads for client in load.clients])
    for load in loads:
        load.audit(verdict)
    verdict.note("orders acknowledged", sum(len(load.book) for load in loads))
    verdict.statuses(seen)
    verdict.equal("5xx", server_errors(seen), 0)
    verdict.equal("requests cut off", seen[0], 0)
