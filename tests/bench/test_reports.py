"""The reports that `make bench-full` measures: all that the schema has, each beside its limit."""

from __future__ import annotations

import copy

import pytest
import yaml

from bench import report, reports
from bench.works import LITE, US
from harness.machine import ROOT

SCHEMA = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())


def test_every_report_of_the_schema_is_measured():
    assert reports.not_measured(SCHEMA) == []


def test_report_that_is_not_measured_is_named():
    schema = copy.deepcopy(SCHEMA)
    schema["paths"]["/api/v1/reporting/returns/"] = {"get": {"parameters": []}}

    assert reports.not_measured(schema) == ["/api/v1/reporting/returns/"]


def test_period_that_is_not_measured_is_named():
    schema = copy.deepcopy(SCHEMA)
    (by,) = (
        parameter
        for parameter in schema["paths"]["/api/v1/reporting/sales/"]["get"]["parameters"]
        if parameter["name"] == "by"
    )
    by["schema"]["enum"].append("quarter")

    assert reports.not_measured(schema) == ["/api/v1/reporting/sales/?by=quarter"]


@pytest.mark.parametrize(("milliseconds", "met"), [(20.0, "20 ms | yes"), (20.4, "20.4 ms | **no**")])
def test_report_is_held_to_its_limit_at_a_million_orders(milliseconds, met):
    found = [
        measured("order list", 1_000_000, US, 1),
        measured("sales by day, half a year", 1_000_000, US, milliseconds),
    ]

    goals = report.goals({"results": found})

    assert f"| 1,000,000: sales by day, half a year, at most 20 ms | {met} |" in goals


@pytest.mark.parametrize(("ratio", "met"), [(3, "yes"), (4, "**no**")])
def test_slowest_report_on_sqlite_is_compared_with_postgresql(ratio, met):
    found = [measured("order list", 100_000, US, 1)]
    for name, times in (("products, one week", 2), ("summary, two days", ratio)):
        found += [measured(name, 100_000, US, 5), measured(name, 100_000, LITE, 5 * times)]

    goals = report.goals({"results": found})

    assert goals == [f"| 100,000: each report on SQLite, at most 3 x PostgreSQL | {ratio:.2f} x | {met} |"]


def test_reports_have_a_table_of_their_own():
    found = [measured("order list", 100_000, US, 1), measured("products, one week", 100_000, US, 5)]
    machine = {"cores": 2, "system": "Linux", "python": "3.11", "postgresql": "15", "packages": {}}

    tables = report.tables({"results": found, "machine": machine, "rounds": 1, "seconds": 1}).split("\n\n")

    rows = [table.splitlines()[2:] for table in tables if "| statements |" in table]
    assert rows == [
        ["| 100,000 | this service | order list | 1 (1 to 1) | 1 (1 to 1) | 1 | 1 | 2 |"],
        ["| 100,000 | this service | products, one week | 1 (1 to 1) | 5 (5 to 5) | 1 | 1 | 2 |"],
    ]


def measured(work, size, who, milliseconds):
    one, time = (dict.fromkeys(("median", "low", "high"), value) for value in (1, milliseconds))
    row = {"work": work, "size": size, "contender": who, "requests_per_second": one, "milliseconds": time}
    return {**row, "p99_milliseconds": 1, "cpu_milliseconds": 1, "statements": 2}
