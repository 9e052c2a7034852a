import json
from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder


class CommandWithExamples(BaseCommand):
    """A command whose help text keeps its line breaks, because some lines are examples."""

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def print_json(self, document: Any) -> None:
        """Write one JSON document to standard output."""
        self.stdout.write(json.dumps(document, indent=2, cls=DjangoJSONEncoder))


def add_json(parser: CommandParser) -> None:
    """Add the option `--json`."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")
