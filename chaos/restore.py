"""The loss of the primary: a new one is restored from a base backup and the archived log, up to a point in time."""

from __future__ import annotations

from collections.abc import Iterator

from chaos.clients import crowd
from chaos.load import WRITTEN, Load, compare
from chaos.stage import Stage
from chaos.verdict import Verdict
from harness.postgresql import Cluster

WRITERS = 9


def restored(cluster: Cluster, stage: Stage, orders: int) -> Iterator[Verdict]:
    """Restore the stage's `cluster` to a moment between two loads of `orders`, then send all their requests again.

    The base backup is taken during the first load.
    """
    verdict = Verdict(
        f"Primary lost, restored to a point in time, {len(stage.keys)} tenants: all acknowledged until then, no more",
        stage.database,
    )
    cluster.archive()
    load = Load(stage, WRITERS)
    with load:
        load.wait_for_orders(orders // 2)
        begun = len(load.book)
        cluster.back_up()
        meanwhile = len(load.book) - begun
        load.wait_for_orders(orders // 2)
    before = dict(load.book)
    ((point,),) = stage.rows("SELECT clock_timestamp()")  # No client writes at this moment.
    with load:
        load.wait_for_orders(orders)
    after = load.book.keys() - before.keys()
    cluster.restore(point)
    rows = stage.rows(WRITTEN.format(load=load.name))
    verdict.at_least("orders acknowledged during the base backup", meanwhile, 1)
    verdict.at_least("orders acknowledged before the point", len(before), orders)
    verdict.at_least("after it", len(after), orders)
    verdict.equal("of those after it, there", sum(reference in after for reference, *_ in rows), 0)
    compare(verdict, before, rows)
    verdict.equal("drift in cents", stage.drift_cents(), 0)
    with crowd(stage, 1) as (client,):
        verdict.equal("/readyz of the same processes", client.send("GET", "/readyz").status, 200)
    yield verdict

    verdict = Verdict("After that restore, each request is sent again: replayed, or made again", stage.database)
    earlier = load.replays
    load.send_again(before)
    replays = load.replays - earlier
    load.send_again(after)
    verdict.equal("from before the point, not replayed", 2 * len(before) - replays, 0)
    verdict.equal("from after it, replayed", load.replays - earlier - replays, 0)
    load.audit(verdict)
    yield verdict
