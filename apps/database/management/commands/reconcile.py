import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError, connection

from apps import metrics
from apps.commands import CommandWithExamples, add_json
from apps.database import totals
from apps.database.triggers import install, trigger_problems
from apps.tenancy.models import Tenant
from apps.tenancy.scope import allow_slow_statements, snapshot_scope, tenant_scope


class Command(CommandWithExamples):
    help = """Compare every tenant's stored totals with the sums of the rows they are computed from.

    Totals that are brought up to date later than their rows are written are brought up to date first.

    manage.py reconcile             prints the drift in cents
    manage.py reconcile --repair    prints the drift, then corrects the totals
    manage.py reconcile --json      for scripts

    Exit status: 0 if nothing drifted and no trigger is missing, or all was repaired; 1 otherwise; 2 wrong usage.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="correct the totals that drifted")
        add_json(parser)

    def handle(self, *, repair: bool, **options: Any) -> None:
        try:
            triggers = trigger_problems(connection)
            drifts = self._drifts(settle=not triggers)
        except DatabaseError as error:
            raise CommandError(f"The numbers cannot be read; is every migration applied? {error}") from error
        wrong = _is_wrong(triggers, drifts)
        repaired = False
        if wrong and repair:
            install(connection)
            totals.repair()
            repaired = not _is_wrong(trigger_problems(connection), self._drifts(settle=True))
        report: dict[str, Any] = {
            "drift_cents": sum(drift["cents"] for drift in drifts),
            "repaired": repaired,
            "triggers": triggers,
            "numbers": drifts,
        }
        metrics.publish(drift_cents=report["drift_cents"], drifting_rows=sum(drift["rows"] for drift in drifts))
        if options["json"]:
            self.print_json(report)
        else:
            self._print(report)
        if wrong and not repaired:
            sys.exit(1)

    def _drifts(self, *, settle: bool) -> list[dict[str, Any]]:
        drifts = []
        tenants = Tenant.objects.order_by("slug")
        for position, tenant in enumerate(tenants, 1):
            if sys.stderr.isatty():
                self.stderr.write(f"\rTenant {position} of {len(tenants)}", ending="")
            if settle:  # Without its triggers this would lose what is out of date.
                with tenant_scope(tenant, atomic=False):
                    totals.settle()
            # One snapshot, because a total and its rows are read by several statements.
            with snapshot_scope(tenant):
                allow_slow_statements()
                for number in totals.numbers():
                    drifts.append({"tenant": tenant.slug, "number": number.label, **asdict(number.drift())})
        return drifts

    def _print(self, report: dict[str, Any]) -> None:
        for problem in report["triggers"]:
            self.stdout.write(problem)
        for drift in report["numbers"]:
            self.stdout.write("{tenant}\t{number}\t{rows} rows differ\t{cents} cents".format(**drift))
        self.stdout.write(f"Drift: {report['drift_cents']} cents{', repaired' if report['repaired'] else ''}.")


def _is_wrong(triggers: list[str], drifts: list[dict[str, Any]]) -> bool:
    return bool(triggers) or any(drift["rows"] for drift in drifts)
