from typing import Any

from django.core.management.base import CommandParser

from apps.background.sweeping import sweep, sweep_forever
from apps.commands import CommandWithExamples


class Command(CommandWithExamples):
    help = """Find background jobs that are due: wake a worker for each, or do them here if QUEUE_URL is empty.

    manage.py sweep              once, as the scheduler does every ten seconds
    manage.py sweep --every 1    until it is stopped: the only worker that a service without a queue needs
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, metavar="SECONDS", help="sweep again after so many seconds")

    def handle(self, *, every: float | None, **options: Any) -> None:
        if every is not None:
            sweep_forever(every)
        self.stdout.write(f"{sweep()} jobs were due.")
