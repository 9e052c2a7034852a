"""The SQL statements of each operation are counted; the numbers in query_counts.json are reviewed like code."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.isolation.test_attacks import OPERATIONS
from tests.isolation.two_tenants import World, undone

HOW = (
    "If query_counts.json is to change, record it: "
    "RECORD=1 .venv/bin/python -m pytest tests/api/test_query_counts.py -k operation"
)
FILE = Path(__file__).with_name("query_counts.json")
RECORDED: dict[str, int] = json.loads(FILE.read_text())
# The statements of seeding depend on the amount and on the database.
LABELS = [label for label in OPERATIONS if label != "POST devtools/seed/"]


@pytest.mark.parametrize("label", LABELS)
def test_operation_runs_as_many_statements_as_recorded(acme, globex, settings, count, label):
    settings.DEFAULT_TENANT = acme.slug  # only the default tenant can be reset
    world = World(acme, globex)
    request = OPERATIONS[label].own_request(world)

    with undone(), count() as statements:
        world.send(request)

    if os.environ.get("RECORD"):
        RECORDED[label] = len(statements)
        FILE.write_text(json.dumps({name: RECORDED[name] for name in LABELS if name in RECORDED}, indent=2) + "\n")
    expected, sql = RECORDED.get(label, "none recorded"), "\n".join(statements.sql)
    assert len(statements) == expected, f"{label}: expected {expected}, got {len(statements)}:\n{sql}\n{HOW}"


def test_nothing_else_is_recorded():
    assert list(RECORDED) == LABELS, HOW
