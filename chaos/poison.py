"""Jobs that never succeed: each ends as failed and in the dead-letter queue, and holds up no other for long."""

from __future__ import annotations

import json
import time
from base64 import b64decode
from datetime import datetime

import psycopg

from chaos.background import Backstage
from chaos.exporters import UNFINISHED, audit, finish, request, states
from chaos.exports import WRITING, crowded
from chaos.stage import Stage
from chaos.verdict import Verdict
from harness.postgresql import Cluster

ATTEMPTS = 5
DEAD = "DEAD_LETTER_QUEUE_URL"
# The owner of the tables makes the exports of one kind of one tenant fail: the update that would end it is refused, or
# row security hangs, until a timeout of PostgreSQL ends the statement or, if caught, until the worker is killed.
HANG = """
    CREATE FUNCTION public.chaos_hang() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN
        LOOP
            BEGIN
                PERFORM pg_sleep(3600);
            EXCEPTION WHEN query_canceled THEN
                IF {is_ended} THEN RAISE; END IF;
            END;
        END LOOP;
    END $$;
    CREATE POLICY chaos ON {table} AS RESTRICTIVE USING (tenant_id <> {tenant} OR public.chaos_hang())"""
REFUSE = """
    CREATE FUNCTION public.chaos_hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
    CREATE TRIGGER chaos BEFORE UPDATE ON {table} FOR EACH ROW
        WHEN (NEW.tenant_id = {tenant} AND NEW.state = 'done') EXECUTE FUNCTION public.chaos_hang()"""
POISON = {
    "raises an error": REFUSE.replace("{table}", "exports_export"),
    "exceeds its time": HANG.replace("{table}", "customers_customer").replace("{is_ended}", "true"),
    "hangs until its process is killed": HANG.replace("{table}", "customers_customer").replace("{is_ended}", "false"),
}


def never_done(cluster: Cluster, backstage: Backstage, fault: str, hurry: bool) -> Verdict:
    """Have one worker do exports, one of which fails at each attempt by a fault of POISON.

    `hurry` leaves out the pauses between the attempts.
    """
    verdict = Verdict(f"Job that {fault}, one worker: it fails, and others wait for one attempt at most", "PostgreSQL")
    stage = backstage.stage
    [(failed,)] = stage.rows("SELECT count(*) FROM exports_export WHERE state = 'failed'")
    [(tenant,)] = stage.rows(f"SELECT id FROM tenancy_tenant WHERE slug = 'tenant-{WRITING}'")
    with psycopg.connect(stage.environment["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(POISON[fault].replace("{tenant}", str(tenant)))
        try:
            with crowded(backstage, rest=0.5) as (load, exporters, quiet):
                export = request(quiet, "customers")
                [(job,)] = stage.rows(f"SELECT id FROM background_job WHERE tenant_id = {tenant}")
                while UNFINISHED & {*states(quiet, [export])}:
                    time.sleep(0.2)
                    if hurry:
                        owner.execute("UPDATE background_job SET due_at = now() WHERE claim IS NULL AND attempts > 0")
                poisoned = finish(quiet, [export])[0]
        finally:
            with psycopg.connect(cluster.url_of("superuser"), autocommit=True) as superuser:
                # The owner may not end them, and would wait for them below.
                superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%'")
            owner.execute("DROP FUNCTION public.chaos_hang CASCADE")
    verdict.equal("its state", poisoned["state"], "failed")
    verdict.note("its reason", poisoned["reason"])
    verdict.at_least("length of its reason", len(poisoned["reason"]), 1)
    dead = [json.loads(b64decode(json.loads(b64decode(body))["body"]))[0] for body in backstage.take_messages(DEAD)]
    verdict.equal("dead letters unlike its ids", sum(ids != [tenant, job] for ids in dead), 0)
    verdict.equal("dead letters", len(dead), 1)
    ends = _ends(backstage, export)
    verdict.at_least("its attempts", len(ends), ATTEMPTS)
    waits = [sum(begun < end < done for end in ends) for begun, done in _spans(stage, exporters.accepted)]
    verdict.at_most("of these, most that another tenant's export waited for", max(waits), 1)
    exporters.judge(verdict)
    audit(verdict, backstage, failed=failed + 1)
    load.audit(verdict)
    return verdict


def _ends(backstage: Backstage, export: int) -> list[datetime]:
    """Return when each attempt at the export that did not succeed has ended, as the workers log it."""
    lines = [json.loads(line) for line in backstage.log.splitlines() if line.startswith("{")]
    failed = f"Job export {export} of tenant-{WRITING}: "
    return [_time(line["time"]) for line in lines if line["message"].startswith((failed, "Hard time limit"))]


def _spans(stage: Stage, exports: list[int]) -> list[tuple[datetime, datetime]]:
    """Return when each of these exports was requested and done."""
    ids = ", ".join(map(str, exports))
    return stage.rows(f"SELECT created_at, finished_at FROM exports_export WHERE id IN ({ids})")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
