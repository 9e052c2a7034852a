"""Exports while workers are killed, the queue fails and jobs never succeed: each ends once, and nothing is left of it.

Meanwhile three tenants write orders and request exports. The rows of a fourth, the quiet one, do not change, so that
all its files have the same bytes.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from chaos.background import Backstage
from chaos.clients import Client
from chaos.exporters import Exporters, attempts, audit, digest, finish, request, states
from chaos.load import Load
from chaos.verdict import Verdict
from harness.machine import wait_until

PAUSE = 5.5  # seconds for which a server sends no messages after one that the queue did not take
SLOW = """
    CREATE FUNCTION public.chaos_slow() RETURNS bool LANGUAGE sql VOLATILE AS 'SELECT pg_sleep(0.0001) IS NOT NULL';
    CREATE POLICY chaos ON orders_item AS RESTRICTIVE USING (tenant_id <> {tenant} OR public.chaos_slow())"""
WRITING = 3  # tenants; the one after them is quiet


@contextmanager
def crowded(backstage: Backstage, rest: float) -> Iterator[tuple[Load, Exporters, Client]]:
    """Have the writing tenants write and export inside the block; yield a client of the quiet one, too."""
    quiet = Client(backstage.stage, WRITING)
    try:
        with (
            Load(backstage.stage, WRITING, rest=0.1) as load,
            Exporters(backstage.stage, WRITING, rest) as exporters,
        ):
            yield load, exporters, quiet
    finally:
        quiet.hang_up()


@contextmanager
def slowed(backstage: Backstage) -> Iterator[None]:
    """Have PostgreSQL take a tenth of a millisecond for each item of the quiet tenant inside the block.

    Otherwise an export of rows that are seeded quickly would be done before a worker can be killed.
    """
    [(tenant,)] = backstage.stage.rows(f"SELECT id FROM tenancy_tenant WHERE slug = 'tenant-{WRITING}'")
    with psycopg.connect(backstage.stage.environment["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(SLOW.format(tenant=tenant))
        try:
            yield
        finally:
            owner.execute("DROP FUNCTION public.chaos_slow CASCADE")


def workers_killed(backstage: Backstage, hits: int) -> Verdict:
    """Kill both workers while they have two exports of the quiet tenant, until `hits` running exports were hit."""
    verdict = Verdict(f"Workers killed while {WRITING} tenants write and export: each has one file", "PostgreSQL")
    chance, sent, kills = random.Random(7), list[int](), 0
    with slowed(backstage), crowded(backstage, rest=3) as (load, exporters, quiet):
        first = finish(quiet, [request(quiet)])[0]
        promised, seconds = digest(quiet, first["id"]), first["seconds"]
        while _hit(backstage, sent) < hits and kills < 4 * hits:
            begun = [request(quiet) for _ in backstage.workers]
            sent += begun
            wait_until(lambda pks=begun: "queued" not in states(quiet, pks), "both exports run")
            for worker in backstage.workers:
                time.sleep(chance.uniform(0, seconds / 2))
                worker.kill()
                kills += 1
            for worker in backstage.workers:
                worker.start()
            finish(quiet, begun)
        differing = sum(digest(quiet, export) != promised for export in sent)
    verdict.note("kills", kills)
    verdict.at_least("running exports that they hit", _hit(backstage, sent), hits)
    verdict.equal("files unlike that of an undisturbed export", differing, 0)
    exporters.judge(verdict)
    audit(verdict, backstage)
    load.audit(verdict)
    return verdict


def queue_failed(backstage: Backstage, fault: str, seconds: float) -> Verdict:
    """Have one of FAULTS for `seconds` while all tenants request exports."""
    verdict = Verdict(f"Queue {fault} while {WRITING} tenants write and export: each has one file", "PostgreSQL")
    with crowded(backstage, rest=0.5) as (load, exporters, quiet):
        promised = digest(quiet, finish(quiet, [request(quiet)])[0]["id"])
        requested = len(exporters.accepted)
        sent = FAULTS[fault](backstage, quiet, seconds)
        meanwhile = len(exporters.accepted) - requested
        begun = time.monotonic()
        finish(quiet, sent)
        longest = time.monotonic() - begun
        sent.append(finish(quiet, [request(quiet)])[0]["id"])
        differing = sum(digest(quiet, export) != promised for export in sent)
    verdict.at_least("exports requested meanwhile", meanwhile + len(sent) - 1, len(sent))
    verdict.note("seconds from its end until these were done", round(longest, 1))
    verdict.equal("files unlike that of an undisturbed export", differing, 0)
    exporters.judge(verdict)
    audit(verdict, backstage)
    load.audit(verdict)
    return verdict


def _killed(backstage: Backstage, quiet: Client, seconds: float) -> list[int]:
    backstage.queue.kill()
    sent = [request(quiet)]
    time.sleep(seconds)
    quiet.hang_up()  # The server closes a connection that is idle for half a minute.
    sent.append(request(quiet))
    backstage.queue.start()
    return sent


def _frozen(backstage: Backstage, quiet: Client, seconds: float) -> list[int]:
    backstage.queue.freeze()
    try:
        sent = [request(quiet)]
        time.sleep(seconds)
        quiet.hang_up()
        return [*sent, request(quiet)]
    finally:
        backstage.queue.thaw()


def _tampering(resend: Callable[[Backstage, list[str]], None]) -> Callable[[Backstage, Client, float], list[int]]:
    def tamper(backstage: Backstage, quiet: Client, seconds: float) -> list[int]:
        with backstage.unattended():
            time.sleep(PAUSE)
            sent = [request(quiet) for _ in range(2)]
            messages = backstage.take_messages()
            if len(messages) < len(sent):
                raise RuntimeError(f"The queue had {len(messages)} messages.")
            resend(backstage, messages)
        return sent

    return tamper


def _three_times(backstage: Backstage, messages: list[str]) -> None:
    for message in messages * 3:
        backstage.send(message)


def _late(backstage: Backstage, messages: list[str]) -> None:
    for number, message in enumerate(reversed(messages)):
        backstage.send(message, delay=number + 1)


FAULTS = {
    "killed": _killed,
    "frozen": _frozen,
    "losing messages": _tampering(lambda backstage, messages: None),
    "repeating messages": _tampering(_three_times),
    "delaying and reordering messages": _tampering(_late),
}


def _hit(backstage: Backstage, exports: list[int]) -> int:
    """Return how many attempts at these exports ended with their worker."""
    return sum(attempts(backstage).get(export, 1) - 1 for export in exports)
