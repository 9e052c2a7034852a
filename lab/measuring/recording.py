"""Record a fault's request in Silk, with the fault on and off. `record` runs this module as a process.

The request is made on a throw-away database; only its Silk rows are copied to the development database. Each copy has a
header that describes the recording; Silk's page shows it, and `recorded` searches by it.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import DatabaseError, transaction

from lab.core.fault import Fault, LabError
from lab.core.loader import FOLDER
from lab.measuring import throwaway

SIZE = 8  # n: enough to show a pattern, and few enough statements to read
HEADER = "x-lab"
LABEL = "{fault}, fault {state}, n={n}: {statements} statements, {similar} similar"
PARTS = re.compile(r"([\w-]+), fault (on|off), n=(\d+): (\d+) statements, (\d+) similar")


@dataclass(frozen=True)
class Recorded:
    """A request recorded in Silk. `statements` may exceed Silk's list, which misses some."""

    fault: str
    state: str
    n: int
    statements: int
    similar: int  # the most statements of one shape
    request: str
    page: str  # URL of the request in Silk; `queries` is the one of its statements
    queries: str


def installed() -> bool:
    """Whether Silk is installed."""
    return apps.is_installed("silk")


def record(faults: list[Fault], folder: Path = FOLDER) -> list[Recorded]:
    """Record each fault's request with the fault on and off, replace earlier recordings, and return the new ones.

    Writes only to Silk's tables. Raises LabError if Silk is not installed or a process fails.
    """
    if not installed():
        raise LabError("There is no Silk to record in. Add `silk` to PLUGINS in .env, and run `manage.py migrate`.")
    for slug, states in throwaway.run("lab.measuring.recording", faults, folder, PLUGINS="apps.devtools,silk").items():
        _replace(slug, states)
    return [recording for fault in faults for recording in recorded(fault.slug)]


def recorded(slug: str) -> list[Recorded]:
    """Return the fault's recordings, on before off; a walk has one per page. Raises LabError if Silk has no tables."""
    try:
        recordings = [_described(row) for row in _rows(slug).order_by("start_time")]
    except DatabaseError as error:
        raise LabError(f"Silk's tables cannot be read; `manage.py migrate` makes them. {error}") from error
    return sorted(recordings, key=lambda recording: recording.state, reverse=True)


def _rows(slug: str) -> Any:
    from silk.models import Request

    return Request.objects.filter(encoded_headers__contains=f'"{HEADER}": "{slug}, ')


def _described(row: Any) -> Recorded:
    from django.urls import reverse

    match = PARTS.fullmatch(row.headers[HEADER])
    assert match
    fault, state, *numbers = match.groups()
    n, statements, similar = map(int, numbers)
    query = "&".join(f"{name}={value}" for name, value in json.loads(row.query_params or "{}").items())
    return Recorded(
        fault, state, n, statements, similar,
        request=f"{row.method} {row.path}" + (f"?{query}" if query else ""),
        page=reverse("silk:request_detail", args=[row.pk]),
        queries=reverse("silk:request_sql", args=[row.pk]),
    )  # fmt: skip


def _replace(slug: str, states: dict[str, str]) -> None:
    from django.core import serializers

    try:
        with transaction.atomic():
            _rows(slug).delete()
            for rows in states.values():
                for row in serializers.deserialize("json", rows):
                    if isinstance(row.object.pk, int):
                        row.object.pk = None  # The id belongs to the other database; only requests have UUIDs.
                    row.save()
    except DatabaseError as error:
        raise LabError(f"Silk's tables cannot be written; `manage.py migrate` makes them. {error}") from error


def _silk_rows(fault: Fault, state: str) -> str:
    """Send the fault's request and return Silk's rows about it, labelled, as JSON."""
    from django.core import serializers
    from silk.models import Request, Response, SQLQuery

    from apps.database.statements import count_statements
    from lab.measuring.counting import shape

    with throwaway.arranged(fault, SIZE) as (client, call):
        labels = []
        responses = throwaway.responses(client, call)
        while True:
            with count_statements() as statements:
                if next(responses, None) is None:
                    break
            shapes = Counter(shape(sql) for sql in statements.sql if '"silk_' not in sql)
            most = max(shapes.values(), default=0)
            figures = {"n": SIZE, "statements": shapes.total(), "similar": most}
            labels.append(LABEL.format(fault=fault.slug, state=state, **figures))
        requests = list(Request.objects.order_by("start_time"))
        for request, label in zip(requests, labels, strict=True):
            request.encoded_headers = json.dumps({HEADER: label, **request.headers})
        return serializers.serialize("json", [*requests, *Response.objects.all(), *SQLQuery.objects.all()])


def _recorded(fault: Fault) -> str:
    _silk_rows(fault, sys.argv[1])  # Warm up: imports and caches would count only in the first recording.
    return _silk_rows(fault, sys.argv[1])


if __name__ == "__main__":
    throwaway.work(_recorded, *sys.argv[1:])
