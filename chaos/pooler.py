"""PgBouncer in transaction mode, which all tenants share, is killed during writes."""

from __future__ import annotations

from chaos.clients import server_errors, total
from chaos.load import Load
from chaos.stage import Stage
from chaos.verdict import Verdict
from harness.pooler import pgbouncer

WRITERS = 9
SERVER_CONNECTIONS = 4  # fewer than the service's threads, so that tenants share them


def pooler_killed(stage: Stage, kills: int, longest_down: float = 3) -> Verdict:
    """Kill the pooler under load `kills` times, and restart it after at most `longest_down` seconds."""
    tenants = len(stage.keys)
    verdict = Verdict(
        f"PgBouncer killed while {tenants} tenants write: nothing acknowledged is lost or doubled", stage.database
    )
    with (
        pgbouncer(stage.environment["DATABASE_URL"], size=SERVER_CONNECTIONS) as pooler,
        stage.beside(DATABASE_URL=pooler.url) as pooled,
    ):
        load = Load(pooled, WRITERS)
        with load:
            in_flight = load.kill(pooler, kills, longest_down)
        answers = total(load.clients)
        verdict.note("kills", kills)
        verdict.at_least("requests under way at each kill, at least", in_flight, 1)
        verdict.at_least("503 with Retry-After while it was down", answers[503], 1)
        verdict.equal("other 5xx", server_errors(answers) - answers[503], 0)
        load.audit(verdict)
    return verdict
