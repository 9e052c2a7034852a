"""Redis fails while processes share it: reports stay each tenant's own, and limits are exact again afterwards."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from chaos.clients import Answer, crowd, server_errors, total
from chaos.load import Load
from chaos.readers import Readers
from chaos.stage import Stage
from chaos.verdict import Verdict
from harness.concurrency import at_once
from harness.machine import wait_until
from harness.redis import RedisServer

LIST, SUMMARY = "/api/v1/customers/", "/api/v1/reporting/summary/"
WORKERS = 4
LIMIT = 600  # requests of a tenant in a minute
KEPT = 2  # seconds for which a report is cached
# A busy machine may take longer than the service's default of 40 ms, which would count as an outage.
PATIENCE = "socket_timeout=0.5&socket_connect_timeout=0.5"
PAUSE = 5  # seconds for which a process does not use Redis after it has failed
REST = 0.5  # seconds between a client's orders, and half of those between its reports; keeps tenants below LIMIT
LOST, FOUND = "Redis is unavailable", "Redis answers again"  # in the service's log
FAULTS = ("killed", "frozen", "emptied", "full")


@contextmanager
def sharing(stage: Stage, redis: RedisServer) -> Iterator[Stage]:
    """Run four processes that share Redis on the stage's database inside the block."""
    limit = {"REQUESTS_PER_MINUTE": str(LIMIT), "REPORT_CACHE_SECONDS": str(KEPT)}
    with stage.beside(workers=WORKERS, CACHE_URL=f"{redis.url}?{PATIENCE}", **limit) as shared:
        yield shared


def failing(shared: Stage, redis: RedisServer, fault: str, seconds: float) -> Verdict:
    """Have Redis `killed`, `frozen`, `emptied` or `full` for `seconds`, then in order until each process uses it."""
    tenants = len(shared.keys)
    verdict = Verdict(
        f"Redis {fault} while {tenants} tenants write and read reports: no 5xx, no report of another", shared.database
    )
    faulty: AbstractContextManager[None] = getattr(redis, fault)()
    load, log = Load(shared, writers=tenants, rest=REST), len(shared.server.log)

    def times(event: str) -> int:
        return shared.server.log[log:].count(event)

    readers = TenantsReports(shared)
    with readers, load:
        load.wait_for_orders(tenants)
        begun = len(load.book)
        with faulty:
            time.sleep(seconds)
        meanwhile = len(load.book) - begun
        wait_until(lambda: times(LOST) == times(FOUND), "each process uses Redis again")
        load.wait_for_orders(tenants)
    verdict.at_least("times that a process went on without it", times(LOST), 0 if fault == "emptied" else 1)
    verdict.equal("times that one used it again", times(FOUND), times(LOST))
    verdict.at_least("orders acknowledged meanwhile", meanwhile, 1)
    readers.judge(verdict)
    verdict.equal("5xx", server_errors(total([*load.clients, *readers.clients])), 0)
    load.audit(verdict)
    return verdict


class TenantsReports(Readers):
    """Reports, each with the number of its tenant."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, REST / 2)
        self._stage, self._reports = stage, list[tuple[int, Answer]]()

    def read(self, tenant: int) -> None:
        self._reports.append((tenant, self.clients[tenant].send("GET", SUMMARY)))

    def judge(self, verdict: Verdict) -> None:
        """Require that each report names only customers of its own tenant, and is no older than promised."""
        owners = dict(self._stage.rows("SELECT c.id, t.slug FROM customers_customer c JOIN tenancy_tenant t"
                                       " ON t.id = c.tenant_id"))  # fmt: skip
        reports = [(tenant, report) for tenant, report in self._reports if report.status == 200]
        named = [(f"tenant-{n}", owners[row["customer_id"]]) for n, report in reports for row in report.json["rows"]]
        ages = [int(report.headers["Age"]) for _, report in reports if "Age" in report.headers]
        verdict.at_least("reports", len(reports), len(self.clients))
        verdict.at_least("of them from a cache", len(ages), 1)
        verdict.at_most("age of the oldest, s", max(ages, default=0), KEPT)
        verdict.at_least("customers in them", len(named), len(self.clients))
        verdict.equal("customers of another tenant", sum(tenant != owner for tenant, owner in named), 0)
        verdict.equal("reports refused or cut off", len(self._reports) - len(reports) + self.cut_off, 0)


def limited(shared: Stage, clients: int) -> Verdict:
    """All tenants' clients send more than the limit within one minute of the service's clock."""
    tenants = len(shared.keys)
    verdict = Verdict(
        f"{LIMIT} requests a minute, {tenants} tenants, {clients} clients, {WORKERS} processes: exactly as many pass",
        shared.database,
    )
    each = 2 * LIMIT * tenants // clients  # requests; so that each tenant sends almost twice the limit
    time.sleep(PAUSE)  # A process that has seen a fault counts by itself for as long.
    time.sleep(60 - time.time() % 60)
    minute = int(time.time()) // 60
    with crowd(shared, clients, tenants) as own:
        at_once(clients, lambda n: [own[n].send("GET", LIST).status for _ in range(each)])
    minutes = int(time.time()) // 60 - minute + 1
    seen = [sum((client.seen for client in own[n::tenants]), Counter[int]()) for n in range(tenants)]
    verdict.note("requests", total(own).total())
    verdict.equal("200 of each tenant", [answers[200] for answers in seen], [LIMIT] * tenants)
    verdict.at_least("429 of each tenant, at least", min(answers[429] for answers in seen), 1)
    verdict.equal("other answers", sum(answers.total() - answers[200] - answers[429] for answers in seen), 0)
    verdict.equal("minutes that it took", minutes, 1)
    return verdict
