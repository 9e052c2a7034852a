"""With METRICS_NAMESPACE, a log line is also a record in CloudWatch's embedded metric format."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from jsonschema import validate

from apps.background.sweeping import sweep
from apps.exports.services import create_export
from apps.tenancy.scope import tenant_scope
from tests.support.service import manage, serving

# What the published schema requires, and its bounds. Values are members of the record itself.
NAME = {"type": "string", "minLength": 1, "maxLength": 1024}
METRIC = {
    "type": "object",
    "required": ["Name"],
    "additionalProperties": False,
    "properties": {"Name": NAME, "Unit": {"enum": ["Seconds", "Milliseconds", "Count", "None"]}},
}
DIRECTIVE = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "additionalProperties": False,
    "properties": {
        "Namespace": NAME,
        "Dimensions": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "array", "maxItems": 30, "items": {"type": "string", "minLength": 1, "maxLength": 250}},
        },
        "Metrics": {"type": "array", "minItems": 1, "maxItems": 100, "items": METRIC},
    },
}
RECORD = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "additionalProperties": False,
            "properties": {
                "Timestamp": {"type": "integer", "minimum": 1_700_000_000_000, "maximum": 4_000_000_000_000},
                "CloudWatchMetrics": {"type": "array", "minItems": 1, "items": DIRECTIVE},
            },
        }
    },
}
pytestmark = pytest.mark.django_db


@pytest.fixture
def published(settings):
    settings.METRICS_NAMESPACE = "orders"


def metrics_of(line: dict) -> dict[str, float]:
    """Check a record as CloudWatch does, and return its metrics."""
    validate(line, RECORD)
    [directive] = line["_aws"]["CloudWatchMetrics"]
    for name in {name for names in directive["Dimensions"] for name in names}:
        assert isinstance(line[name], str)
        assert 0 < len(line[name]) <= 1024
    values = {metric["Name"]: line[metric["Name"]] for metric in directive["Metrics"]}
    assert all(type(value) in (int, float) for value in values.values())
    return values


def dimensions_of(line: dict) -> list[list[str]]:
    return line["_aws"]["CloudWatchMetrics"][0]["Dimensions"]


@pytest.mark.usefixtures("published")
def test_request_is_measured_by_route_and_method(api, log):
    api.get("/api/v1/customers/")

    [line] = log.lines
    metrics = metrics_of(line)
    assert {name: metrics[name] for name in ("statements", "server_errors", "throttled")} == {
        "statements": 1, "server_errors": 0, "throttled": 0
    }  # fmt: skip
    assert metrics["ms"] > 0
    assert dimensions_of(line) == [[], ["route", "method"]]
    assert (line["route"], line["method"]) == ("/api/v1/customers/", "GET")


@pytest.mark.usefixtures("published")
def test_request_without_a_route_counts_among_all(api, log):
    api.get("/api/v1/nothing/")

    [line] = log.lines
    assert metrics_of(line)["server_errors"] == 0
    assert dimensions_of(line) == [[], ["method"]]


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("method", ["PROPFIND", "get2", "TRACE"])
def test_method_that_a_stranger_invents_makes_no_metric_of_its_own(api, log, method):
    api.generic(method, "/api/v1/customers/")

    assert [line["method"] for line in log.lines] == ["other"]


@pytest.mark.usefixtures("published")
def test_refused_request_is_throttled(api, log, settings):
    settings.REQUESTS_PER_MINUTE = 1
    statuses = [api.get("/api/v1/customers/").status_code for _ in range(2)]

    assert statuses == [200, 429]
    assert [metrics_of(line)["throttled"] for line in log.lines] == [0, 1]


@pytest.mark.usefixtures("published")
def test_failed_request_is_a_server_error(api, log, monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError

    monkeypatch.setattr("apps.customers.views.CustomerViewSet.list", fail)

    assert api.get("/api/v1/customers/").status_code == 500
    assert metrics_of(log.lines[-1])["server_errors"] == 1


@pytest.mark.usefixtures("published")
def test_reconcile_publishes_the_drift(acme, log):
    call_command("reconcile")

    assert metrics_of(log.lines[-1]) == {"drift_cents": 0, "drifting_rows": 0}


@pytest.mark.usefixtures("published")
def test_jobs_are_measured_by_kind_and_the_queue_by_its_age(acme, log):
    with tenant_scope(acme):
        create_export(kind="items", filters={})
    log.lines.clear()

    sweep()

    age, job = log.lines
    assert [*metrics_of(age)] == ["queue_age_seconds"]
    metrics = metrics_of(job)
    assert {name: metrics[name] for name in ("job_retries", "jobs_failed")} == {"job_retries": 0, "jobs_failed": 0}
    assert min(metrics["queue_seconds"], metrics["job_seconds"]) > 0
    assert (dimensions_of(job), job["job"]) == ([[], ["job"]], "export")


def test_no_line_is_a_metric_by_default(api, log):
    api.get("/api/v1/customers/")
    call_command("reconcile")

    assert [name for line in log.lines for name in line if name in ("_aws", "server_errors", "drift_cents")] == []


def test_lines_of_a_running_server_are_records(empty_database):
    manage(empty_database, "migrate", "-v", "0")
    manage(empty_database, "tenant", "create", "acme")
    key = manage(empty_database, "apikey", "create", "acme").strip()
    with serving(empty_database, key, METRICS_NAMESPACE="orders") as service:
        service.ask("GET", "/api/v1/orders/")
        service.ask("POST", "/api/v1/orders/", {"customer": 1})
        lines = [json.loads(line) for line in service.log.splitlines() if line.startswith("{")]

    requests = [line for line in lines if line["logger"] == "requests" and "/api/" in (line["route"] or "")]
    assert [(line["status"], sorted(metrics_of(line))) for line in requests] == [
        (status, ["ms", "server_errors", "statements", "throttled"]) for status in (200, 400)
    ]
