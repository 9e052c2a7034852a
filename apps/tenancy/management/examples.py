from __future__ import annotations

import json
import sys
from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from tqdm import tqdm


class CommandWithExamples(BaseCommand):
    """A command whose help keeps its lines, because some of them are examples."""

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def print_json(self, document: Any) -> None:
        self.stdout.write(json.dumps(document, indent=2, cls=DjangoJSONEncoder))


def add_json(parser: CommandParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def progress(total: int, unit: str) -> tqdm:
    """A bar on a terminal, silence in a log."""
    return tqdm(total=total, unit=f" {unit}", disable=not sys.stderr.isatty())
