"""The read replica fails or falls behind while tenants write: reports come from the primary, in time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from chaos.clients import server_errors, total
from chaos.load import Load
from chaos.readers import Readers
from chaos.stage import Stage
from chaos.verdict import Verdict
from harness.machine import wait_until
from harness.standby import Standby

SUMMARY = "/api/v1/reporting/summary/?limit=1000"
LAG = 10  # seconds that a report may be behind, by default
SLACK = 2  # seconds: the check of the replica runs twice a second, and a report takes its time
REST = 0.2  # seconds between a client's orders, and between its reports
LEFT, TAKEN = "Reports read the primary, not the replica", "Reports read the replica"  # in the service's log
FAULTS = ("stopped", "frozen", "held back")


def failing(stage: Stage, standby: Standby, fault: str, seconds: float) -> Verdict:
    """Have the replica `stopped`, `frozen` or `held back` for so many seconds, then in order until it is read again."""
    tenants = len(stage.keys)
    verdict = Verdict(
        f"A replica {fault} for {seconds:g} s while {tenants} tenants write: reports in time, no 5xx", stage.database
    )
    with stage.beside(workers=1, DATABASE_REPLICA_URL=standby.url_of("orders_app", _name(stage))) as served:
        load = Load(served, writers=tenants, rest=REST)
        reports = Reports(served, load)
        with load, reports:
            wait_until(lambda: served.server.log.count(TAKEN) == 1, "the replica is read")
            load.wait_for_orders(tenants)
            with _faulty(standby, fault):
                time.sleep(seconds)
                noticed = served.server.log.count(LEFT)
            wait_until(lambda: served.server.log.count(TAKEN) > noticed, "the replica is read again")
            load.wait_for_orders(tenants)
        verdict.at_least("times that the service left the replica", noticed, 1)
        reports.judge(verdict)
        verdict.equal("5xx", server_errors(total([*load.clients, *reports.clients])), 0)
        load.audit(verdict)
    return verdict


class Reports(Readers):
    """Reports, compared with what the service had acknowledged."""

    def __init__(self, stage: Stage, load: Load) -> None:
        super().__init__(stage, REST)
        self._load = load
        self._read_at: list[tuple[float, int, int]] = []  # when, by which tenant, with how many cents
        self._acknowledged: list[tuple[float, list[int]]] = []  # when, and each tenant's cents

    def read(self, tenant: int) -> None:
        if tenant == 0:
            self._acknowledged.append((time.monotonic(), self._cents()))
        begun = time.monotonic()
        report = self.clients[tenant].send("GET", SUMMARY)
        self._read_at.append((begun, tenant, sum(row["total_cents"] for row in report.json["rows"])))

    def _cents(self) -> list[int]:
        """Return what each tenant has been told that it earned."""
        cents = [0] * len(self.clients)
        for reference, (_, status, of_order) in [*self._load.book.items()]:
            if status == "paid":
                cents[int(reference.split("-")[1]) % len(cents)] += of_order
        return cents

    def judge(self, verdict: Verdict) -> None:
        """Require that no report lacks what was acknowledged LAG seconds before it was requested."""
        late = 0
        for begun, tenant, cents in self._read_at:
            known = [told[tenant] for at, told in self._acknowledged if at <= begun - LAG - SLACK]
            late += bool(known) and cents < known[-1]
        verdict.at_least("reports", len(self._read_at), len(self.clients))
        verdict.at_least("cents in the last of them", self._read_at[-1][2] if self._read_at else 0, 1)
        verdict.equal("reports that lack what was acknowledged in time", late, 0)
        verdict.equal("reports refused or cut off", self.cut_off, 0)


@contextmanager
def _faulty(standby: Standby, fault: str) -> Iterator[None]:
    begin, end = {
        "stopped": (lambda: standby.halt("immediate"), standby.start),
        "frozen": (standby.freeze, standby.thaw),
        "held back": (standby.hold_back, standby.release),
    }[fault]
    begin()
    try:
        yield
    finally:
        end()


def _name(stage: Stage) -> str:
    """Return the name of the stage's database."""
    return stage.environment["DATABASE_URL"].rpartition("/")[2]
